"""The competitors in SQL and PL/pgSQL: what somebody writes who knows the tables, the covering index and PostgreSQL well. Called by run.py.

All of them are told the service ($1), the window ($2, $3) and, where one employee is named, the employee ($4); the rest they read from the
tables, as ours does. They do what the workload asks for and no more: weekly hours (an employee's own, else the business's), overrides,
bookings with their own buffers, expired holds, a step of 15 minutes from the start of the shift. No settings, no notice, no capacity, no
limits, no unassigned bookings, and shifts that touch are not joined: leaving these out makes them faster than a full answer could be.

A start s is free if it lies in no block's open interval: a booking blocks (start - before - D - A, end + after + B), an unavailable
override (start - D, end); and in a shift up to its end - D."""

# Up to 7 days lasts a booking (bookings_lasts_at_most_7_days), up to a day a buffer. So they are read as ours reads them: all that start up
# to six hours from what is asked for, and from further away the long ones, by the index that holds no others.
OCCUPYING = "status NOT IN ('cancelled', 'rejected', 'no_show') AND (hold_expires_at IS NULL OR hold_expires_at > now())"
BLOCKS = """
          SELECT {block} FROM bookings
          WHERE employee_id = {employee} AND start_time >= $2::timestamptz - make_interval(mins => reach_before + 360)
            AND start_time < $3::timestamptz + make_interval(mins => reach_after + 360) AND {occupying}
          UNION ALL
          SELECT {block} FROM bookings
          WHERE business_id = question.business AND employee_id = {employee} AND {occupying}
            AND booking_is_long(start_time, end_time, buffer_before_minutes, buffer_after_minutes)
            AND start_time >= $2::timestamptz - make_interval(mins => reach_before) - interval '192 hours'
            AND start_time < $3::timestamptz + make_interval(mins => reach_after + 1440)
            AND NOT (start_time >= $2::timestamptz - make_interval(mins => reach_before + 360)
                     AND start_time < $3::timestamptz + make_interval(mins => reach_after + 360))"""
OVERRIDES = """employee_availability_overrides
  WHERE employee_id = {employee} AND start_time < $3::timestamptz AND end_time > $2::timestamptz"""
BLOCKED = """start_time - make_interval(mins => buffer_before_minutes + reach_after),
  end_time + make_interval(mins => buffer_after_minutes + reach_before)"""


def blocks(block: str, employee: str) -> str:
    return BLOCKS.format(block=block, employee=employee, occupying=OCCUPYING).strip()


QUESTION = """
  SELECT b.id AS business, timezone, make_interval(mins => s.duration) AS duration, s.buffer_before_minutes AS reach_before,
         s.duration + s.buffer_after_minutes AS reach_after,
         ($2::timestamptz AT TIME ZONE timezone)::date - 1 AS first_day, ($3::timestamptz AT TIME ZONE timezone)::date AS last_day
  FROM services s JOIN businesses b ON b.id = s.business_id {join}
  WHERE s.id = $1::uuid AND s.status = 'active' AND b.status = 'active'"""
THIS_EMPLOYEE = """JOIN employee_services m ON m.service_id = s.id AND m.employee_id = $4::uuid
  JOIN employees e ON e.id = m.employee_id AND e.employment_status = 'active'"""
EMPLOYEES = "employee_services m, employees e"
ELIGIBLE = "m.service_id = $1 AND e.id = m.employee_id AND e.employment_status = 'active'"

# The days of a weekday are every seventh, so that each row of working_hours is read once.
SHIFT = "(first_day + n + start_time) AT TIME ZONE timezone AS opens, ((first_day + n + end_time) AT TIME ZONE timezone) - duration AS closes"
DAYS = "generate_series((day_of_week - extract(dow FROM first_day)::int + 7) % 7, last_day - first_day, 7) AS n"
SHIFTS_OF_ONE = f"""
  SELECT {SHIFT}
  FROM (SELECT start_time, end_time, {DAYS}
        FROM (SELECT day_of_week, start_time, end_time FROM working_hours WHERE employee_id = $4 AND NOT is_off
              UNION ALL
              SELECT day_of_week, start_time, end_time FROM working_hours w
              WHERE w.business_id = question.business AND w.employee_id IS NULL AND NOT is_off
                AND NOT EXISTS (SELECT FROM working_hours WHERE employee_id = $4)) hours) days"""
# The business's hours are expanded once for all who have none of their own.
REGULAR = f"""
  SELECT {SHIFT}
  FROM (SELECT question.*, start_time, end_time, {DAYS}
        FROM question, working_hours w WHERE w.business_id = question.business AND w.employee_id IS NULL AND NOT is_off) days"""
SHIFTS_OF_EACH = f"""
  SELECT {SHIFT}
  FROM (SELECT start_time, end_time, {DAYS} FROM working_hours WHERE employee_id = e.id AND NOT is_off) days
  UNION ALL
  SELECT opens, closes FROM regular WHERE NOT EXISTS (SELECT FROM working_hours WHERE employee_id = e.id)"""


def multirange(shifts: str, employee: str) -> str:
    """Shifts minus blocks as multiranges; the shift that a piece lies in is found by binary search."""
    return f"""
  LATERAL (
    SELECT array_agg(opens ORDER BY opens) AS opens, range_agg(tstzrange(opens, closes, '[]')) AS shifts
    FROM ({shifts}
          UNION ALL
          SELECT start_time, end_time - duration FROM {OVERRIDES.format(employee=employee)} AND NOT is_unavailable) shift
    WHERE opens <= closes) working,
  LATERAL (
    SELECT coalesce(range_agg(block), '{{}}') AS blocks
    FROM (SELECT tstzrange(start_time - duration, end_time, '()') AS block FROM {OVERRIDES.format(employee=employee)} AND is_unavailable
          UNION ALL
          {blocks(f"tstzrange({BLOCKED}, '()')", employee)}) block) blocked,
  LATERAL (
    SELECT lower(piece) AS free_from, upper(piece) AS free_to, opens[width_bucket(lower(piece), opens)] AS anchor
    FROM (SELECT unnest(shifts - blocks) AS piece) pieces) gap"""


def window_functions(shifts: str, employee: str) -> str:
    """Shifts and blocks in one list by time; a gap begins where the latest block so far ends. One pass of window functions."""
    return f"""
  LATERAL (
    SELECT * FROM (
      SELECT max(free_from) OVER w AS free_from, least(lead(blocked_from) OVER w, max(closes) OVER w) AS free_to, max(opens) OVER w AS anchor
      FROM (SELECT opens - interval '1 microsecond' AS blocked_from, opens AS free_from, opens, closes FROM ({shifts}) shift
            UNION ALL
            SELECT CASE WHEN is_unavailable THEN start_time - duration ELSE start_time - interval '1 microsecond' END,
                   CASE WHEN is_unavailable THEN end_time ELSE start_time END,
                   CASE WHEN NOT is_unavailable THEN start_time END, CASE WHEN NOT is_unavailable THEN end_time - duration END
            FROM {OVERRIDES.format(employee=employee)}
            UNION ALL
            {blocks(BLOCKED + ", NULL, NULL", employee)}) event
      WINDOW w AS (ORDER BY blocked_from ROWS UNBOUNDED PRECEDING)) gaps
    WHERE free_from <= free_to) gap"""


# The first start of the grid at or after the beginning of the gap, and all others in it.
STARTS = """generate_series(date_bin('15 minutes', greatest(free_from, $2::timestamptz) + interval '14 minutes 59.999999 seconds', anchor),
    least(free_to, $3::timestamptz - interval '1 microsecond'), '15 minutes') AS slot_start"""


def of_one(gaps) -> str:
    return f"""SELECT slot_start, slot_start + duration AS slot_end, ARRAY[$4::uuid] AS employee_ids, 1 AS remaining_capacity
FROM (SELECT duration, {STARTS}
      FROM ({QUESTION.format(join=THIS_EMPLOYEE)} OFFSET 0) question, {gaps(SHIFTS_OF_ONE, "$4")}) slot"""


def slots_of_any(gaps, columns: str, end: str) -> str:
    return f"""WITH question AS MATERIALIZED ({QUESTION.format(join="")}), regular AS MATERIALIZED ({REGULAR})
SELECT {columns}
FROM (SELECT timezone, duration, e.id AS employee_id, {STARTS}
      FROM question, {EMPLOYEES}, {gaps(SHIFTS_OF_EACH, "e.id")}
      WHERE {ELIGIBLE}) slot {end}"""


AS_OURS = "slot_start, slot_start + duration AS slot_end, array_agg(employee_id ORDER BY employee_id) AS employee_ids, count(*)::int AS remaining_capacity"
BY_START = "GROUP BY slot_start, duration ORDER BY slot_start"


def of_any(gaps) -> str:
    return slots_of_any(gaps, AS_OURS, BY_START)


def of_any_flat(gaps) -> str:
    """A row for each slot and employee: less to do."""
    return slots_of_any(gaps, "slot_start, slot_start + duration AS slot_end, employee_id", "")


def first_of_any(gaps) -> str:
    """Grouped is only the first start."""
    return f"""WITH slot AS MATERIALIZED ({slots_of_any(gaps, "slot_start, duration, employee_id", "")})
SELECT {AS_OURS} FROM slot WHERE slot_start = (SELECT min(slot_start) FROM slot) GROUP BY slot_start, duration"""


def dates_of_any(gaps) -> str:
    return slots_of_any(gaps, "(slot_start AT TIME ZONE timezone)::date AS available_date, min(slot_start) AS first_slot", "GROUP BY 1 ORDER BY 1")


def day_by_day_name(gaps) -> str:
    return f"first_day_by_day_{gaps.__name__}"


def day_by_day(gaps) -> str:
    """A function that asks for one day after the other until there is a slot."""
    of_a_day = first_of_any(gaps).replace("$2", "day").replace("$3", "(day + interval '24 hours')")
    return f"""CREATE OR REPLACE FUNCTION {day_by_day_name(gaps)}(service uuid, from_time timestamptz, to_time timestamptz)
RETURNS TABLE (slot_start timestamptz, slot_end timestamptz, employee_ids uuid[], remaining_capacity integer)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
#variable_conflict use_column
DECLARE
  day timestamptz := from_time;
BEGIN
  WHILE day < to_time LOOP
    RETURN QUERY {of_a_day};
    EXIT WHEN FOUND;
    day := day + interval '24 hours';
  END LOOP;
END $$"""


# Every start of the grid, without those that a block of the same day meets: the way that comes to mind first. Days are there so that it
# can be a hash join.
def anti_join(named: bool) -> str:
    employee = "AND m.employee_id = $4::uuid" if named else ""
    return f"""WITH question AS MATERIALIZED ({QUESTION.format(join="")}),
  eligible AS MATERIALIZED (SELECT e.id AS employee_id, EXISTS (SELECT FROM working_hours w WHERE w.employee_id = e.id) AS has_own
    FROM {EMPLOYEES} WHERE {ELIGIBLE} {employee}),
  shift AS (
    SELECT employee_id, {SHIFT}
    FROM (SELECT e.employee_id, question.*, start_time, end_time, {DAYS}
          FROM question, eligible e JOIN working_hours w ON w.employee_id = e.employee_id WHERE has_own AND NOT is_off
          UNION ALL
          SELECT e.employee_id, question.*, start_time, end_time, {DAYS}
          FROM question JOIN working_hours w ON w.business_id = question.business AND w.employee_id IS NULL AND NOT is_off, eligible e
          WHERE NOT has_own) days
    UNION ALL
    SELECT e.employee_id, start_time, end_time - duration FROM question, eligible e, employee_availability_overrides o
    WHERE o.employee_id = e.employee_id AND start_time < $3 AND end_time > $2 AND NOT is_unavailable),
  candidate AS MATERIALIZED (
    SELECT employee_id, duration, slot_start, (slot_start AT TIME ZONE timezone)::date AS day
    FROM question, (SELECT employee_id, generate_series(opens, least(closes, $3::timestamptz - interval '1 microsecond'), '15 minutes') AS slot_start FROM shift) starts
    WHERE slot_start >= $2),
  block AS MATERIALIZED (
    SELECT employee_id, blocked_from, free_from,
           generate_series((blocked_from AT TIME ZONE timezone)::date, (free_from AT TIME ZONE timezone)::date, '1 day')::date AS day
    FROM question, (
      SELECT b.employee_id, b.start_time - make_interval(mins => b.buffer_before_minutes + reach_after) AS blocked_from,
             b.end_time + make_interval(mins => b.buffer_after_minutes + reach_before) AS free_from
      FROM question, eligible e, bookings b
      WHERE b.employee_id = e.employee_id AND b.start_time >= $2::timestamptz - interval '192 hours'
        AND b.start_time < $3::timestamptz + make_interval(mins => reach_after + 1440)
        AND b.status NOT IN ('cancelled', 'rejected', 'no_show') AND (b.hold_expires_at IS NULL OR b.hold_expires_at > now())
      UNION ALL
      SELECT o.employee_id, o.start_time - duration, o.end_time FROM question, eligible e, employee_availability_overrides o
      WHERE o.employee_id = e.employee_id AND o.start_time < $3 AND o.end_time > $2 AND o.is_unavailable) blocks)
SELECT {AS_OURS}
FROM candidate c
WHERE NOT EXISTS (SELECT FROM block b WHERE b.employee_id = c.employee_id AND b.day = c.day
                  AND b.blocked_from < c.slot_start AND b.free_from > c.slot_start)
{BY_START}"""


FETCH_OF_ONE = "SELECT employee_id, start_time, end_time FROM bookings WHERE employee_id = $1 AND start_time >= $2 AND start_time < $3 AND status NOT IN ('cancelled', 'rejected', 'no_show')"
FETCH_OF_ANY = ("SELECT b.employee_id, start_time, end_time FROM employee_services m JOIN bookings b USING (employee_id)"
                " WHERE m.service_id = $1 AND start_time >= $2 AND start_time < $3 AND b.status NOT IN ('cancelled', 'rejected', 'no_show')")
