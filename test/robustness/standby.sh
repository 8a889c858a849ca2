#!/bin/bash
# The functions that read work on a hot standby, in read-only transactions, and see what was replayed.
# Needs a server with bookmeatoz installed (PGHOST its socket folder, PGUSER a superuser) and its programs in PATH.
# Prints one "ok" or "not ok" line a test. Called by ./dev check.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

primary=$PGHOST
database=standby
work=$(mktemp -d)
# shellcheck source=test/own_server.sh
source ../own_server.sh
clean_up() {
	stop_own_server
	dropdb -h "$primary" --if-exists "$database" 2>/dev/null || true
	dropuser -h "$primary" --if-exists standby_app 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT

result=0
on() { psql -X -q -At -v ON_ERROR_STOP=1 -h "$1" -d "$database" "${@:2}"; }
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

createdb "$database"
on "$primary" -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION bookmeatoz CASCADE' -f ../sql/setup/two_tenants.sql

chmod 755 "$work"
[ "$(id -u)" != 0 ] || chown postgres "$work"
"$ends_with_parent" "$(command -v pg_basebackup)" -h "$primary" -D "$work/data" --checkpoint=fast --wal-method=stream --write-recovery-conf
echo "unix_socket_directories = '$work'" >>"$work/data/postgresql.conf"
start_own_server

is_standby() { [ "$(on "$work" -c 'SELECT pg_is_in_recovery()')" = t ]; }
check 'the standby answers and is in recovery' is_standby

# What each function says to the owner, and to the application in the context of the business.
answers() {
	on "$1" -c 'BEGIN READ ONLY' -f standby.sql -c COMMIT \
		-c 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' -c 'SET LOCAL ROLE standby_app' \
		-c "SET LOCAL app.current_business_id = '00000000-0000-4000-8000-0000000000c1'" -f standby.sql -c COMMIT
}
same_answers() {
	answers "$primary" >"$work/primary" && answers "$work" >"$work/standby" &&
		[ "$(grep -c '^{"from"' "$work/primary")" = 2 ] && diff "$work/primary" "$work/standby"
}
on "$primary" -c 'CREATE ROLE standby_app' -c "SELECT bookmeatoz_grant_app_role('standby_app')" >/dev/null
replayed() {
	local lsn
	lsn=$(on "$primary" -c 'SELECT pg_current_wal_lsn()')
	for _ in $(seq 300); do
		[ "$(on "$work" -c "SELECT pg_last_wal_replay_lsn() >= '$lsn'")" != t ] || return 0
		sleep 0.1
	done
	return 1
}
check 'the standby replays' replayed
check 'every function says the same as on the primary' same_answers

on "$primary" -c "DELETE FROM bookings WHERE idempotency_key = 'second'"
cp "$work/primary" "$work/before"
check 'the standby replays a cancellation' replayed
check 'every function sees what was replayed' same_answers
answers_changed() { ! diff -q "$work/before" "$work/primary"; }
check 'the answers changed' answers_changed

exit $result
