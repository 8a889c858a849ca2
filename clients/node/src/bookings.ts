import { call, callOne, type Caller, type Instant, type Optional } from './call.js'
import type { SlotNotBookableError, SlotTakenError } from './errors.js'

/** What the booking functions return. */
export interface BookingResult {
  bookingId: string
  /** Null where the business itself is booked. */
  employeeId: string | null
  startTime: Date
  endTime: Date
  status: string
  /** Null unless it is a hold. */
  holdExpiresAt: Date | null
}

/** An item that was booked; items count from 1. */
export interface BookedItem extends BookingResult {
  item: number
  reason: null
}

/** An item that was refused, with the reason. */
export interface RefusedItem {
  item: number
  reason: string
  /** When it was to start. */
  startTime: Date
  bookingId: null
  employeeId: string | null
  endTime: null
  status: null
  holdExpiresAt: null
}

/** The arguments of `book_slot()`. */
export interface BookArguments {
  serviceId: string
  slotStart: Instant
  customerId: string
  /** Only this employee; else one who is free. */
  employeeId?: Optional<string>
  status?: 'confirmed' | 'pending' | undefined
  notes?: Optional<string>
  metadata?: Record<string, unknown> | undefined
  /** A repeated call with the same key and arguments returns the first call's booking. */
  idempotencyKey?: Optional<string>
  slotIntervalMinutes?: Optional<number>
}

/** The arguments of `hold_slot()`. */
export interface HoldArguments {
  serviceId: string
  slotStart: Instant
  employeeId?: Optional<string>
  /** May follow when it is confirmed. */
  customerId?: Optional<string>
  slotIntervalMinutes?: Optional<number>
  idempotencyKey?: Optional<string>
}

/** The arguments of `reschedule_booking()`. */
export interface RescheduleArguments {
  bookingId: string
  slotStart: Instant
  /** Whom to move it to; else it keeps its employee. */
  employeeId?: Optional<string>
  slotIntervalMinutes?: Optional<number>
  /** Whoever is free; not together with `employeeId`. */
  anyEmployee?: boolean | undefined
  /** It keeps its own length and buffers. */
  keepDuration?: boolean | undefined
  /** The customer wants it, so it may be too late. */
  asCustomer?: boolean | undefined
}

/** The arguments of `cancel_booking()`. */
export interface CancelArguments {
  bookingId: string
  reason?: Optional<string>
  /** The customer wants it, so it may be too late. */
  asCustomer?: boolean | undefined
}

/** The arguments of `book_slots()`: lists of one length, or of one element for all. At most 1,000 items. */
export interface BookManyArguments extends Omit<BookArguments, 'serviceId' | 'slotStart' | 'employeeId' | 'slotIntervalMinutes'> {
  serviceIds: readonly string[]
  slotStarts: readonly Instant[]
  employeeIds?: Optional<readonly (string | null)[]>
  /** `fail` (the default): all or none; `skip`: what is refused has its reason. */
  onConflict?: 'fail' | 'skip' | undefined
  seriesId?: Optional<string>
  visitId?: Optional<string>
}

/** The arguments of `reschedule_bookings()`: all or none, and none stands in the way of another. */
export interface RescheduleManyArguments {
  bookingIds: readonly string[]
  slotStarts: readonly Instant[]
  employeeIds?: Optional<readonly (string | null)[]>
  /** True by default. */
  keepDuration?: boolean | undefined
  asCustomer?: boolean | undefined
}

/** The arguments of `cancel_series()`. */
export interface CancelSeriesArguments {
  seriesId: string
  /** Now by default. */
  fromTime?: Instant | undefined
  reason?: Optional<string>
}

/** The booking of slots. What is refused throws {@link SlotTakenError}, {@link SlotNotBookableError} and their like. */
export interface Bookings {
  book(booking: BookArguments): Promise<BookingResult>
  /** Keeps a slot for some minutes. */
  hold(hold: HoldArguments): Promise<BookingResult>
  /** Makes a hold or a pending booking confirmed. */
  confirm(booking: { bookingId: string; customerId?: Optional<string> }): Promise<BookingResult>
  /** Gives a hold back. */
  release(hold: { bookingId: string }): Promise<BookingResult>
  reschedule(booking: RescheduleArguments): Promise<BookingResult>
  cancel(booking: CancelArguments): Promise<BookingResult>
  /** Several slots in one call: a series, or the services of a visit. */
  bookMany(bookings: BookManyArguments & { onConflict: 'skip' }): Promise<(BookedItem | RefusedItem)[]>
  bookMany(bookings: BookManyArguments): Promise<BookedItem[]>
  rescheduleMany(bookings: RescheduleManyArguments): Promise<BookingResult[]>
  /** Cancels what is left of a series. */
  cancelSeries(series: CancelSeriesArguments): Promise<BookingResult[]>
}

/** @internal */
export function bookings(caller: Caller): Bookings {
  return {
    book: booking => callOne(caller, 'book_slot', booking),
    hold: hold => callOne(caller, 'hold_slot', hold),
    confirm: booking => callOne(caller, 'confirm_booking', booking),
    release: hold => callOne(caller, 'release_hold', hold),
    reschedule: booking => callOne(caller, 'reschedule_booking', booking),
    cancel: booking => callOne(caller, 'cancel_booking', booking),
    bookMany: (bookings: BookManyArguments): Promise<any[]> => call(caller, 'book_slots', bookings),
    rescheduleMany: bookings => call(caller, 'reschedule_bookings', bookings),
    cancelSeries: series => call(caller, 'cancel_series', series),
  }
}
