#!/bin/bash
# The signed context as it is used: the key in the configuration of a server that loads the library at its start, tokens signed
# in Node.js by the lines of docs/security.md, ordinary roles over connections of their own.
# Prints one "ok" or "not ok" line a test. Without node nothing is tested, and said so.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if ! command -v node >/dev/null; then
	echo 'SKIPPED: node is not installed, so nothing was signed outside of the server (Debian: nodejs)' >&2
	echo 'ok - signing in Node.js # SKIP node is not installed'
	exit 0
fi

# shellcheck source-path=SCRIPTDIR
source "$top/test/signed_context/server.sh"

# ---- a server with the library loaded from its start

first_key=$(node -p 'require("node:crypto").randomBytes(32).toString("hex")')
second_key=$(node -p 'require("node:crypto").randomBytes(32).toString("base64")')

start_server "$first_key" <<<'bookmeatoz.signed_context_only = on'

sql() { psql -X -q -At -v ON_ERROR_STOP=1 -v VERBOSITY=sqlstate "$@" 2>&1; }
as_app() { sql -U app -d booking "$@"; }
reload() {
	sql -d postgres -c 'SELECT pg_reload_conf()' >/dev/null
	sleep 0.5
}
PGOPTIONS='-c client_min_messages=warning' sql -d postgres -c 'CREATE DATABASE booking' -c 'CREATE ROLE app LOGIN'
PGOPTIONS='-c client_min_messages=warning' sql -d booking -c 'CREATE EXTENSION bookmeatoz CASCADE'

# ---- the lines of the document

awk '/^```js$/ && !found { inside = 1; next } /^```$/ { if (inside) found = 1; inside = 0 } inside' \
	"$top/docs/security.md" >"$work/sign.js"
echo 'console.log(signContext(process.argv[2], JSON.parse(process.argv[3])))' >>"$work/sign.js"
sign() { node "$work/sign.js" "$@"; }

# \bind is newer than 15: the token is a variable of psql.
context="SELECT set_config('app.context', :'token', false);
SELECT concat_ws(' ', current_session_tenant_id(), current_session_business_id(), current_session_user_id(), is_system_admin());"
# context_of TOKEN: what it stands for, or the SQLSTATE of the refusal
context_of() { as_app -v token="$1" <<<"$context" | tail -n 1; }

tenant=00000000-0000-4000-8000-0000000000a1
business=00000000-0000-4000-8000-0000000000b1
user=00000000-0000-4000-8000-0000000000c1
expect 'ids signed in Node.js' "$tenant $business $user f" \
	"$(context_of "$(sign "$first_key" "{\"tenant\":\"$tenant\",\"business\":\"$business\",\"user\":\"$user\"}")")"
expect 'one id' "$user f" "$(context_of "$(sign "$first_key" "{\"user\":\"$user\"}")")"
expect 'an admin without a grant' 't' "$(context_of "$(sign "$first_key" '{"admin":true}')")"
expect 'nobody' 'f' "$(context_of "$(sign "$first_key" '{}')")"
expect 'expired' 'ERROR:  28000' "$(context_of "$(sign "$first_key" '{"admin":true,"seconds":-1}')")"
expect 'for another process' 'ERROR:  28000' "$(context_of "$(sign "$first_key" '{"admin":true,"pid":2147483647}')")"
expect 'another key' 'ERROR:  28000' "$(context_of "$(sign "$second_key" '{"admin":true}')")"
token=$(sign "$first_key" "{\"tenant\":\"$tenant\"}")
expect 'altered' 'ERROR:  28000' "$(context_of "${token/00a1/00a2}")"
expect 'in the options of the connection' "$tenant" \
	"$(PGOPTIONS="-c app.context=$token" as_app -c 'SELECT current_session_tenant_id()')"

# What is signed in the server is the same.
signed=$(sql -d booking -c "SELECT sign_session_context('$tenant', NULL, NULL, true, '1 hour', 4711)")
expect 'the server signs as Node.js does' "$signed" "$(node -e '
	const { createHmac } = require("node:crypto"), [, key, token] = process.argv
	const payload = token.slice(0, token.lastIndexOf(":"))
	console.log(payload + ":" + createHmac("sha256", key).update(payload).digest("hex"))' "$first_key" "$signed")"

# ---- the mode and the key, where the library is loaded from the start

expect 'plain settings do not count' '' "$(as_app -c "SET app.current_tenant_id = '$tenant'" -c 'SELECT current_session_tenant_id()')"
expect 'the mode cannot be switched off' 'ERROR:  42501' "$(as_app -c 'SET bookmeatoz.signed_context_only = off')"
expect 'nor by the options of the connection' 'refused' \
	"$(PGOPTIONS='-c bookmeatoz.signed_context_only=off' as_app -c 'SELECT 1' >/dev/null || echo refused)"
expect 'the key is not shown before the extension is used' 'ERROR:  42501' "$(sql -U app -d postgres -c 'SHOW bookmeatoz.context_key')"
expect 'nor to superusers' '********' "$(sql -d postgres -c 'SHOW bookmeatoz.context_key')"
expect 'nor in the view of the settings' '0' "$(sql -d postgres -c "SELECT count(*) FROM pg_settings WHERE name LIKE 'bookmeatoz.context_key%'")"

# ---- a new key, while a session is open

# The second reload withdraws the key of the session's token.
mkfifo "$work/in"
as_app -v token="$token" <"$work/in" >"$work/out" &
exec 3>"$work/in"
echo "$context" >&3
sleep 0.5
configure "$second_key" "$first_key"
reload
echo "SELECT 'both: ' || coalesce(current_session_tenant_id()::text, 'none');" >&3
expect 'the previous key is good' "$tenant f" "$(context_of "$token")"
expect 'and so is the new one' 't' "$(context_of "$(sign "$second_key" '{"admin":true}')")"
sleep 0.5
configure "$second_key" ''
reload
echo "SELECT 'withdrawn: ' || coalesce(current_session_tenant_id()::text, 'none');" >&3
exec 3>&-
wait $!
expect 'an open session keeps its context, until its key is withdrawn' "both: $tenant withdrawn: none" \
	"$(grep -E '^(both|withdrawn)' "$work/out" | tr '\n' ' ' | sed 's/ $//')"
expect 'a withdrawn key' 'ERROR:  28000' "$(context_of "$token")"
configure 'short' ''
reload
expect 'a key that is too short changes nothing' 't' "$(context_of "$(sign "$second_key" '{"admin":true}')")"
configure '' ''
reload
expect 'without a key nothing is believed' 'ERROR:  28000' "$(context_of "$(sign "$second_key" '{"admin":true}')")"

# Errors log the statement, not its parameters; here psql has put the token into the statement, so signatures are looked for in
# the messages alone.
expect 'no message of the server has a signature' '0' \
	"$(grep -v STATEMENT "$work/server.log" | grep -cE ':[0-9a-f]{64}' || true)"
exit $result
