// What the JavaScript competitors read from the tables before they compute: four queries, as an application would write them.

const service = `SELECT s.business_id, b.timezone, s.duration, s.buffer_before_minutes, s.buffer_after_minutes
  FROM services s JOIN businesses b ON b.id = s.business_id WHERE s.id = $1 AND s.status = 'active' AND b.status = 'active'`
const employees = `SELECT e.id FROM employee_services m JOIN employees e ON e.id = m.employee_id
  WHERE m.service_id = $1 AND e.employment_status = 'active' AND ($2::uuid IS NULL OR e.id = $2) ORDER BY e.id`
const hours = `SELECT employee_id, day_of_week, start_time, end_time FROM working_hours
  WHERE NOT is_off AND (employee_id = ANY ($1) OR business_id = $2 AND employee_id IS NULL)`
const overrides = `SELECT employee_id, start_time, end_time, is_unavailable FROM employee_availability_overrides
  WHERE employee_id = ANY ($1) AND start_time < $3 AND end_time > $2`
const bookings = `SELECT employee_id, start_time, end_time, buffer_before_minutes, buffer_after_minutes FROM bookings
  WHERE employee_id = ANY ($1) AND start_time >= $2::timestamptz - interval '192 hours' AND start_time < $3::timestamptz + interval '192 hours'
    AND status NOT IN ('cancelled', 'rejected', 'no_show') AND (hold_expires_at IS NULL OR hold_expires_at > now())`

// Named statements are prepared once for each connection.
const run = async (client, name, text, values) => (await client.query({ name, text, values })).rows

export async function readTables(client, question) {
  const [chosen] = await run(client, 'service', service, [question.service])
  const staff = (await run(client, 'employees', employees, [question.service, question.employee])).map((row) => row.id)
  return {
    service: chosen,
    employees: staff,
    hours: await run(client, 'hours', hours, [staff, chosen.business_id]),
    overrides: await run(client, 'overrides', overrides, [staff, question.from, question.to]),
    bookings: await run(client, 'bookings', bookings, [staff, question.from, question.to]),
  }
}

export function groupBy(rows, key) {
  const groups = new Map()
  for (const row of rows) {
    const group = groups.get(row[key])
    if (group) group.push(row)
    else groups.set(row[key], [row])
  }
  return groups
}

// [{ start, employees }], ascending, from each employee's starts; a start is anything with a number as its value.
export function merge(startsOf) {
  const slots = new Map()
  for (const [employee, starts] of startsOf) {
    for (const start of starts) {
      const slot = slots.get(+start)
      if (slot) slot.employees.push(employee)
      else slots.set(+start, { start, employees: [employee] })
    }
  }
  return [...slots.values()].sort((a, b) => a.start - b.start)
}
