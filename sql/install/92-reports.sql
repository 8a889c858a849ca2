-- Reports: the figures of a business, month by month. What each figure means stands in business_figures() alone; the materialized view
-- business_stats and business_statistics() both call it.

CREATE FUNCTION @extschema@.working_time(business_id uuid, from_date date, to_date date)
RETURNS TABLE (employee_id uuid, working_time interval)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'working_time';
COMMENT ON FUNCTION @extschema@.working_time(uuid, date, date) IS
    'How much working time each employee of a business has on the dates from from_date to to_date, both included: weekly hours, seasons, overrides and closures as the search of slots counts them (S1 to S5), bookings aside.
One row an employee, whatever their status, none for who has no working time then. Where the business has no employees, one row for itself, with employee_id NULL (S12).
Dates are those of the time zone of the business. It is elapsed time: a night shift over a change of the clock has an hour more or less. A shift over midnight counts for each date by its part.
Arguments:
- from_date, to_date: at most 366 dates
Errors:
- BM003: the business does not exist or is not visible
- 22004: a NULL
- 22023: an infinite date, from_date > to_date, more dates, an invalid setting, an unknown time zone
- 22008: beyond the years 1 to 9999
- 54000: 1,000,000 overrides, 10,000 of one employee or the business, 100,000 rows of working_hours or 10,000 of one employee or the business';

CREATE FUNCTION @extschema@.business_figures(business uuid, from_date date, to_date date)
RETURNS TABLE (
    business_id        uuid,
    month              date,
    bookings           bigint,
    bookings_by_status jsonb,
    booked_minutes     bigint,
    working_minutes    bigint,
    revenue            jsonb,
    customers          bigint,
    new_customers      bigint,
    cancellations      bigint,
    no_shows           bigint,
    median_lead_time   interval)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 12 SET search_path = pg_catalog, pg_temp SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan AS $$
-- Bitmaps are off: the planner takes a customer and a business for independent, and would read all bookings of a customer for the first one.
-- The plan is generic: to plan for each partition of the archive takes longer than to read the month. The partitions that cannot have a
-- booking of these dates are left out when it runs.
-- The status is compared as text, for a partial index of bookings would be taken for a cheap way to it.
#variable_conflict use_column
DECLARE
    -- No zone is a whole day away from UTC. As variables they are conditions of an index under row security too, as expressions they are not.
    earliest CONSTANT timestamptz := (coalesce($2, '0001-01-01') - 1)::timestamp AT TIME ZONE 'UTC';
    latest   CONSTANT timestamptz := (coalesce($3, '9999-12-31') + 2)::timestamp AT TIME ZONE 'UTC';
    -- What starts later is of these dates, or of later ones.
    began    CONSTANT timestamptz := earliest + interval '2 days';
BEGIN
    RETURN QUERY
        WITH booking AS NOT MATERIALIZED (
            -- The one place that says where bookings are kept.
            SELECT b.id, b.business_id, b.customer_id, b.employee_id, b.start_time, b.end_time, b.status, b.price, b.currency, b.created_at,
                   b.resource_id, b.session_key, b.status::text NOT IN ('cancelled', 'rejected', 'no_show') AS occupies
            FROM @extschema@.bookings_all b
            WHERE b.hold_expires_at IS NULL
        ),
        zone AS MATERIALIZED (
            SELECT b.timezone, coalesce($2, '0001-01-01') AS first, coalesce($3, '9999-12-31') AS last FROM @extschema@.businesses b WHERE b.id = $1
        ),
        counted AS MATERIALIZED (
            SELECT b.*, date_trunc('month', local.start)::date AS month
            FROM zone z CROSS JOIN booking b CROSS JOIN LATERAL (SELECT b.start_time AT TIME ZONE z.timezone) local (start)
            WHERE b.business_id = $1 AND local.start::date BETWEEN z.first AND z.last AND b.start_time >= earliest AND b.start_time < latest
        ),
        month AS MATERIALIZED (
            SELECT m.month, greatest(m.month, z.first) AS first, least((m.month + interval '1 month - 1 day')::date, z.last) AS last
            FROM zone z CROSS JOIN (SELECT c.month FROM counted c
                                    UNION
                                    SELECT g::date FROM generate_series(date_trunc('month', $2::timestamp), $3::timestamp, '1 month') g) m
        ),
        total AS (
            SELECT c.month, count(*) AS bookings, count(*) FILTER (WHERE c.status = 'cancelled') AS cancellations, count(*) FILTER (WHERE c.status = 'no_show') AS no_shows,
                   percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE WHEN c.created_at BETWEEN '0001-01-01 00:00+00' AND '9999-12-31 00:00+00' THEN c.start_time - c.created_at END)
                   AS median_lead_time
            FROM counted c GROUP BY c.month
        ),
        by_status AS (
            SELECT s.month, jsonb_object_agg(s.status, s.bookings) AS bookings
            FROM (SELECT c.month, c.status, count(*) AS bookings FROM counted c GROUP BY c.month, c.status) s GROUP BY s.month
        ),
        by_currency AS (
            SELECT p.month, jsonb_object_agg(p.currency, p.price) AS revenue
            FROM (SELECT c.month, coalesce(c.currency, 'XXX') AS currency, sum(c.price) AS price
                  FROM counted c WHERE c.status = 'completed' AND c.price IS NOT NULL GROUP BY c.month, coalesce(c.currency, 'XXX')) p GROUP BY p.month
        ),
        booked AS (
            SELECT s.month, sum(s.end_time - s.start_time) AS time
            FROM (SELECT DISTINCT c.month, CASE WHEN c.resource_id IS NULL THEN c.id ELSE c.session_key END AS session, c.start_time, c.end_time
                  FROM counted c WHERE c.occupies) s
            GROUP BY s.month
        ),
        worked AS (
            SELECT m.month, sum(w.working_time) AS time
            FROM month m CROSS JOIN LATERAL @extschema@.working_time($1, m.first, m.last) w
            WHERE w.employee_id IS NULL
               OR (SELECT e.employment_status = 'active' FROM @extschema@.employees e WHERE e.id = w.employee_id)
               OR EXISTS (SELECT FROM counted c WHERE c.month = m.month AND c.employee_id = w.employee_id AND c.occupies)
            GROUP BY m.month
        ),
        customer AS (
            SELECT v.month, count(*) AS all_of_them,
                   -- Most who were here before were so of late: to ask that first spares them a look into each month of the archive.
                   count(*) FILTER (WHERE v.is_first
                       AND NOT EXISTS (SELECT FROM booking b WHERE b.customer_id = v.customer_id AND b.occupies AND b.start_time < v.first AND b.start_time < began
                                                               AND b.start_time >= v.first - interval '3 months')
                       AND NOT EXISTS (SELECT FROM booking b WHERE b.customer_id = v.customer_id AND b.occupies AND b.start_time < v.first AND b.start_time < began)) AS new
            FROM (SELECT c.month, min(c.start_time) AS first, c.customer_id, c.month = min(c.month) OVER (PARTITION BY c.customer_id) AS is_first
                  FROM counted c WHERE c.occupies AND c.customer_id IS NOT NULL GROUP BY c.month, c.customer_id) v
            GROUP BY v.month
        )
        SELECT $1, m.month, coalesce(t.bookings, 0), coalesce(s.bookings, '{}'),
               coalesce(round(extract(epoch FROM b.time) / 60), 0)::bigint, coalesce(round(extract(epoch FROM w.time) / 60), 0)::bigint,
               coalesce(r.revenue, '{}'), coalesce(c.all_of_them, 0), coalesce(c.new, 0), coalesce(t.cancellations, 0), coalesce(t.no_shows, 0), t.median_lead_time
        FROM month m LEFT JOIN total t USING (month) LEFT JOIN by_status s USING (month) LEFT JOIN by_currency r USING (month) LEFT JOIN booked b USING (month)
        LEFT JOIN worked w USING (month) LEFT JOIN customer c USING (month)
        ORDER BY m.month;
END
$$;
COMMENT ON FUNCTION @extschema@.business_figures(uuid, date, date) IS
    'The figures of one business, one row a month, ascending: of the dates from from_date to to_date, both included, or, where these are NULL, of every month that has a booking.
It counts what the caller sees. A business that does not exist or is not visible has no row.
A booking belongs to the month of the local date on which it starts, in the time zone of the business, whole. A hold counts in no figure. An overbooked booking counts like any other. Only the years 1 to 9999 count.
Occupying are all bookings but those that are cancelled, rejected or no_show (S11).
Result:
- month: its first day. Where from_date or to_date lies within the month, all figures are of its dates from or up to that
- bookings: all bookings, whatever their status
- bookings_by_status: how many of each status that occurs, those that the application added too: {"completed": 12, "cancelled": 1}
- booked_minutes: the time of the occupying bookings from start to end, without buffers. The seats of one session count once (S15), also one that was overbooked
- working_minutes: the working time of working_time(), summed: of the employees who are active now, and of those others who have an occupying booking of that month; of the business itself where it has no employees. By the hours that are stored now
- revenue: the prices of the completed bookings, as frozen in them, summed for each currency: {"EUR": 480.00}. XXX is for prices without a currency; bookings without a price count nowhere
- customers: the different customers with an occupying booking
- new_customers: those of them whose first occupying booking in the business, by its start, is of these dates. First of all times, not of the dates asked for
- cancellations, no_shows: the bookings with status cancelled, and no_show
- median_lead_time: of all bookings, the time from created_at to start_time, of which half are no longer; the lower one of two. NULL without bookings
booked_minutes / working_minutes is the utilisation. It is above 1 where more was booked than the working time.
Errors: those of working_time().
Called by business_statistics() and for business_stats.';

CREATE FUNCTION @extschema@.business_statistics(from_date date, to_date date)
RETURNS TABLE (
    business_id        uuid,
    month              date,
    bookings           bigint,
    bookings_by_status jsonb,
    booked_minutes     bigint,
    working_minutes    bigint,
    revenue            jsonb,
    customers          bigint,
    new_customers      bigint,
    cancellations      bigint,
    no_shows           bigint,
    median_lead_time   interval)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF from_date IS NULL OR to_date IS NULL THEN
        RAISE EXCEPTION '% must not be NULL', CASE WHEN from_date IS NULL THEN 'from_date' ELSE 'to_date' END USING ERRCODE = 'null_value_not_allowed';
    ELSIF NOT isfinite(from_date) OR NOT isfinite(to_date) THEN
        RAISE EXCEPTION '% must be finite', CASE WHEN isfinite(from_date) THEN 'to_date' ELSE 'from_date' END USING ERRCODE = 'invalid_parameter_value';
    ELSIF from_date < '0001-01-01' OR to_date > '9999-12-31' THEN
        RAISE EXCEPTION '% is out of range', CASE WHEN from_date < '0001-01-01' THEN 'from_date' ELSE 'to_date' END
            USING ERRCODE = 'datetime_field_overflow', DETAIL = 'It must lie in the years 1 to 9999.';
    ELSIF from_date > to_date THEN
        RAISE EXCEPTION 'from_date must not be later than to_date'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Both dates are included: exchange the two.';
    ELSIF to_date - from_date >= 3660 THEN
        RAISE EXCEPTION 'more than 3,660 dates are asked for'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Ask for several ranges in turn.';
    END IF;
    RETURN QUERY
        SELECT f.* FROM @extschema@.businesses b CROSS JOIN LATERAL @extschema@.business_figures(b.id, from_date, to_date) f
        WHERE @extschema@.can_access_business(b.id)
        ORDER BY b.id, f.month;
END
$$;
COMMENT ON FUNCTION @extschema@.business_statistics(date, date) IS
    'The figures of the businesses of the session, as of this moment: for each of them one row a month, of the dates from from_date to to_date, both included, also for months without a booking.
A business session gets those of its business, a tenant session those of the tenant''s businesses, a user session none. The function runs with the rights and the row security of the caller.
The columns are those of business_figures(), which says what they mean.
Arguments:
- from_date, to_date: at most 3,660 dates, ten years
Errors:
- 22004: a NULL
- 22023: an infinite date, from_date > to_date, more dates
- 22008: beyond the years 1 to 9999
- those of working_time()';

CREATE FUNCTION @extschema@.bookmeatoz_all_figures()
RETURNS TABLE (
    business_id        uuid,
    month              date,
    bookings           bigint,
    bookings_by_status jsonb,
    booked_minutes     bigint,
    working_minutes    bigint,
    revenue            jsonb,
    customers          bigint,
    new_customers      bigint,
    cancellations      bigint,
    no_shows           bigint,
    median_lead_time   interval)
LANGUAGE C STABLE COST 1000000 ROWS 10000 AS 'MODULE_PATHNAME', 'bookmeatoz_all_figures';
COMMENT ON FUNCTION @extschema@.bookmeatoz_all_figures() IS
    'business_figures() of all businesses, of every month that has a booking: what business_stats contains. It reads as the owner of the data, also where FORCE ROW LEVEL SECURITY binds the owner. NOTICEs say how far it is, every five seconds.
A business whose figures raise an error is left out with a WARNING, so that it does not stop the others.
Errors:
- 42501: the caller is not the owner of the data';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_all_figures() FROM PUBLIC;

CREATE FUNCTION @extschema@.refresh_business_stats() RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    began      CONSTANT timestamptz := clock_timestamp();
    stats      record;
    concurrent boolean;
    rows       bigint;
BEGIN
    SELECT c.relispopulated, c.relowner INTO stats FROM pg_class c WHERE c.oid = to_regclass('@extschema@.business_stats') AND c.relkind = 'm';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'materialized view business_stats does not exist'
            USING ERRCODE = 'undefined_table', HINT = 'Run SELECT bookmeatoz_install_schema() as the owner of the data.';
    END IF;
    concurrent := stats.relispopulated AND has_database_privilege(stats.relowner, current_database(), 'TEMPORARY');
    IF stats.relispopulated AND NOT concurrent THEN
        RAISE NOTICE 'business_stats is refreshed without CONCURRENTLY: readers wait'
            USING DETAIL = format('Its owner, role %I, may create no temporary tables in this database.', pg_get_userbyid(stats.relowner)),
                  HINT = format('Run GRANT TEMPORARY ON DATABASE %I TO %I, or bookmeatoz_set_owner(), as a superuser.', current_database(), pg_get_userbyid(stats.relowner));
    END IF;
    EXECUTE format('REFRESH MATERIALIZED VIEW %s %s.business_stats', CASE WHEN concurrent THEN 'CONCURRENTLY' END, '@extschema@');
    SELECT count(*) INTO rows FROM @extschema@.business_stats;
    RAISE NOTICE 'business_stats: % rows in % s', rows, round(extract(epoch FROM clock_timestamp() - began), 1);
    RETURN rows;
END
$$;
COMMENT ON FUNCTION @extschema@.refresh_business_stats() IS
    'Computes business_stats anew and returns how many rows it has. Run it as the owner of the data, as often as the reports need it. NOTICEs say how far it is.
Readers do not wait for it (REFRESH MATERIALIZED VIEW CONCURRENTLY), unless the view is filled for the first time or its owner may create no temporary tables. A second call waits until the first has ended.
Errors:
- 42501: the caller is not the owner
- 42P01: the view does not exist';
REVOKE EXECUTE ON FUNCTION @extschema@.refresh_business_stats() FROM PUBLIC;
