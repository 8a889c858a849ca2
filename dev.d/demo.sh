# ./dev demo [--keep]: builds the module, starts a private server and runs demo/sample.sql and demo/show.sql in it.
# With --keep the server goes on until it is stopped as the last lines say; otherwise nothing is left behind.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"

demo() {
	keep=false
	case "$*" in
	'') ;;
	--keep) keep=true ;;
	*) echo "usage: ./dev demo [--keep]" >&2 && return 2 ;;
	esac
	trap finish_demo EXIT
	trap 'exit 130' INT TERM HUP

	need_packages "${module_packages[@]}"
	need_postgresql
	work=$(mktemp -d /tmp/bookmeatoz-demo.XXXXXX)
	echo "building for $("$PG_CONFIG" --version) ..."
	build_stage "$work" >"$work/build.log" 2>&1 || {
		tail -n 40 "$work/build.log"
		return 1
	}
	start_cluster "$work"
	export PGDATABASE=demo
	"$bindir/createdb"
	PGOPTIONS='-c client_min_messages=warning' demo_psql -c 'CREATE EXTENSION bookmeatoz CASCADE'
	demo_psql -f "$work/src/demo/sample.sql"
	# From standard input: an error, which the show has on purpose, then comes without the name of a file before it.
	demo_psql <"$work/src/demo/show.sql"
	demo_passed=true
}

demo_psql() { "$bindir/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }

finish_demo() {
	local result=$?
	if [ -n "${demo_passed-}" ] && $keep; then
		local run_as=''
		[ "$(id -u)" != 0 ] || run_as='runuser -u postgres -- '
		echo
		echo "The server is running. Open it:  $bindir/psql -h $work -U postgres demo"
		echo "Stop and remove it:              $run_as$bindir/pg_ctl -D $work/data stop; rm -r $work"
		exit 0
	fi
	stop_cluster "${work:-/nonexistent}" || true
	rm -rf "${work:-/nonexistent}"
	if [ -n "${demo_passed-}" ]; then
		echo 'OK: demo passed; nothing is left behind (./dev demo --keep leaves the server running)'
	else
		echo 'FAILED: demo; see above' >&2
	fi
	exit "$result"
}
