import { call, callOne, type Caller, type Instant, type Optional } from './call.js'
import { ArgumentError } from './errors.js'

/** What all searches have in common. */
export interface SlotOptions {
  /** Only the slots of this employee; else anybody's. */
  employeeId?: Optional<string>
  /** Minutes between starts; else by the settings. */
  slotIntervalMinutes?: Optional<number>
  /** A booking that is ignored, to move it. */
  excludeBookingId?: Optional<string>
  /** The present, for notice, horizon and holds. */
  asOf?: Instant | undefined
}

/** Slots that start in [fromTime, toTime). */
export interface SlotSearch extends SlotOptions {
  serviceId: string
  fromTime: Instant
  toTime: Instant
}

/** The first slots from `afterTime` on. */
export interface NextSlotSearch extends SlotOptions {
  serviceId: string
  /** Now by default. */
  afterTime?: Instant | undefined
  /** One by default. */
  maxSlots?: number | undefined
}

/** Dates from `fromDate` to `toDate`, both included, in the time zone of the business: `YYYY-MM-DD`. */
export interface DateSearch extends SlotOptions {
  serviceId: string
  fromDate: string
  toDate: string
}

/** One start. */
export interface SlotQuestion extends SlotOptions {
  serviceId: string
  slotStart: Instant
}

/** Several starts, at most 1,000. */
export interface SlotQuestions extends Omit<SlotOptions, 'excludeBookingId'> {
  serviceId: string
  slotStarts: readonly Instant[]
}

/** A slot: the appointment without its buffers. */
export interface Slot {
  slotStart: Date
  slotEnd: Date
  /** All who are free then; empty where the business itself is booked. */
  employeeIds: string[]
  /** Seats left. */
  remainingCapacity: number
}

/** A date on which a slot starts. */
export interface AvailableDate {
  /** `YYYY-MM-DD` in the time zone of the business. */
  availableDate: string
  firstSlot: Date
}

/** Whether a start can be booked. */
export interface SlotAnswer {
  available: boolean
  /** `ok`, or why not: `not_offered`, `in_past`, `too_soon`, `too_far`, `outside_hours`, `closed`, `unavailable_override`, `not_aligned`, `limit_reached`, `booked`, `buffer`, `full`. */
  reason: string
  employeeIds: string[]
}

/** The finding and checking of slots. */
export interface Slots {
  /** The slots in a window of at most a year, ascending: `find_available_slots_json()`. */
  find(search: SlotSearch): Promise<Slot[]>
  /** The first slots: `next_available_slots()`. */
  next(search: NextSlotSearch): Promise<Slot[]>
  /** The dates with a slot, at most 366: `find_available_dates()`. */
  dates(search: DateSearch): Promise<AvailableDate[]>
  /** Whether one start can be booked: `check_slot()`. */
  check(question: SlotQuestion): Promise<SlotAnswer>
  /** Whether several starts can be booked, each as if it were asked alone: `check_slots()`. */
  checkMany(questions: SlotQuestions): Promise<(SlotAnswer & { slotStart: Date })[]>
}

interface CompactSlots {
  duration_minutes: number
  employees: string[]
  slots: [start: string, employees: number[], remainingCapacity: number][]
}

/** @internal */
export function slots(caller: Caller): Slots {
  return {
    // As one compact value: rows take eight times as long.
    async find(search) {
      const { found } = await callOne<{ found: CompactSlots }>(caller, 'find_available_slots_json', search, 'find_available_slots_json AS found')
      return found.slots.map(([start, indexes, remainingCapacity]) => {
        const slotStart = new Date(start)
        return {
          slotStart,
          slotEnd: new Date(slotStart.getTime() + found.duration_minutes * 60_000),
          employeeIds: indexes.map(index => found.employees[index] as string),
          remainingCapacity,
        }
      })
    },
    next: search => call(caller, 'next_available_slots', search),
    async dates(search) {
      for (const date of [search.fromDate, search.toDate]) {
        // A Date would be the day of the process's time zone, and pg reads a date as its midnight.
        if (typeof date !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(date)) throw new ArgumentError('a date is a text: YYYY-MM-DD')
      }
      return call(caller, 'find_available_dates', search, "to_char(available_date, 'YYYY-MM-DD') AS available_date, first_slot")
    },
    check: question => callOne(caller, 'check_slot', question),
    checkMany: questions => call(caller, 'check_slots', questions),
  }
}
