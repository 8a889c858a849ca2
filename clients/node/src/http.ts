import * as errors from './errors.js'

/** A response in the form of RFC 9457. */
export interface Problem {
  status: number
  headers: { 'content-type': 'application/problem+json' }
  body: { type: 'about:blank'; title: string; status: number; detail?: string; reason?: string }
}

// Only the messages of the first group are for people: others may name what the reader must not know.
const told: [typeof errors.BookingError, number, string][] = [
  [errors.SlotTakenError, 409, 'The slot is taken'],
  [errors.SlotNotBookableError, 422, 'The slot cannot be booked'],
  [errors.IdempotencyConflictError, 422, 'The idempotency key was used for another request'],
  [errors.NotFoundError, 404, 'Not found'],
  [errors.BookingStateError, 409, 'The state of the booking does not allow this'],
]
const untold: [typeof errors.BookingError, number, string][] = [
  [errors.UniqueError, 409, 'It exists already'],
  [errors.ForeignKeyError, 409, 'Something that it belongs to is missing, or something still belongs to it'],
  [errors.CheckError, 422, 'A value is not allowed'],
  [errors.NotAllowedError, 403, 'Not allowed'],
  [errors.ArgumentError, 400, 'An argument is wrong'],
  [errors.RetryError, 503, 'Try again'],
  [errors.TimeoutError, 503, 'It took too long'],
  [errors.ConnectionError, 503, 'The database cannot be reached'],
  [errors.CommitUnknownError, 503, 'Nobody knows whether it was done'],
]

/**
 * The answer to a request that failed with this error: 404 for what does not exist and for what the context does not see, 409 for a slot
 * that is taken, 422 for one that cannot be booked. An unknown error is 500 and tells nothing.
 */
export function toHttp(error: unknown): Problem {
  const known = errors.bookingError(error)
  const find = (list: typeof told) => list.find(([Class]) => known instanceof Class)
  const open = find(told)
  const [, status, title] = open ?? find(untold) ?? [undefined, 500, 'Internal error']
  const body: Problem['body'] = { type: 'about:blank', title, status }
  if (open && known instanceof errors.BookingError) {
    body.detail = known.message
    if (known.reason !== undefined) body.reason = known.reason
  }
  return { status, headers: { 'content-type': 'application/problem+json' }, body }
}
