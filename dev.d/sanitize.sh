# ./dev sanitize [--statements N] [--seed N]: builds the module with AddressSanitizer and UndefinedBehaviorSanitizer, and runs it in
#   a private server: test/sql, the isolation specs, the substitution fuzz, and N random statements of sqlsmith (60,000 if not given)
#   as an application's role with a session context. Any report of a sanitizer and any crash of the server is a failure. Takes some
#   fifteen minutes. Logs stay in build/log; all else is gone at the end.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"
source "$top/dev.d/report.sh"

# Without -fwrapv, so overflow of signed numbers is reported. After a report of UBSan the statement goes on; a report of ASan ends
# the process.
sanitizers='-fsanitize=address,undefined'
# So many statements of sqlsmith run in one go. Each go has another context.
share=5000

sanitize() {
	local statements=60000
	seed=${SEED:-1}
	while [ $# -gt 0 ]; do
		case $1 in
		--statements) statements=${2:?--statements takes a number} ;;
		--seed) seed=${2:?--seed takes a number} ;;
		*) echo 'usage: ./dev sanitize [--statements N] [--seed N]' >&2 && return 2 ;;
		esac
		shift 2
	done
	at_end=finish_sanitize
	private_folder sanitize

	need_packages "${module_packages[@]}" python3 python3-psycopg2 sqlsmith
	need_postgresql
	logs=$top/build/log/sanitize
	mkdir -p "$logs"
	echo "$("$PG_CONFIG" --version), seed $seed, logs in $logs"

	step 'build with sanitizers' count_one build_sanitized
	if $step_passed; then
		start_sanitized
		watched 'sql' count_regress sanitized_installcheck ISOLATION=
		watched 'isolation specs' count_regress sanitized_installcheck REGRESS=
		if [ -e "$work/src/test/substitution/run.py" ]; then
			watched 'substitution fuzz' count_checks "$(debian_python3)" "$work/src/test/substitution/run.py"
		else
			echo 'substitution fuzz               not there'
		fi
		watched 'database for sqlsmith' count_one make_world
		local done=0 go=0
		while [ "$done" -lt "$statements" ]; do
			watched "sqlsmith $((done + share)) of $statements" count_one smith "$go"
			done=$((done + share))
			go=$((go + 1))
		done
		step 'functions that were called' count_called show_calls
		cp "$work/server.log" "$logs/server.log"
	fi
	verdict_given=true
	verdict 'sanitize'
}

finish_sanitize() {
	[ -n "${verdict_given-}" ] || echo 'FAILED: sanitize stopped before its end; see above'
}

build_sanitized() {
	build_stage "$work" CXXFLAGS="-O1 -g -fno-omit-frame-pointer -fno-strict-aliasing $sanitizers" \
		SHLIB_LINK="-lstdc++ $sanitizers"
	# libasan looks for the demangler of Swift, and the search through all libraries of the server never ends. So here is one.
	echo 'char *swift_demangle(const char *a, unsigned long b, char *c, unsigned long *d, unsigned e) { return 0; }' |
		gcc -w -shared -fPIC -x c - -o "$work/stub.so"
	# The library of the sanitizer must be the first one of the process. Only the server needs it, not the shells around it.
	cat >"$work/postgres" <<-SERVER
		#!/bin/sh
		export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:handle_segv=0 UBSAN_OPTIONS=print_stacktrace=1
		exec env LD_PRELOAD="$(gcc -print-file-name=libasan.so) $work/stub.so" "$("$PG_CONFIG" --bindir)/postgres" "\$@"
	SERVER
	chmod 755 "$work/postgres"
}

# The module runs in nothing before the first test. A crash shows in the log: the server itself restarts.
start_sanitized() {
	start_cluster "$work" "$work/postgres"
	export PATH=$bindir:$PATH
}

# watched NAME COUNTER COMMAND...: runs a step. If a sanitizer or the server reported anything meanwhile, a further step fails.
watched() {
	local seen
	seen=$(wc -l <"$work/server.log")
	step "$@"
	tail -n "+$((seen + 1))" "$work/server.log" | findings >"$work/findings"
	if [ -s "$work/findings" ]; then step "reports of $1 " count_findings cat "$work/findings"; fi
}

# Prints the reports of ASan with their first frames, those of UBSan, and each end of a process by a signal.
findings() {
	grep -E -A 12 'ERROR: AddressSanitizer|runtime error: |terminated by signal|TRAP: ' || true
}
count_findings() { awk '/ERROR: AddressSanitizer|runtime error: |terminated by signal|TRAP: / { n++ } END { print 0, n + 0 }'; }

sanitized_installcheck() {
	make -C "$work/src" -s installcheck PG_CONFIG="$PG_CONFIG" "$@" || {
		cat "$work"/src/regression.diffs "$work"/src/output_iso/regression.diffs 2>/dev/null
		return 1
	}
}

# Installs the sample of ./dev demo, whose application has the role demo_app. Calls of functions are counted. sqlsmith calls no
# function that returns rows. So views call ours with arguments that make sense. And functions that return a uuid call them with
# arguments that do not: sqlsmith often wants a uuid.
make_world() {
	createdb smith
	export PGDATABASE=smith
	PGOPTIONS='-c client_min_messages=warning' psql -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION bookmeatoz CASCADE' \
		-f "$work/src/demo/sample.sql" -f - <<-'SQL'
		ALTER ROLE demo_app LOGIN;
		ALTER ROLE demo_app SET statement_timeout = '500ms';
		ALTER DATABASE smith SET track_functions = 'all';
		ALTER DATABASE smith SET session_preload_libraries = 'bookmeatoz';
		CREATE VIEW smith_slots WITH (security_invoker) AS
		    SELECT s.id AS service_id, f.* FROM services s, find_available_slots(s.id, now(), now() + interval '3 days') f;
		CREATE VIEW smith_json WITH (security_invoker) AS
		    SELECT s.id AS service_id, find_available_slots_json(s.id, now(), now() + interval '1 day') AS slots FROM services s;
		CREATE VIEW smith_next WITH (security_invoker) AS SELECT s.id AS service_id, f.* FROM services s, next_available_slots(s.id, now(), 2) f;
		CREATE VIEW smith_dates WITH (security_invoker) AS
		    SELECT s.id AS service_id, f.* FROM services s, find_available_dates(s.id, current_date, current_date + 6) f;
		CREATE VIEW smith_check WITH (security_invoker) AS
		    SELECT b.id AS booking_id, f.* FROM (SELECT * FROM bookings LIMIT 20) b, check_slot(b.service_id, b.start_time, b.employee_id) f;
		CREATE VIEW smith_free_busy WITH (security_invoker) AS
		    SELECT e.id AS employee_id, f.* FROM employees e, free_busy(e.id, now(), now() + interval '3 days') f;
		CREATE VIEW smith_booked WITH (security_invoker) AS
		    SELECT w.id AS customer_id, b.* FROM (SELECT c.id, s.id AS service_id FROM services s JOIN customers c USING (business_id) LIMIT 2) w,
		        next_available_slots(w.service_id) n, book_slot(w.service_id, n.slot_start, w.id) b;
		CREATE VIEW smith_held WITH (security_invoker) AS
		    SELECT s.id AS service_id, h.* FROM (SELECT * FROM services LIMIT 2) s, next_available_slots(s.id) n, hold_slot(s.id, n.slot_start) h;
		CREATE VIEW smith_confirmed WITH (security_invoker) AS
		    SELECT w.id AS customer_id, c.* FROM (SELECT c.id, s.id AS service_id FROM services s JOIN customers c USING (business_id) LIMIT 1) w,
		        next_available_slots(w.service_id) n, hold_slot(w.service_id, n.slot_start) h, confirm_booking(h.booking_id, w.id) c;
		CREATE VIEW smith_moved WITH (security_invoker) AS
		    SELECT w.customer_id, m.* FROM (SELECT * FROM bookings WHERE status = 'confirmed' ORDER BY start_time DESC LIMIT 2) w,
		        next_available_slots(w.service_id) n, reschedule_booking(w.id, n.slot_start) m;
		CREATE VIEW smith_cancelled WITH (security_invoker) AS
		    SELECT w.customer_id, c.* FROM (SELECT * FROM bookings WHERE status = 'confirmed' ORDER BY start_time DESC LIMIT 1) w, cancel_booking(w.id) c;
		GRANT SELECT ON smith_slots, smith_json, smith_next, smith_dates, smith_check, smith_free_busy,
		    smith_booked, smith_held, smith_confirmed, smith_moved, smith_cancelled TO demo_app;
		CREATE FUNCTION smith_search(uuid, timestamptz, timestamptz, uuid, integer) RETURNS uuid LANGUAGE sql AS
		    'SELECT employee_ids[1] FROM find_available_slots($1, $2, $3, $4, $5) LIMIT 1';
		CREATE FUNCTION smith_next_of(uuid, timestamptz, integer, uuid, integer) RETURNS uuid LANGUAGE sql AS
		    'SELECT employee_ids[1] FROM next_available_slots($1, $2, $3, $4, $5) LIMIT 1';
		CREATE FUNCTION smith_busy(uuid, timestamptz, timestamptz) RETURNS uuid LANGUAGE sql AS
		    'SELECT uuid_nil() FROM free_busy($1, $2, $3) LIMIT 1';
		CREATE FUNCTION smith_book(uuid, timestamptz, uuid, uuid, text) RETURNS uuid LANGUAGE sql AS
		    'SELECT booking_id FROM book_slot($1, $2, $3, $4, idempotency_key => $5)';
		CREATE FUNCTION smith_hold(uuid, timestamptz) RETURNS uuid LANGUAGE sql AS 'SELECT booking_id FROM hold_slot($1, $2)';
		CREATE FUNCTION smith_confirm(uuid, uuid) RETURNS uuid LANGUAGE sql AS 'SELECT booking_id FROM confirm_booking($1, $2)';
		CREATE FUNCTION smith_move(uuid, timestamptz, uuid) RETURNS uuid LANGUAGE sql AS 'SELECT booking_id FROM reschedule_booking($1, $2, $3)';
		CREATE FUNCTION smith_cancel(uuid, text) RETURNS uuid LANGUAGE sql AS 'SELECT booking_id FROM cancel_booking($1, $2)';
	SQL
}

# smith GO: runs a share of the statements. In turn the context is a business, a tenant, a customer, or a business without direct
# scans.
smith() {
	local context
	context=$(psql -X -A -t -d smith -v go="$1" -f - <<-'SQL'
		SELECT CASE :go % 4
		         WHEN 0 THEN format('-c app.current_tenant_id=%s -c app.current_business_id=%s', b.tenant_id, b.id)
		         WHEN 1 THEN format('-c app.current_tenant_id=%s', b.tenant_id)
		         WHEN 2 THEN format('-c app.current_user_id=%s', (SELECT user_id FROM customers WHERE user_id IS NOT NULL ORDER BY id LIMIT 1))
		         ELSE '-c bookmeatoz.direct_scans=off ' || format('-c app.current_business_id=%s', b.id)
		       END
		FROM businesses b ORDER BY b.id OFFSET :go / 4 % 5 LIMIT 1
	SQL
	)
	echo "context: $context"
	PGOPTIONS=$context sqlsmith --target="host=$work dbname=smith user=demo_app" --seed=$((seed + $1)) --max-queries="$share" \
		--exclude-catalog
}

# Whether the statements called the functions that read and write calendars. If not, nothing was tested.
show_calls() {
	psql -X -A -t -d smith -c "
		SELECT CASE WHEN coalesce(calls, 0) > 0 THEN 'called: ' ELSE 'never: ' END || proname || ' ' || coalesce(calls, 0)
		FROM pg_proc LEFT JOIN pg_stat_user_functions ON funcid = oid
		WHERE proname IN ('find_available_slots', 'find_available_slots_json', 'next_available_slots', 'find_available_dates', 'check_slot',
		                  'free_busy', 'book_slot', 'hold_slot', 'confirm_booking', 'reschedule_booking', 'cancel_booking', 'busy_range',
		                  'trigger_guard_booking', 'trigger_check_settings', 'json_text', 'can_access_business')
		ORDER BY proname"
}
count_called() { count_lines '^called: ' '^never: '; }
