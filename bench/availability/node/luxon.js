// With luxon, in its own words: DateTime in the business's zone, Interval.merge, difference and overlaps.
import { DateTime, Interval } from 'luxon'
import { groupBy, merge, readTables } from './tables.js'

const step = { minutes: 15 }

export async function slots(client, question) {
  const tables = await readTables(client, question)
  const { timezone, duration, buffer_before_minutes: before, buffer_after_minutes: after } = tables.service
  const from = DateTime.fromJSDate(question.from, { zone: timezone })
  const to = DateTime.fromJSDate(question.to, { zone: timezone })
  const inZone = (date) => DateTime.fromJSDate(date, { zone: timezone })
  const at = (day, time) => {
    const [hour, minute] = time.split(':')
    return day.set({ hour: +hour, minute: +minute })
  }
  const hours = groupBy(tables.hours, 'employee_id')
  const overrides = groupBy(tables.overrides, 'employee_id')
  const bookings = groupBy(tables.bookings, 'employee_id')

  const startsOf = tables.employees.map((employee) => {
    const special = (overrides.get(employee) ?? []).map((row) => ({
      interval: Interval.fromDateTimes(inZone(row.start_time), inZone(row.end_time)),
      absent: row.is_unavailable,
    }))
    const absent = special.filter((one) => one.absent).map((one) => one.interval)
    const week = groupBy(hours.get(employee) ?? hours.get(null) ?? [], 'day_of_week')
    const shifts = special.filter((one) => !one.absent).map((one) => one.interval)
    for (let day = from.startOf('day').minus({ days: 1 }); day < to; day = day.plus({ days: 1 })) {
      for (const row of week.get(day.weekday % 7) ?? []) shifts.push(Interval.fromDateTimes(at(day, row.start_time), at(day, row.end_time)))
    }
    // Busy times by day, so that a slot is compared with those of its day alone.
    const busy = new Map()
    for (const row of bookings.get(employee) ?? []) {
      const interval = Interval.fromDateTimes(
        inZone(row.start_time).minus({ minutes: row.buffer_before_minutes }),
        inZone(row.end_time).plus({ minutes: row.buffer_after_minutes }))
      for (const day of new Set([interval.start.toISODate(), interval.end.toISODate()])) {
        if (busy.has(day)) busy.get(day).push(interval)
        else busy.set(day, [interval])
      }
    }
    const starts = []
    for (const shift of shifts) {
      const working = shift.difference(...absent)
      for (let start = shift.start; start < shift.end; start = start.plus(step)) {
        if (start < from || start >= to) continue
        const slot = Interval.after(start, { minutes: duration })
        if (!working.some((interval) => interval.engulfs(slot))) continue
        const wanted = Interval.fromDateTimes(start.minus({ minutes: before }), slot.end.plus({ minutes: after }))
        if (!busy.get(start.toISODate())?.some((interval) => interval.overlaps(wanted))) starts.push(start)
      }
    }
    return [employee, starts]
  })
  return merge(startsOf)
}
