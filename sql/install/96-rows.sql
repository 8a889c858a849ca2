-- Whether the rows are as the triggers write them. After a restore, a reinstallation, or work with triggers disabled.
-- bookmeatoz_verify() compares definitions and reads no table; bookmeatoz_verify_rows() reads the rows.

CREATE FUNCTION @extschema@.bookmeatoz_booking_resource(business_id uuid, employee_id uuid, resource_id uuid) RETURNS uuid
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_booking_resource(uuid, uuid, uuid) IS
    'S18: the resource of a booking that the guard wrote: the employee; without one the business, if resource_id is that; else NULL. Called by bookmeatoz_verify_rows().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_booking_resource(uuid, uuid, uuid) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_booking_session_key(id uuid, resource_id uuid, service_id uuid, start_time timestamptz, end_time timestamptz)
RETURNS uuid
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_booking_session_key(uuid, uuid, uuid, timestamptz, timestamptz) IS
    'S15, S18: the session key of a booking that the guard wrote. Called by bookmeatoz_verify_rows().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_booking_session_key(uuid, uuid, uuid, timestamptz, timestamptz) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_capacity(business_settings jsonb, service_settings jsonb) RETURNS integer
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_capacity(jsonb, jsonb) IS
    'S15: how many seats a session of the service has; NULL if a setting is invalid. Called by bookmeatoz_verify_rows().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_capacity(jsonb, jsonb) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_settings_refusal(of_service boolean, id uuid, settings jsonb) RETURNS text
LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_settings_refusal(boolean, uuid, jsonb) IS
    'S17: the message with which trigger_check_settings() would refuse the settings of a service or a business; NULL if it would not. Called by bookmeatoz_verify_rows().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_settings_refusal(boolean, uuid, jsonb) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_mend_bookings(ids uuid[]) RETURNS TABLE (id uuid, refusal text)
LANGUAGE C STRICT AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_mend_bookings(uuid[]) IS
    'Lets the guard decide anew about these bookings, as if they had no place before. Returns those that get none, and why; they stay as they were. Called by bookmeatoz_verify_rows().
Errors:
- 55000: the guard''s trigger is missing or disabled';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_mend_bookings(uuid[]) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_note_progress(table_name text, step text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    many CONSTANT bigint := 100000;
    size CONSTANT bigint := (SELECT c.reltuples FROM pg_class c WHERE c.oid = to_regclass(format('%s.%I', '@extschema@', table_name)));
BEGIN
    IF size >= many THEN
        RAISE NOTICE '%: % (about % rows)', table_name, step, size;
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_note_progress(text, text) IS
    'A NOTICE of what is done with a table, if that is large. Called by bookmeatoz_verify_rows().';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_note_progress(text, text) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_check_rows(repair boolean)
RETURNS TABLE (severity text, table_name text, row_id uuid, finding text, mended boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- What the guard fills and a row does not fit: the names of these columns; empty for a row that fits. The column busy may be gone.
    unfit CONSTANT text := $q$concat_ws(', ', CASE WHEN b.end_time IS NULL OR b.end_time = '-infinity' THEN 'end_time' END,
                  CASE WHEN b.buffer_before_minutes IS NULL OR b.buffer_before_minutes = -1 THEN 'buffer_before_minutes' END,
                  CASE WHEN b.buffer_after_minutes IS NULL OR b.buffer_after_minutes = -1 THEN 'buffer_after_minutes' END,
                  CASE WHEN b.resource_id IS DISTINCT FROM r.resource THEN 'resource_id' END,
                  CASE WHEN b.session_key IS DISTINCT FROM @extschema@.bookmeatoz_booking_session_key(b.id, r.resource, b.service_id, b.start_time, b.end_time)
                       THEN 'session_key' END$q$;
    unfit_busy CONSTANT text := $q$,
                  CASE WHEN b.busy IS DISTINCT FROM @extschema@.busy_range(b.start_time, b.end_time, b.buffer_before_minutes, b.buffer_after_minutes)
                       THEN 'busy' END$q$;
    -- Pasted together, because the schema's name may have a % in it.
    of_bookings CONSTANT text := $q$
        FROM @extschema@.bookings b$q$;
    of_archive CONSTANT text := $q$
        FROM @extschema@.bookings_archive b$q$;
    with_resource CONSTANT text := $q$
        CROSS JOIN LATERAL (SELECT @extschema@.bookmeatoz_booking_resource(b.business_id, b.employee_id, b.resource_id) OFFSET 0) r (resource)$q$;
    -- What is written, if it was found to fit: it takes long to compute.
    session_of CONSTANT text := $q$
        CASE WHEN b.id = ANY ($1) THEN @extschema@.bookmeatoz_booking_session_key(b.id, r.resource, b.service_id, b.start_time, b.end_time)
             ELSE b.session_key END$q$;
    has_busy CONSTANT boolean := EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass('@extschema@.bookings') AND a.attname = 'busy' AND NOT a.attisdropped);
    stale    uuid[];
    columns  text[];
    gone     uuid[];
    refused  jsonb := '{}';
    fill     record;
    key      record;
    number   bigint;
BEGIN
    IF repair THEN
        LOCK TABLE @extschema@.bookings IN SHARE ROW EXCLUSIVE MODE;
    END IF;

    -- Bookings that do not fit. A hold that has expired is no booking any more: it goes, as it would by itself.
    PERFORM @extschema@.bookmeatoz_note_progress('bookings', 'compares the columns that the guard fills');
    EXECUTE 'SELECT array_agg(s.id), array_agg(s.columns) FROM (SELECT b.id, ' || unfit || CASE WHEN has_busy THEN unfit_busy ELSE '' END || ') AS columns'
            || of_bookings || with_resource || ' ORDER BY b.id) s WHERE s.columns <> ''''' INTO stale, columns;
    -- Bookings that share a seat, where the session has others free. (The unique index may be missing.)
    SELECT array_cat(stale, array_agg(d.id)), array_cat(columns, array_agg('seat'::text))
    INTO stale, columns
    FROM (SELECT b.id, b.business_id, b.service_id, count(*) OVER (PARTITION BY b.session_key) AS bookings,
                 row_number() OVER (PARTITION BY b.session_key, b.seat ORDER BY b.created_at, b.id) AS number
          FROM @extschema@.bookings b
          WHERE NOT b.overbooked AND b.status NOT IN ('cancelled', 'rejected', 'no_show') AND b.id <> ALL (coalesce(stale, '{}'))) d
    JOIN @extschema@.services s ON s.id = d.service_id JOIN @extschema@.businesses z ON z.id = d.business_id
    WHERE d.number > 1 AND d.bookings <= @extschema@.bookmeatoz_capacity(z.settings, s.settings);
    IF repair AND stale IS NOT NULL THEN
        WITH deleted AS (
            DELETE FROM @extschema@.bookings b
            WHERE b.id = ANY (stale) AND b.status = 'pending' AND b.hold_expires_at <= clock_timestamp() RETURNING b.id)
        SELECT array_agg(d.id) INTO gone FROM deleted d;
        PERFORM @extschema@.bookmeatoz_note_progress('bookings', format('mends %s bookings', cardinality(stale) - coalesce(cardinality(gone), 0)));
        SELECT coalesce(jsonb_object_agg(m.id, m.refusal), '{}') INTO refused
        FROM @extschema@.bookmeatoz_mend_bookings(ARRAY(SELECT s FROM unnest(stale) s WHERE s <> ALL (coalesce(gone, '{}')))) m;
    END IF;
    RETURN QUERY
        SELECT 'error', 'bookings', s.id,
               CASE WHEN s.id = ANY (gone) THEN 'a hold that has expired, and that the guard did not write: deleted'
                    ELSE format('not as the guard writes it: %s', s.columns)
                         || coalesce('; it cannot be mended: ' || (refused ->> s.id::text), '') END,
               repair AND NOT refused ? s.id::text
        FROM unnest(stale, columns) s (id, columns);

    -- Bookings that collide, by the places that they should have.
    PERFORM @extschema@.bookmeatoz_note_progress('bookings', 'looks for overlaps');
    RETURN QUERY EXECUTE $q$
        WITH place AS (
            SELECT b.id, r.resource, $q$ || session_of || $q$ AS session,
                   @extschema@.busy_range(b.start_time, b.end_time, b.buffer_before_minutes, b.buffer_after_minutes) AS busy
            $q$ || of_bookings || with_resource || $q$ WHERE r.resource IS NOT NULL AND NOT b.overbooked AND b.status NOT IN ('cancelled', 'rejected', 'no_show')
        ),
        session AS MATERIALIZED (
            SELECT p.resource, p.session, min(p.id::text)::uuid AS id, min(lower(p.busy)) AS begins, max(upper(p.busy)) AS ends
            FROM place p WHERE NOT isempty(p.busy) GROUP BY p.resource, p.session
        ),
        later AS (
            SELECT s.*, max(s.ends) OVER (PARTITION BY s.resource ORDER BY s.begins, s.session
                                          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
            FROM session s
        )
        SELECT 'error', 'bookings', l.id, format('overlaps booking %s', e.id), false
        FROM later l JOIN session e ON e.resource = l.resource AND e.ends > l.begins AND (e.begins, e.session) < (l.begins, l.session)
        WHERE l.taken_until > l.begins ORDER BY l.begins, l.id, e.id$q$ USING coalesce(stale, '{}');

    -- Seats. The unique index decides about them; it may be missing. The capacity may have been lowered since.
    PERFORM @extschema@.bookmeatoz_note_progress('bookings', 'counts seats');
    RETURN QUERY EXECUTE $q$
        WITH taken AS (
            SELECT b.business_id, b.service_id, min(b.id::text)::uuid AS id, count(*) AS bookings, count(DISTINCT b.seat) AS seats
            $q$ || of_bookings || with_resource || $q$ WHERE r.resource IS NOT NULL AND NOT b.overbooked AND b.status NOT IN ('cancelled', 'rejected', 'no_show')
            GROUP BY b.business_id, b.service_id, $q$ || session_of || $q$
            HAVING count(*) > 1
        )
        SELECT CASE WHEN t.seats < t.bookings THEN 'error' ELSE 'warning' END, 'bookings', t.id,
               CASE WHEN t.seats < t.bookings THEN format('%s bookings of its session have %s seats', t.bookings, t.seats)
                    ELSE format('its session has %s bookings, its service a capacity of %s', t.bookings, c.capacity) END, false
        FROM taken t
        JOIN @extschema@.services s ON s.id = t.service_id JOIN @extschema@.businesses z ON z.id = t.business_id
        CROSS JOIN LATERAL (SELECT @extschema@.bookmeatoz_capacity(z.settings, s.settings)) c (capacity)
        WHERE t.seats < t.bookings OR t.bookings > c.capacity ORDER BY t.id$q$ USING coalesce(stale, '{}');

    -- The archive occupies nothing, and nobody may write it: what is wrong there is only said.
    IF to_regclass('@extschema@.bookings_archive') IS NOT NULL THEN
        PERFORM @extschema@.bookmeatoz_note_progress('bookings_archive', 'compares the columns that the guard fills');
        RETURN QUERY EXECUTE $q$
            SELECT 'warning', 'bookings_archive', s.id, format('not as the guard writes it: %s', s.columns), false
            FROM (SELECT b.id, $q$ || unfit || unfit_busy || ') AS columns' || of_archive || with_resource || $q$) s WHERE s.columns <> '' ORDER BY s.id$q$;
        RETURN QUERY
            SELECT 'error', 'bookings_archive', a.id, 'is in bookings too: reports count it twice', false
            FROM @extschema@.bookings_archive a JOIN @extschema@.bookings b ON b.id = a.id ORDER BY a.id;
    END IF;

    -- What the triggers of other tables fill, unless a CHECK refuses what they have not. An UPDATE of the column fires them.
    FOR fill IN
        SELECT v.*, format('%s.%I', '@extschema@', v.relation) AS place
        FROM (VALUES ('users', 'email', $q$email <> lower(lower(email COLLATE "C") COLLATE "default")$q$, 'not in lower case'),
                     ('customers', 'email', $q$email <> lower(lower(email COLLATE "C") COLLATE "default")$q$, 'not in lower case'),
                     ('employee_services', 'business_id', $q$business_id = '00000000-0000-0000-0000-000000000000'$q$, 'not filled in'),
                     ('employee_availability_overrides', 'business_id', $q$business_id = '00000000-0000-0000-0000-000000000000'$q$, 'not filled in')
             ) v (relation, attribute, unfit, what)
    LOOP
        CONTINUE WHEN to_regclass(fill.place) IS NULL;
        PERFORM @extschema@.bookmeatoz_note_progress(fill.relation, format('compares %s', fill.attribute));
        severity := 'error';
        table_name := fill.relation;
        FOR row_id IN EXECUTE format('SELECT id FROM %s WHERE %s ORDER BY id', fill.place, fill.unfit) LOOP
            finding := format('%s is %s', fill.attribute, fill.what);
            mended := false;
            IF repair THEN
                BEGIN
                    EXECUTE format('UPDATE %s SET %2$I = %2$I WHERE id = $1 RETURNING NOT coalesce(%3$s, false)', fill.place, fill.attribute, fill.unfit)
                        INTO mended USING row_id;
                    mended := coalesce(mended, false);
                EXCEPTION WHEN integrity_constraint_violation OR raise_exception THEN
                    finding := format('%s; it cannot be mended: %s', finding, SQLERRM);
                END;
            END IF;
            RETURN NEXT;
        END LOOP;
    END LOOP;

    -- What a trigger would refuse.
    RETURN QUERY
        SELECT 'error', f.relation, f.id, f.refusal, false
        FROM (SELECT 'services' AS relation, s.id, @extschema@.bookmeatoz_settings_refusal(true, s.id, s.settings) AS refusal FROM @extschema@.services s
              UNION ALL
              SELECT 'businesses', z.id, @extschema@.bookmeatoz_settings_refusal(false, z.id, z.settings) FROM @extschema@.businesses z) f
        WHERE f.refusal IS NOT NULL ORDER BY f.relation, f.id;

    -- Foreign keys: nobody checks them for rows that are restored with --disable-triggers.
    FOR key IN
        SELECT k.conname, c.relname, c.oid::regclass AS referring, k.confrelid::regclass AS referred,
               string_agg(format('p.%I = c.%I', theirs.attname, ours.attname), ' AND ' ORDER BY o.number) AS same,
               string_agg(format('c.%I IS NOT NULL', ours.attname), ' AND ' ORDER BY o.number) AS given
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        CROSS JOIN unnest(k.conkey, k.confkey) WITH ORDINALITY o (ours, theirs, number)
        JOIN pg_attribute ours ON ours.attrelid = k.conrelid AND ours.attnum = o.ours
        JOIN pg_attribute theirs ON theirs.attrelid = k.confrelid AND theirs.attnum = o.theirs
        WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid IN (SELECT r FROM @extschema@.bookmeatoz_relations() r)
        GROUP BY k.oid, c.oid ORDER BY c.relname COLLATE "C", k.conname COLLATE "C"
    LOOP
        PERFORM @extschema@.bookmeatoz_note_progress(key.relname, format('follows %s', key.conname));
        EXECUTE format('SELECT count(*) FROM %s c WHERE %s AND NOT EXISTS (SELECT FROM %s p WHERE %s)', key.referring, key.given, key.referred, key.same)
            INTO number;
        IF number > 0 THEN
            RETURN QUERY SELECT 'error', key.relname::text, NULL::uuid, format('rows that refer to what does not exist, by %s: %s', key.conname, number), false;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_check_rows(boolean) IS
    'Does what bookmeatoz_verify_rows() promises, with the rights of its caller. Called by that and by bookmeatoz_install_schema(), as the owner.';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_check_rows(boolean) FROM PUBLIC;

CREATE FUNCTION @extschema@.bookmeatoz_verify_rows(repair boolean DEFAULT false)
RETURNS TABLE (severity text, table_name text, row_id uuid, finding text, mended boolean)
LANGUAGE C SET search_path = pg_catalog, pg_temp AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION @extschema@.bookmeatoz_verify_rows(boolean) IS
    'Rows that are not as the triggers write them; no row if all are. For after a restore of data alone, a reinstallation, or work with triggers disabled: bookmeatoz_verify() reads no rows. A NOTICE tells of each step with a table of 100,000 rows or more.
It finds:
- in bookings, columns that the guard fills and that do not fit the row, bookings that overlap, and sessions with more bookings than seats
- in other tables, what a trigger would have filled in, written in lower case or refused, and references to what does not exist
- in bookings_archive, the same columns as in bookings, and bookings that are in both tables
Run it as the owner of the data; a superuser acts as the owner.
Arguments:
- repair: mend what can be mended without a choice: columns that a trigger fills, by that trigger; a hold that has expired is deleted. Nobody can write bookings until the end of the transaction. Of two bookings that overlap neither is touched
Columns:
- severity: error, or warning for what may be so by design: a capacity that was lowered, and the archive
- row_id: of several bookings of one session, the first; NULL where the finding is about several rows
- mended: true for what repair has mended
Errors:
- 22004: repair is NULL
- 42501: another role calls it
- 55000: repair, and the guard''s trigger is missing or disabled';
REVOKE EXECUTE ON FUNCTION @extschema@.bookmeatoz_verify_rows(boolean) FROM PUBLIC;
