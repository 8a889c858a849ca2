// With date-fns and date-fns-tz, in their own words: fromZonedTime, addMinutes, areIntervalsOverlapping.
import { addDays, addMinutes, areIntervalsOverlapping } from 'date-fns'
import { formatInTimeZone, fromZonedTime } from 'date-fns-tz'
import { groupBy, merge, readTables } from './tables.js'

export async function slots(client, question) {
  const tables = await readTables(client, question)
  const { timezone, duration, buffer_before_minutes: before, buffer_after_minutes: after } = tables.service
  const { from, to } = question
  const localDate = (instant) => formatInTimeZone(instant, timezone, 'yyyy-MM-dd')
  const hours = groupBy(tables.hours, 'employee_id')
  const overrides = groupBy(tables.overrides, 'employee_id')
  const bookings = groupBy(tables.bookings, 'employee_id')

  // The local dates of the window, as strings; noon in UTC is on the same date everywhere that counts here.
  const days = []
  for (let day = addDays(new Date(localDate(from) + 'T12:00Z'), -1); day <= new Date(localDate(to) + 'T12:00Z'); day = addDays(day, 1)) {
    days.push({ date: day.toISOString().slice(0, 10), weekday: day.getUTCDay() })
  }

  const startsOf = tables.employees.map((employee) => {
    const special = overrides.get(employee) ?? []
    const absent = special.filter((row) => row.is_unavailable).map((row) => ({ start: row.start_time, end: row.end_time }))
    const week = groupBy(hours.get(employee) ?? hours.get(null) ?? [], 'day_of_week')
    const shifts = special.filter((row) => !row.is_unavailable).map((row) => ({ start: row.start_time, end: row.end_time }))
    for (const { date, weekday } of days) {
      for (const row of week.get(weekday) ?? []) {
        shifts.push({ start: fromZonedTime(`${date}T${row.start_time}`, timezone), end: fromZonedTime(`${date}T${row.end_time}`, timezone) })
      }
    }
    const busy = (bookings.get(employee) ?? []).map((row) => ({
      start: addMinutes(row.start_time, -row.buffer_before_minutes), end: addMinutes(row.end_time, row.buffer_after_minutes),
    }))
    const starts = []
    for (const shift of shifts) {
      // Only what meets the shift is compared with its slots.
      const blocks = busy.filter((block) => areIntervalsOverlapping(block, { start: addMinutes(shift.start, -before), end: addMinutes(shift.end, after) }))
      const absences = absent.filter((block) => areIntervalsOverlapping(block, shift))
      for (let start = shift.start; addMinutes(start, duration) <= shift.end; start = addMinutes(start, 15)) {
        if (start < from || start >= to) continue
        const end = addMinutes(start, duration)
        const wanted = { start: addMinutes(start, -before), end: addMinutes(end, after) }
        if (absences.some((block) => areIntervalsOverlapping(block, { start, end }))) continue
        if (!blocks.some((block) => areIntervalsOverlapping(block, wanted))) starts.push(start)
      }
    }
    return [employee, starts]
  })
  return merge(startsOf)
}
