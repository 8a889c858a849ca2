import { call, type Caller, type Instant } from './call.js'

/** A period of one kind; neighbours differ. */
export interface BusyPeriod {
  startTime: Date
  endTime: Date
  /** By RFC 5545. Pending bookings and holds are `BUSY-TENTATIVE`, times outside of work `BUSY-UNAVAILABLE`. */
  busyType: 'BUSY' | 'BUSY-TENTATIVE' | 'BUSY-UNAVAILABLE' | 'FREE'
}

/** What is asked of employees. */
export interface Employees {
  /** When an employee is free and when not: periods that cover the window without a gap: `free_busy()`. */
  freeBusy(window: { employeeId: string; fromTime: Instant; toTime: Instant }): Promise<BusyPeriod[]>
}

/** @internal */
export function employees(caller: Caller): Employees {
  return {
    freeBusy: window => call(caller, 'free_busy', window, 'lower(period) AS start_time, upper(period) AS end_time, busy_type'),
  }
}
