/** What is known of an error besides its message. */
export interface ErrorFacts {
  sqlstate?: string | undefined
  reason?: string | undefined
  hint?: string | undefined
  cause?: unknown
}

/** An error of the database or of this package. The classes below say what an application must tell apart. */
export class BookingError extends Error {
  /** The SQLSTATE, where the database raised it. */
  readonly sqlstate: string | undefined
  /** One word for programs, such as `booked`, `too_soon` or `service`. */
  readonly reason: string | undefined
  /** What to do. */
  readonly hint: string | undefined

  constructor(message: string, { sqlstate, reason, hint, cause }: ErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.sqlstate = sqlstate
    this.reason = reason
    this.hint = hint
  }
}

/** The slot is taken (23P01, or 23505 of `bookings_one_per_seat`): offer others. Reasons: `booked`, `buffer`, `full`, `limit_reached`. */
export class SlotTakenError extends BookingError {}
/** The start cannot be booked (BM001). The reason is one of `slots.check()`, or `customer_blocked`, `customer_limit`, `customer_busy`, `too_late`. */
export class SlotNotBookableError extends BookingError {}
/** The idempotency key was used with other arguments (BM002). */
export class IdempotencyConflictError extends BookingError {}
/** It does not exist, or the context does not see it (BM003): nobody can tell which. Reasons: `service`, `employee`, `customer`, `booking`, `business`. */
export class NotFoundError extends BookingError {}
/** The state of the booking does not allow it (BM004). Reasons: its status, `hold_expired`, `not_a_hold`, `is_a_hold`, `other_customer`. */
export class BookingStateError extends BookingError {}
/** A value that must be unique is taken (23505, 23P01 of your own tables). */
export class UniqueError extends BookingError {}
/** A row names another that is not there, or is named by others (23503, 23001). */
export class ForeignKeyError extends BookingError {}
/** A value breaks a rule of the table (23502, 23514). */
export class CheckError extends BookingError {}
/** Row security or privileges refuse it (42501). */
export class NotAllowedError extends BookingError {}
/** The database refused the session context: the query did not run. */
export class ContextRejectedError extends BookingError {}
/** There is no session context. */
export class ContextMissingError extends BookingError {}
/** An argument is wrong (class 22, 54000), or what was asked for cannot be had safely. */
export class ArgumentError extends BookingError {}
/** Another transaction was in the way (40001, 40P01): repeat the whole transaction, see `retries`. */
export class RetryError extends BookingError {}
/** It took too long (57014, 55P03), or no connection was free in time. */
export class TimeoutError extends BookingError {}
/** The database cannot be reached, or the connection was lost. */
export class ConnectionError extends BookingError {}
/** The transaction or connection has ended, or waits for a transaction inside it. */
export class TransactionClosedError extends BookingError {}
/** A statement failed and its error was swallowed, so the transaction could not be committed. `cause` is that error. */
export class TransactionAbortedError extends BookingError {}
/** The connection was lost during COMMIT: nobody knows whether it took effect. */
export class CommitUnknownError extends BookingError {}

/** The fields of an error of the server that are read here. */
export interface ServerError extends Error {
  code: string
  detail?: string
  hint?: string
  constraint?: string
}

/** Whether the server sent this error. By its form: pg may be in the process twice. */
export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
}

const ofCode: Record<string, typeof BookingError> = {
  BM001: SlotNotBookableError,
  BM002: IdempotencyConflictError,
  BM003: NotFoundError,
  BM004: BookingStateError,
  '23P01': UniqueError,
  '23505': UniqueError,
  '23503': ForeignKeyError,
  '23001': ForeignKeyError,
  '23502': CheckError,
  '23514': CheckError,
  '42501': NotAllowedError,
  '54000': ArgumentError,
  '40001': RetryError,
  '40P01': RetryError,
  '57014': TimeoutError,
  '55P03': TimeoutError,
}

const ofClass: Record<string, typeof BookingError> = {
  '08': ConnectionError,
  '22': ArgumentError,
  '28': ConnectionError,
  '57': ConnectionError,
}

const takenReasons = ['booked', 'buffer', 'full', 'limit_reached']
const takenConstraints = ['bookings_no_double_booking', 'bookings_one_per_seat']
const oneWord = /^[a-z_]+$/

/** The error as one of the classes above, with the original as its `cause`. What is not of the database stays as it is. */
export function bookingError(error: unknown): unknown {
  if (error instanceof BookingError || !(error instanceof Error)) return error
  if (isServerError(error)) {
    const { code, detail, hint, constraint } = error
    const reason = detail !== undefined && oneWord.test(detail) ? detail : undefined
    const taken =
      (code === '23P01' && reason !== undefined && takenReasons.includes(reason)) ||
      ((code === '23P01' || code === '23505') && constraint !== undefined && takenConstraints.includes(constraint))
    const Class = taken ? SlotTakenError : (ofCode[code] ?? ofClass[code.slice(0, 2)] ?? BookingError)
    return new Class(error.message, { sqlstate: code, reason, hint, cause: error })
  }
  if (/time-?out/i.test(error.message) && !('code' in error)) return new TimeoutError(error.message, { cause: error })
  if ('syscall' in error || /^(Connection terminated|Client (has encountered|was closed)|Cannot use a pool)/.test(error.message)) {
    return new ConnectionError(error.message, { cause: error })
  }
  // Query builders wrap what the database said.
  const cause = bookingError(error.cause)
  return cause instanceof BookingError ? cause : error
}

/** Awaits a promise of pg; what fails fails as a {@link BookingError}. */
export async function translated<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (error) {
    throw bookingError(error)
  }
}
