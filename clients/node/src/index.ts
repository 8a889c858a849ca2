export { createBooking } from './booking.js'
export type { Auth, Booking, BookingOptions, Finding, Resolve } from './booking.js'
export type * from './bookings.js'
export type { Instant, Optional } from './call.js'
export { withContext } from './context.js'
export type { Context, Resolved } from './context.js'
export type { StreamOptions } from './database.js'
export type * from './employees.js'
export {
  ArgumentError,
  BookingError,
  bookingError,
  BookingStateError,
  CheckError,
  CommitUnknownError,
  ConnectionError,
  ContextMissingError,
  ContextRejectedError,
  ForeignKeyError,
  IdempotencyConflictError,
  NotAllowedError,
  NotFoundError,
  RetryError,
  SlotNotBookableError,
  SlotTakenError,
  TimeoutError,
  TransactionAbortedError,
  TransactionClosedError,
  UniqueError,
} from './errors.js'
export { toHttp } from './http.js'
export type { Problem } from './http.js'
export type { ContextOptions } from './query.js'
export type { SignOptions } from './sign.js'
export type * from './slots.js'
export type { Transaction, TransactionOptions } from './transaction.js'
