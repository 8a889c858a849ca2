/** Dates are texts, `YYYY-MM-DD` in the time zone of the business; months are `YYYY-MM`. */
export const dateOf = (instant: Date, timeZone: string): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(instant)
export const timeOf = (instant: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(instant)

const inUtc = (date: string): Date => new Date(`${date}T00:00:00Z`)

export const longDate = (date: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long' }).format(inUtc(date))
export const longMonth = (month: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(inUtc(`${month}-01`))

export function addDays(date: string, days: number): string {
  return new Date(inUtc(date).getTime() + days * 86_400_000).toISOString().slice(0, 10)
}

export function addMonths(month: string, months: number): string {
  const date = inUtc(`${month}-01`)
  date.setUTCMonth(date.getUTCMonth() + months)
  return date.toISOString().slice(0, 7)
}

/** The weeks of a month, from Monday to Sunday; null stands for days of other months. */
export function weeksOf(month: string): (string | null)[][] {
  const days: (string | null)[] = Array(inUtc(`${month}-01`).getUTCDay() === 0 ? 6 : inUtc(`${month}-01`).getUTCDay() - 1).fill(null)
  for (let day = `${month}-01`; day.startsWith(month); day = addDays(day, 1)) days.push(day)
  while (days.length % 7 !== 0) days.push(null)
  return Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7))
}
