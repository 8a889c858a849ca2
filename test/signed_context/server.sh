# shellcheck shell=bash
# A server of its own for the tests of this folder. Sourced by them. Needs a server with bookmeatoz installed (PGHOST, PGUSER a superuser)
# to take its library path from, and its programs in PATH.

work=$(mktemp -d)
chmod 755 "$work"
ends_with_parent=$(dirname "${BASH_SOURCE[0]}")/../ends_with_parent.sh
server=
clean_up() {
	if [ -n "$server" ]; then kill -QUIT "$server" && wait "$server"; fi 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT

# configure KEY PREVIOUS_KEY
configure() {
	printf "bookmeatoz.context_key = '%s'\nbookmeatoz.context_key_previous = '%s'\n" "$1" "$2" >"$work/data/key.conf"
}

# start_server KEY: loads bookmeatoz from its start; further lines of the configuration come from standard input. From then on PGHOST and
# PGUSER mean this server.
start_server() {
	local paths
	# One of the two settings exists, depending on version and distribution.
	paths=$(psql -X -q -At -d postgres -c "SELECT name || ' = ' || quote_literal(setting) FROM pg_settings
		WHERE name IN ('dynamic_library_path', 'extension_destdir', 'extension_control_path')")
	[ "$(id -u)" != 0 ] || chown postgres "$work"
	"$ends_with_parent" initdb -N -A trust -U postgres --no-locale --encoding=UTF8 --no-instructions -D "$work/data" >/dev/null
	configure "$1" ''
	cat >>"$work/data/postgresql.conf" <<-END
		listen_addresses = ''
		unix_socket_directories = '$work'
		fsync = off
		$paths
		shared_preload_libraries = 'bookmeatoz'
		include 'key.conf'
		$(cat)
	END
	"$ends_with_parent" postgres -D "$work/data" >>"$work/server.log" 2>&1 &
	server=$!
	until pg_isready -q -h "$work"; do
		if ! kill -0 "$server" 2>/dev/null; then
			cat "$work/server.log" >&2
			exit 1
		fi
		sleep 0.1
	done
	unset PGPORT PGDATABASE PGHOSTADDR PGSERVICE PGOPTIONS PGPASSWORD
	export PGHOST=$work PGUSER=postgres
}

result=0
# expect NAME EXPECTED ACTUAL
expect() {
	if [ "$2" = "$3" ]; then
		echo "ok - $1"
	else
		printf 'expected: %s\nactual:   %s\nnot ok - %s\n' "$2" "$3" "$1"
		result=1
	fi
}
