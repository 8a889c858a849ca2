#!/bin/bash
# No secret in the server's log: the lines of docs/security.md, on a server that logs all it can. Password hashes, hashes of tokens and
# signed contexts are sent as parameters, by the login service and by the application; some of these statements fail.
# Prints one "ok" or "not ok" line a test.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source-path=SCRIPTDIR
source "$top/test/signed_context/server.sh"

start_server 'a key of thirty-two bytes or more' <<<''
sql() { PGOPTIONS='-c client_min_messages=warning' psql -X -q -At -v ON_ERROR_STOP=1 "$@"; }
sql -d postgres -c 'CREATE DATABASE booking' -c 'CREATE ROLE booking_app LOGIN' -c 'CREATE ROLE booking_auth LOGIN'
sql -d booking -c 'CREATE EXTENSION bookmeatoz CASCADE' \
	-c "SELECT bookmeatoz_grant_app_role('booking_app'), bookmeatoz_grant_auth_role('booking_auth')" >/dev/null

hash='a hash that nobody may read'
token=$(sql -d booking -c "SELECT sign_session_context(NULL, NULL, NULL, valid_for => '1 hour')")

# as_role ROLE STATEMENT...: each in a session of its own, with parameters, as drivers send them. It may fail.
as_role() {
	local role=$1 statement
	shift
	for statement in "$@"; do
		echo "$statement" >"$work/statement.sql"
		pgbench -n -t 1 -M extended -U "$role" -D hash="$hash" -D token="$token" -D forged="${token}0" -f "$work/statement.sql" booking >/dev/null 2>&1 || true
	done
}

# secrets_in_log: which secrets stand in it after the statements of both roles
secrets_in_log() {
	: >"$work/server.log"
	as_role booking_auth "SELECT register_user('no address', :hash);" "UPDATE users SET password_hash = :hash, status = 'unknown';" \
		"SELECT register_user(random() || '@example.org', :hash);
		UPDATE users SET password_hash = :hash;
		INSERT INTO password_resets (user_id, token_hash, expires_at) SELECT id, :hash || random(), 'infinity' FROM users;
		SELECT * FROM password_resets WHERE token_hash = :hash;"
	as_role booking_app "SELECT set_config('app.context', :forged, true);" \
		"SELECT register_user(random() || '@example.org', :hash); SELECT set_config('app.context', :token, true);"
	[ "$(grep -c 'ERROR' "$work/server.log")" = 3 ] || echo 'not three errors were logged'
	! grep -qF "$hash" "$work/server.log" || echo hash
	! grep -qF "${token##*:}" "$work/server.log" || echo token
}

expect 'the default settings log no secret' '' "$(secrets_in_log)"

sql -d booking -c 'ALTER ROLE ALL SET log_min_duration_statement = 0' -c "ALTER ROLE ALL SET log_statement = 'all'" \
	-c 'ALTER ROLE ALL SET log_parameter_max_length_on_error = -1'
expect 'a server that logs statements logs secrets' $'hash\ntoken' "$(secrets_in_log)"

# The lines of the document, but for those that this server does not know.
awk '/^## Secrets in logs$/ { found = 1 } found && /^```$/ { exit } inside { print } found && /^```sql$/ { inside = 1 }' \
	"$top/docs/security.md" >"$work/lines.sql"
while read -r line; do sql -d booking -c "LOAD 'auto_explain'" -c "$line"; done < <(
	if [ "$(sql -d booking -c 'SHOW server_version_num')" -ge 160000 ]; then cat; else grep -v 'auto_explain.log_parameter'; fi <"$work/lines.sql"
)
expect 'with the lines of the document it does not' '' "$(secrets_in_log)"

sql -d booking -c "ALTER ROLE ALL SET session_preload_libraries = 'auto_explain'" -c 'ALTER ROLE ALL SET auto_explain.log_min_duration = 0' \
	-c 'ALTER ROLE ALL SET auto_explain.log_nested_statements = on' -c 'ALTER ROLE ALL SET auto_explain.log_verbose = on'
expect 'nor with auto_explain' '' "$(secrets_in_log)"
sql -d booking -c 'ALTER ROLE booking_auth RESET auto_explain.log_min_duration' -c 'ALTER ROLE booking_app RESET auto_explain.log_verbose'
expect 'which logs them by itself' $'hash\ntoken' "$(secrets_in_log)"

expect 'a role cannot undo it' 2 "$(for role in booking_app booking_auth; do
	sql -U "$role" -d booking -c 'SET log_parameter_max_length = -1' 2>&1 | grep -c 'permission denied'
done | wc -l)"
exit $result
