#!/bin/bash
# Dump and restore, and DROP EXTENSION: the user's rows and the user's own changes must survive both.
# Needs a server with bookmeatoz installed (PGHOST, PGUSER a superuser) and its programs in PATH. Called by ./dev check.
# Prints one "ok" or "not ok" line a test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

databases=(restore_source restore_forced_source restore_forced restore_unpopulated restore_plain restore_parallel restore_data restore_history restore_faithful restore_replica restore_untriggered restore_saved restore_dropped restore_owned restore_by_owner restore_of_owned)
work=$(mktemp -d)
clean_up() {
	for database in "${databases[@]}"; do dropdb --if-exists "$database" 2>/dev/null || true; done
	for role in restore_owner restore_heir restore_staff; do dropuser --if-exists "$role" 2>/dev/null || true; done
	rm -rf "$work"
}
trap clean_up EXIT

result=0
sql() { psql -X -q -v ON_ERROR_STOP=1 -d "$@"; }
value() { psql -X -q -At -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }
snapshot() { sql "$1" -f snapshot.sql >"$work/$1" 2>&1; }

# check NAME COMMAND...
check() {
	local name=$1
	shift
	if "$@" >"$work/output" 2>&1; then
		echo "ok - $name"
	else
		head -n 50 "$work/output"
		echo "not ok - $name"
		result=1
	fi
}
same_as_source() { diff "$work/restore_source" "$work/$1"; }

createdb restore_source
PGOPTIONS='-c client_min_messages=warning' sql restore_source -c 'CREATE EXTENSION bookmeatoz CASCADE'
sql restore_source -f rows.sql -f additions.sql -c 'SET client_min_messages = warning' -c 'SELECT refresh_business_stats()' >/dev/null
snapshot restore_source

restore_plain() {
	createdb restore_plain &&
		pg_dump restore_source >"$work/plain.sql" &&
		sql restore_plain -f "$work/plain.sql" &&
		snapshot restore_plain
}
check 'a plain dump restores without an error' restore_plain
check 'the plain restore equals its source' same_as_source restore_plain

restore_parallel() {
	createdb restore_parallel &&
		pg_dump -Fd -j4 -f "$work/folder" restore_source &&
		pg_restore -j4 -e -d restore_parallel "$work/folder" &&
		snapshot restore_parallel
}
check 'a parallel restore has no error' restore_parallel
check 'the parallel restore equals its source' same_as_source restore_parallel

# Under FORCE the restored owner would see no booking while the dump refreshes the reports; an unpopulated view is restored so.
figures="SELECT (SELECT count(*) FROM business_stats) = (SELECT count(DISTINCT (b.business_id, date_trunc('month', b.start_time AT TIME ZONE z.timezone)))
	FROM bookings_all b JOIN businesses z ON z.id = b.business_id WHERE b.hold_expires_at IS NULL) AND (SELECT count(*) > 0 FROM business_stats)"
restore_forced() {
	createdb -T restore_source restore_forced_source &&
		sql restore_forced_source -c 'SELECT bookmeatoz_force_row_security(true)' >/dev/null &&
		createdb restore_forced &&
		pg_dump -Fc -f "$work/forced.dump" restore_forced_source &&
		pg_restore -e -d restore_forced "$work/forced.dump" &&
		[ "$(value restore_forced "SELECT relforcerowsecurity FROM pg_class WHERE oid = 'bookings'::regclass")" = t ] &&
		[ "$(value restore_forced "$figures")" = t ] &&
		sql restore_forced_source -c 'REFRESH MATERIALIZED VIEW business_stats WITH NO DATA' &&
		pg_dump restore_forced_source | sql restore_unpopulated >/dev/null &&
		[ "$(value restore_unpopulated "SELECT relispopulated FROM pg_class WHERE oid = 'business_stats'::regclass")" = f ] &&
		[ "$(PGOPTIONS='-c client_min_messages=warning' value restore_unpopulated 'SELECT refresh_business_stats() > 0')" = t ]
}
createdb restore_unpopulated
check 'the figures of reports are restored under FORCE, and left empty where they were' restore_forced

# A restored database goes on working: the guard, the row fillers and the policies are connected to the code again.
still_guarded() {
	! sql restore_plain -c "INSERT INTO bookings (business_id, customer_id, service_id, employee_id, start_time)
		SELECT business_id, customer_id, service_id, employee_id, start_time + interval '1 minute'
		FROM bookings WHERE status = 'confirmed' LIMIT 1" 2>"$work/refusal" &&
		grep -q bookings_no_double_booking "$work/refusal"
}
check 'the restored database refuses a double booking' still_guarded

# A restore is no change: what the log says came with the dump, not from the rows that were written. Then it goes on.
log_goes_on() {
	local entries
	entries=$(value restore_plain 'SELECT count(*) FROM audit_logs') &&
		value restore_plain "UPDATE customers SET name = name || '!' WHERE id = (SELECT id FROM customers LIMIT 1)" &&
		[ "$(value restore_plain 'SELECT count(*) FROM audit_logs')" = $((entries + 1)) ] &&
		[ "$(value restore_plain "SELECT count(*) FROM bookmeatoz_maintain() line WHERE line !~ 'bookings_archive'")" = 0 ] &&
		! sql restore_plain -c 'DELETE FROM audit_logs' 2>"$work/refusal" && grep -q 'nobody may write' "$work/refusal"
}
check 'the audit log of the restored database goes on' log_goes_on

archive_goes_on() {
	[ "$(value restore_plain 'SELECT count(DISTINCT tableoid) FROM bookings_archive')" = 2 ] &&
		! sql restore_plain -c 'DELETE FROM bookings_archive' 2>"$work/refusal" && grep -q 'nobody may write' "$work/refusal" &&
		value restore_plain "INSERT INTO bookings (business_id, customer_id, service_id, start_time, status)
			SELECT business_id, customer_id, service_id, '2020-05-05 10:00+00', 'completed' FROM bookings WHERE status = 'confirmed' LIMIT 1" &&
		[ "$(value restore_plain "SELECT archive_bookings('1 year')")" = 1 ]
}
check 'the archive of the restored database goes on' archive_goes_on

# Only the data, into tables that exist: the triggers are there, and write no entry for a row that is restored.
data_only() {
	createdb restore_data &&
		PGOPTIONS='-c client_min_messages=warning' sql restore_data -c 'CREATE EXTENSION bookmeatoz CASCADE' &&
		pg_dump --data-only -t tenants -t businesses -t users -t customers -t 'audit_logs*' restore_source | sql restore_data &&
		[ "$(value restore_source 'SELECT count(*) FROM audit_logs')" -gt 100 ] &&
		[ "$(value restore_data 'SELECT count(*) FROM audit_logs')" = "$(value restore_source 'SELECT count(*) FROM audit_logs')" ] &&
		[ "$(value restore_data 'SELECT count(*) FROM customers')" = "$(value restore_source 'SELECT count(*) FROM customers')" ]
}
check 'data that are restored alone are not audited' data_only

# All data alone, with bookings that the guard would decide otherwise today. Not one row may change, whichever way.
createdb restore_history
PGOPTIONS='-c client_min_messages=warning' sql restore_history -c 'CREATE EXTENSION bookmeatoz CASCADE'
sql restore_history -f rows.sql -f history.sql -c 'SET client_min_messages = warning' -c 'SELECT refresh_business_stats()' >/dev/null
# But schema_ledger: the target has rows of its own installation too.
all_rows() {
	sql "$1" -At -c "SELECT format('SELECT %L, to_jsonb(t)::text FROM %I t ORDER BY to_jsonb(t)::text COLLATE \"C\";', relname, relname)
		FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'schema_ledger' ORDER BY relname" | sql "$1" -At
}
all_rows restore_history >"$work/history"
dump_data() { pg_dump --data-only --load-via-partition-root "$@" restore_history 2>/dev/null; }
comes_back() {
	all_rows "$1" | diff "$work/history" - &&
		diff <(value restore_history 'SELECT finding FROM bookmeatoz_verify_rows()') <(value "$1" 'SELECT finding FROM bookmeatoz_verify_rows()') &&
		[ "$(value "$1" "SELECT count(*) FROM bookmeatoz_verify() WHERE severity = 'error'")" = 0 ]
}
new_target() { createdb "$1" && PGOPTIONS='-c client_min_messages=warning' sql "$1" -c 'CREATE EXTENSION bookmeatoz CASCADE'; }

faithful() { new_target restore_faithful && dump_data | sql restore_faithful && comes_back restore_faithful; }
check 'data alone come back row by row, beside the triggers' faithful

replica() { new_target restore_replica && dump_data | PGOPTIONS='-c session_replication_role=replica' sql restore_replica && comes_back restore_replica; }
check 'data alone come back row by row, with session_replication_role = replica' replica

# --disable-triggers names the partitions, so they must exist. It makes ordinary triggers of those that fire ALWAYS: it is found, and mended by one call.
untriggered() {
	createdb restore_untriggered && pg_dump --schema-only restore_history | sql restore_untriggered && dump_data --disable-triggers | sql restore_untriggered &&
		[ "$(value restore_untriggered "SELECT count(*) FROM bookmeatoz_verify() WHERE severity = 'error' AND finding ~ 'businesses_changed differs'")" = 1 ] &&
		value restore_untriggered 'SELECT * FROM bookmeatoz_install_schema()' | grep -qx 'enabled trigger businesses_changed on businesses always' &&
		comes_back restore_untriggered
}
check 'data alone come back row by row, with --disable-triggers and bookmeatoz_install_schema()' untriggered

# The data does not belong to the extension: it cannot take it along.
createdb -T restore_source restore_dropped
rows_of() {
	value "$1" "SELECT string_agg(relname || ' ' || (xpath('/row/c/text()',
		query_to_xml(format('SELECT count(*) AS c FROM %I', relname), false, true, '')))[1]::text, ', ' ORDER BY relname)
		FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
}
drop_refused() { ! sql restore_dropped -c 'DROP EXTENSION bookmeatoz' 2>"$work/refusal" && grep -q 'depend' "$work/refusal"; }
check 'DROP EXTENSION is refused while the tables use it' drop_refused

drop_keeps_rows() {
	sql restore_dropped -c 'DROP EXTENSION bookmeatoz CASCADE' &&
		[ "$(rows_of restore_dropped)" = "$(rows_of restore_source)" ]
}
check 'DROP EXTENSION CASCADE loses no row' drop_keeps_rows

drop_keeps_isolation() {
	[ "$(value restore_dropped "SELECT count(*) FROM pg_class WHERE relrowsecurity")" = \
		"$(value restore_source "SELECT count(*) FROM pg_class WHERE relrowsecurity")" ] &&
		[ "$(value restore_source "SELECT count(*) > 10 FROM pg_class WHERE relrowsecurity")" = t ] &&
		[ "$(value restore_dropped "CREATE ROLE restore_reader; GRANT SELECT ON customers TO restore_reader;
			SET ROLE restore_reader; SELECT count(*) FROM customers;
			RESET ROLE; DROP OWNED BY restore_reader; DROP ROLE restore_reader")" = 0 ]
}
check 'after it row security is still on and shows nothing' drop_keeps_isolation

# CASCADE takes what the user built on our functions and on bookings.busy, too. A dump of the schema, taken before, brings it back: policies
# that the user had changed before install_schema() makes ours, the rest after it.
createdb -T restore_source restore_saved
sql restore_saved >/dev/null -c 'REVOKE TEMPORARY ON DATABASE restore_saved FROM PUBLIC' -c 'CREATE ROLE restore_staff' -c "SELECT bookmeatoz_grant_staff_role('restore_staff')" \
	-c 'CREATE POLICY invoices_own ON invoices USING (can_access_business((SELECT business_id FROM bookings b WHERE b.id = booking_id)))' \
	-c 'CREATE POLICY services_named ON services AS RESTRICTIVE USING (is_system_admin() OR length(name) > 0)' \
	-c 'CREATE INDEX bookings_busy_idx ON bookings USING gist (busy)' \
	-c "CREATE INDEX bookings_channel_idx ON bookings (json_text(metadata, 'channel'))" \
	-c 'CREATE VIEW occupied WITH (security_invoker) AS SELECT id, busy FROM bookings' \
	-c 'SELECT * FROM bookmeatoz_maintain()' -c 'GRANT SELECT ON occupied TO restore_staff' -c 'GRANT EXECUTE ON FUNCTION archive_bookings TO restore_staff' \
	-c 'CREATE TRIGGER agenda_changed AFTER UPDATE ON bookings FOR EACH ROW WHEN (NOT is_system_admin()) EXECUTE FUNCTION pg_catalog.suppress_redundant_updates_trigger()' \
	-c 'ALTER TABLE bookings DISABLE TRIGGER agenda_changed'
# Without the order of columns, which busy does not keep.
schema_of() { pg_dump --schema-only "$1" | sed 's/,$//' | grep -v '^[\]' | LC_ALL=C sort; }
cascade_undone() {
	schema_of restore_saved >"$work/before" && pg_dump --schema-only -f "$work/before.sql" restore_saved &&
		PGOPTIONS='-c client_min_messages=error' sql restore_saved -c 'DROP EXTENSION bookmeatoz CASCADE' -c 'CREATE EXTENSION bookmeatoz' &&
		psql -X -q -d restore_saved -f "$work/before.sql" >/dev/null 2>&1 &&
		sql restore_saved -c 'SELECT * FROM bookmeatoz_install_schema()' &&
		psql -X -q -d restore_saved -f "$work/before.sql" >/dev/null 2>&1 &&
		schema_of restore_saved | diff "$work/before" - &&
		[ "$(value restore_saved 'SELECT count(*) FROM bookmeatoz_verify_rows(true)')" = 0 ]
}
check 'what CASCADE took of the user comes back from a dump of the schema' cascade_undone

# An owner who is no superuser, in a schema whose name needs care: the restored database has the same owner, who completes it.
in_schema='SET search_path = "50% off = half", public'
createuser restore_owner
createdb restore_owned
PGOPTIONS='-c client_min_messages=warning' sql restore_owned >/dev/null -c 'CREATE SCHEMA "50% off = half"' \
	-c 'CREATE EXTENSION bookmeatoz SCHEMA "50% off = half" CASCADE' -c "$in_schema" \
	-c "SELECT bookmeatoz_set_owner('restore_owner')" -c "INSERT INTO tenants (name, subdomain) VALUES ('Alpha', 'alpha')"
restore_owned() {
	createdb restore_of_owned &&
		pg_dump restore_owned | sql restore_of_owned -1 >/dev/null &&
		[ "$(value restore_of_owned "$in_schema; SET ROLE restore_owner; SELECT count(*) FROM bookmeatoz_install_schema()")" = 0 ] &&
		[ "$(value restore_of_owned "$in_schema; SELECT count(*) FROM bookmeatoz_install_schema()")" = 0 ] &&
		[ "$(value restore_of_owned "$in_schema; SELECT count(*) FROM tenants")" = 1 ]
}
check 'an owner who is no superuser, and a schema of any name, come back' restore_owned

# A superuser prepares the database, and the owner, who is none, restores into it.
by_owner() {
	createdb -O restore_owner restore_by_owner &&
		PGOPTIONS='-c bookmeatoz.install_schema=off -c client_min_messages=warning' sql restore_by_owner -c 'CREATE EXTENSION bookmeatoz CASCADE' \
			-c "SELECT bookmeatoz_set_owner('restore_owner')" &&
		pg_dump -Fc -f "$work/owner.dump" restore_source &&
		PGUSER=restore_owner pg_restore -e --no-owner -n public -d restore_by_owner "$work/owner.dump" &&
		[ "$(rows_of restore_by_owner)" = "$(rows_of restore_source)" ] &&
		[ "$(PGUSER=restore_owner value restore_by_owner "SELECT count(*) FROM bookmeatoz_install_schema() line WHERE line !~ '^left as it is|partition'")" = 0 ] &&
		[ "$(PGUSER=restore_owner value restore_by_owner 'SELECT count(*) FROM bookmeatoz_verify_rows()')" = 0 ]
}
check 'an owner who is no superuser restores into a database that a superuser has prepared' by_owner

# REASSIGN OWNED is no bookmeatoz_set_owner(): it is said, and mended by three calls.
reassigned() {
	sql restore_by_owner -c "CREATE ROLE restore_heir" -c 'REVOKE TEMPORARY ON DATABASE restore_by_owner FROM PUBLIC' \
		-c 'SET ROLE restore_owner' -c "SELECT bookmeatoz_grant_staff_role('restore_staff')" \
		-c 'RESET ROLE' -c 'REASSIGN OWNED BY restore_owner TO restore_heir' &&
		! sql restore_by_owner -c 'SELECT * FROM bookmeatoz_install_schema()' 2>"$work/refusal" && grep -q 'belongs to role restore_heir' "$work/refusal" &&
		sql restore_by_owner -c "SELECT bookmeatoz_set_owner('restore_heir')" -c 'DROP OWNED BY restore_owner' &&
		[ "$(value restore_by_owner 'SELECT * FROM bookmeatoz_regrant_roles()')" = 'restore_staff|staff' ] &&
		[ "$(value restore_by_owner "SELECT count(*) FROM bookmeatoz_verify() WHERE finding ~ 'restore_'")" = 0 ]
}
check 'after REASSIGN OWNED the new owner is named' reassigned

# pg_restore -t brings a table without its policies, triggers, keys and row security.
restore_one_table() {
	pg_dump -Fc -f "$work/owned.dump" restore_owned &&
		sql restore_of_owned -c "$in_schema" -c 'DROP TABLE notifications' &&
		pg_restore -e -d restore_of_owned -n '50% off = half' -t notifications "$work/owned.dump" &&
		[ "$(value restore_of_owned "$in_schema; SELECT relrowsecurity FROM pg_class WHERE oid = 'notifications'::regclass")" = f ] &&
		[ "$(value restore_of_owned "$in_schema; SELECT count(*) > 10 FROM bookmeatoz_install_schema()")" = t ] &&
		[ "$(value restore_of_owned "$in_schema; SELECT relrowsecurity AND relowner = 'restore_owner'::regrole FROM pg_class
			WHERE oid = 'notifications'::regclass")" = t ]
}
check 'a table that was restored alone is completed, row security included' restore_one_table

# Reinstallation: whose the data are is said once more, then all comes back.
reinstall() {
	sql restore_of_owned -c 'DROP EXTENSION bookmeatoz CASCADE' -c 'CREATE EXTENSION bookmeatoz SCHEMA "50% off = half"' 2>"$work/warning" &&
		grep -q "WARNING.*exists already" "$work/warning" && grep -q "HINT.*bookmeatoz_set_owner('restore_owner')" "$work/warning" &&
		! sql restore_of_owned -c "$in_schema" -c 'SELECT bookmeatoz_install_schema()' 2>"$work/refusal" &&
		grep -q restore_owner "$work/refusal" &&
		sql restore_of_owned -c "$in_schema" -c "SELECT bookmeatoz_set_owner('restore_owner')" &&
		[ "$(value restore_of_owned "$in_schema; SELECT count(*) > 50 FROM bookmeatoz_install_schema()")" = t ]
}
check 'after a reinstallation the owner is named again, and all comes back' reinstall

exit $result
