-- The competitor in PL/pgSQL: an employee's shifts and blocks as sorted arrays, passed through together once. What it leaves out, and the
-- words: competitors.py. Called by run.py, in the database that data.sql made.

CREATE OR REPLACE FUNCTION two_pointers(p_service uuid, p_from timestamptz, p_to timestamptz, p_employees uuid[])
RETURNS TABLE (slot_start timestamptz, slot_end timestamptz, employee_id uuid)
LANGUAGE plpgsql STABLE ROWS 1000 AS $$
DECLARE
    step         CONSTANT interval := '15 minutes';
    round_up     CONSTANT interval := '14 minutes 59.999999 seconds';
    latest       CONSTANT timestamptz := p_to - interval '1 microsecond';
    business     uuid;
    zone         text;
    duration     interval;
    reach_before int;
    reach_after  int;
    first_day    date;
    days         int;
    dow          int;
    regular_opens  timestamptz[];
    regular_closes timestamptz[];
    opens        timestamptz[];
    closes       timestamptz[];
    blocked_from timestamptz[];
    free_from    timestamptz[];
    employee     uuid;
    has_own      boolean;
    has_overrides boolean;
    gap_employee uuid[] := '{}';
    gap_from     timestamptz[] := '{}';
    gap_to       timestamptz[] := '{}';
    anchor       timestamptz;
    candidate    timestamptz;
    last         timestamptz;
    block        int;
BEGIN
    SELECT b.id, timezone, make_interval(mins => s.duration), s.buffer_before_minutes, s.buffer_after_minutes + s.duration,
           local - 1, (p_to AT TIME ZONE timezone)::date - local + 1, extract(dow FROM local - 1)
    INTO business, zone, duration, reach_before, reach_after, first_day, days, dow
    FROM services s JOIN businesses b ON b.id = s.business_id,
         LATERAL (SELECT (p_from AT TIME ZONE timezone)::date AS local OFFSET 0) start
    WHERE s.id = p_service AND s.status = 'active' AND b.status = 'active';

    FOR employee, has_own, has_overrides IN
        SELECT e.id, EXISTS (SELECT FROM working_hours w WHERE w.employee_id = e.id),
               EXISTS (SELECT FROM employee_availability_overrides o WHERE o.employee_id = e.id AND o.start_time < p_to AND o.end_time > p_from)
        FROM unnest(p_employees) wanted (id)
        JOIN employee_services m ON m.service_id = p_service AND m.employee_id = wanted.id
        JOIN employees e ON e.id = m.employee_id AND e.employment_status = 'active'
    LOOP
        IF has_own THEN
            SELECT array_agg(o), array_agg(c) INTO opens, closes
            FROM (SELECT (first_day + n + start_time) AT TIME ZONE zone AS o, ((first_day + n + end_time) AT TIME ZONE zone) - duration AS c
                  FROM (SELECT start_time, end_time, generate_series((day_of_week - dow + 7) % 7, days, 7) AS n
                        FROM working_hours w WHERE w.employee_id = employee AND NOT is_off) day
                  ORDER BY 1) shift;
        ELSE
            IF regular_opens IS NULL THEN
                SELECT array_agg(o), array_agg(c) INTO regular_opens, regular_closes
                FROM (SELECT (first_day + n + start_time) AT TIME ZONE zone AS o, ((first_day + n + end_time) AT TIME ZONE zone) - duration AS c
                      FROM (SELECT start_time, end_time, generate_series((day_of_week - dow + 7) % 7, days, 7) AS n
                            FROM working_hours w WHERE w.business_id = business AND w.employee_id IS NULL AND NOT is_off) day
                      ORDER BY 1) shift;
            END IF;
            opens := regular_opens;
            closes := regular_closes;
        END IF;

        -- Each list ends with what is never reached, so that the loops need not look for its end.
        IF has_overrides THEN
            SELECT array_agg(o), array_agg(c) INTO opens, closes
            FROM (SELECT * FROM unnest(opens, closes) regular (o, c)
                  UNION ALL
                  SELECT o.start_time, o.end_time - duration FROM employee_availability_overrides o
                  WHERE o.employee_id = employee AND o.start_time < p_to AND o.end_time > p_from AND NOT o.is_unavailable
                  ORDER BY 1) shift;
            SELECT array_agg(f), array_agg(u) INTO blocked_from, free_from
            FROM (SELECT start_time - make_interval(mins => buffer_before_minutes + reach_after) AS f,
                         end_time + make_interval(mins => buffer_after_minutes + reach_before) AS u
                  FROM bookings b
                  WHERE b.employee_id = employee AND start_time >= p_from - interval '192 hours' AND start_time < p_to + make_interval(mins => reach_after + 1440)
                    AND status NOT IN ('cancelled', 'rejected', 'no_show') AND (hold_expires_at IS NULL OR hold_expires_at > now())
                  UNION ALL
                  SELECT o.start_time - duration, o.end_time FROM employee_availability_overrides o
                  WHERE o.employee_id = employee AND o.start_time < p_to AND o.end_time > p_from AND o.is_unavailable
                  UNION ALL
                  SELECT timestamptz 'infinity', timestamptz 'infinity'
                  ORDER BY 1) block;
        ELSE
            SELECT array_agg(f) || timestamptz 'infinity', array_agg(u) || timestamptz 'infinity' INTO blocked_from, free_from
            FROM (SELECT start_time - make_interval(mins => buffer_before_minutes + reach_after) AS f,
                         end_time + make_interval(mins => buffer_after_minutes + reach_before) AS u
                  FROM bookings b
                  WHERE b.employee_id = employee AND start_time >= p_from - interval '192 hours' AND start_time < p_to + make_interval(mins => reach_after + 1440)
                    AND status NOT IN ('cancelled', 'rejected', 'no_show') AND (hold_expires_at IS NULL OR hold_expires_at > now())
                  ORDER BY start_time) block;
        END IF;

        block := 1;
        FOR shift IN 1 .. coalesce(cardinality(opens), 0) LOOP
            last := least(closes[shift], latest);
            CONTINUE WHEN last < p_from;
            anchor := opens[shift];
            candidate := anchor;
            IF candidate < p_from THEN
                candidate := date_bin(step, p_from + round_up, anchor);
            END IF;
            WHILE candidate <= last LOOP
                WHILE free_from[block] <= candidate LOOP
                    block := block + 1;
                END LOOP;
                IF blocked_from[block] >= candidate THEN
                    gap_employee := gap_employee || employee;
                    gap_from := gap_from || candidate;
                    IF blocked_from[block] >= last THEN
                        gap_to := gap_to || last;
                        EXIT;
                    END IF;
                    gap_to := gap_to || blocked_from[block];
                END IF;
                candidate := date_bin(step, free_from[block] + round_up, anchor);
            END LOOP;
        END LOOP;
    END LOOP;

    RETURN QUERY
    SELECT s, s + duration, e
    FROM (SELECT e, generate_series(f, u, step) AS s FROM unnest(gap_employee, gap_from, gap_to) gap (e, f, u)) slot;
END $$;
