# shellcheck shell=bash
# A server of its own for the tests of this folder. Sourced by them. Needs a server with bookmeatoz installed (PGHOST, PGUSER a superuser)
# to take its library path from, and its programs in PATH.

work=$(mktemp -d)
chmod 755 "$work"
# shellcheck source=test/own_server.sh
source "$(dirname "${BASH_SOURCE[0]}")/../own_server.sh"
clean_up() {
	stop_own_server
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
	start_own_server
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
