-- One report over all shards, for the administration of the platform: docs/scale-out.md. Run it by psql in a database of its own.
-- Then, for each shard: SELECT platform.add_shard('one', '{"host": "...", "dbname": "booking"}', 'reporting', 'password');
-- On the shard: CREATE ROLE reporting LOGIN BYPASSRLS PASSWORD '...'; GRANT SELECT ON business_stats, businesses, tenants TO reporting;
-- The role reads all tenants: let nobody log in as it but this report.

CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SCHEMA platform;
REVOKE ALL ON SCHEMA platform FROM PUBLIC;

CREATE TABLE platform.shards (name text PRIMARY KEY CHECK (name ~ '^[a-z0-9_]+$'));
COMMENT ON TABLE platform.shards IS 'The shards that the report reads; add_shard() writes it.';

CREATE FUNCTION platform.add_shard(name text, options jsonb, role text, password text DEFAULT NULL, extension_schema text DEFAULT 'public') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    shard CONSTANT text := 'shard_' || name;
    place record;
BEGIN
    INSERT INTO platform.shards VALUES (name);
    EXECUTE format('CREATE SERVER %I FOREIGN DATA WRAPPER postgres_fdw OPTIONS (fetch_size ''10000'', %s)', shard,
                   (SELECT string_agg(format('%I %L', o.key, o.value), ', ') FROM jsonb_each_text(options) o));
    EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER %I OPTIONS (user %L, %s)', shard, role,
                   CASE WHEN password IS NULL THEN 'password_required ''false''' ELSE format('password %L', password) END);
    FOR place IN SELECT * FROM (VALUES
        ('tenants', 'id uuid, name varchar, subdomain varchar'),
        ('businesses', 'id uuid, tenant_id uuid, name varchar, slug varchar'),
        ('business_stats', 'business_id uuid, month date, bookings bigint, booked_minutes bigint, working_minutes bigint, revenue jsonb, customers bigint, '
                           'new_customers bigint, cancellations bigint, no_shows bigint')) t (name, columns)
    LOOP
        EXECUTE format('CREATE FOREIGN TABLE platform.%I (%s) SERVER %I OPTIONS (schema_name %L, table_name %L)',
                       name || '_' || place.name, place.columns, shard, extension_schema, place.name);
    END LOOP;
    -- The join is made on the shard, which is asked for its figures alone.
    EXECUTE 'CREATE OR REPLACE VIEW platform.business_stats AS ' || (
        SELECT string_agg(format('SELECT %L::text AS shard, t.name AS tenant, b.name AS business, s.*, t.id AS tenant_id FROM platform.%I s '
                                 'JOIN platform.%I b ON b.id = s.business_id JOIN platform.%I t ON t.id = b.tenant_id', s.name, s.name || '_business_stats', s.name || '_businesses', s.name || '_tenants'),
                          ' UNION ALL ' ORDER BY s.name) FROM platform.shards s);
END
$$;
COMMENT ON FUNCTION platform.add_shard(text, jsonb, text, text, text) IS
    'Adds a shard to the report. options: those of the foreign server, such as {"host": "...", "port": "5432", "dbname": "booking"}.';

CREATE FUNCTION platform.figures(from_month date, to_month date)
RETURNS TABLE (month date, shards bigint, tenants bigint, businesses bigint, bookings numeric, cancellations numeric, no_shows numeric, booked_minutes numeric, revenue jsonb)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY WITH stats AS MATERIALIZED (SELECT * FROM platform.business_stats s WHERE s.month BETWEEN from_month AND to_month),
    money AS (
        SELECT m.month, jsonb_object_agg(m.currency, m.amount) AS revenue
        FROM (SELECT s.month, r.key AS currency, sum(r.value::numeric) AS amount FROM stats s, jsonb_each_text(s.revenue) r GROUP BY s.month, r.key) m
        GROUP BY m.month)
    SELECT s.month, count(DISTINCT s.shard), count(DISTINCT s.tenant_id), count(DISTINCT s.business_id), sum(s.bookings), sum(s.cancellations), sum(s.no_shows),
           sum(s.booked_minutes), coalesce((SELECT m.revenue FROM money m WHERE m.month = s.month), '{}')
    FROM stats s GROUP BY s.month ORDER BY s.month;
END
$$;
COMMENT ON FUNCTION platform.figures(date, date) IS 'The figures of the whole platform, month by month, as of the last refresh of each shard. Customers of several businesses cannot be added up.';
