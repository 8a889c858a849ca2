# shellcheck shell=bash
# A server that a shell test has for itself, in $work/data, with its socket in $work. Sourced by such tests. Needs the server's programs in PATH.

ends_with_parent=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/ends_with_parent.sh
own_server=

start_own_server() {
	"$ends_with_parent" "$(command -v postgres)" -D "$work/data" >>"$work/server.log" 2>&1 &
	own_server=$!
	until pg_isready -q -h "$work"; do
		if ! kill -0 "$own_server" 2>/dev/null; then
			cat "$work/server.log" >&2
			exit 1
		fi
		sleep 0.1
	done
}

stop_own_server() {
	if [ -n "$own_server" ]; then kill -QUIT "$own_server" && wait "$own_server"; fi 2>/dev/null || true
}
