# ./dev demo [--keep]: builds the module, starts a private server and runs demo/sample.sql and demo/show.sql in it.
# With --keep the server goes on; the last lines say how to stop it. Otherwise nothing is left behind.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"

demo() {
	local keep=false
	case "$*" in
	'') ;;
	--keep) keep=true ;;
	*) echo "usage: ./dev demo [--keep]" >&2 && return 2 ;;
	esac
	at_end=finish_demo
	start_private_server demo
	export PGDATABASE=demo
	"$bindir/createdb"
	PGOPTIONS='-c client_min_messages=warning' demo_psql -c 'CREATE EXTENSION bookmeatoz CASCADE'
	demo_psql -f "$work/src/demo/sample.sql"
	# From standard input: the show has errors on purpose, and they then come without a file name.
	demo_psql <"$work/src/demo/show.sql"
	if $keep; then keep_server; fi
}

demo_psql() { "$bindir/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }

# The server and its folder outlive the command.
keep_server() {
	trap - EXIT
	local run_as=''
	[ "$(id -u)" != 0 ] || run_as='runuser -u postgres -- '
	echo
	echo "The server is running. Open it:  $bindir/psql -h $work -U postgres demo"
	echo "For an application:              DATABASE_URL='postgresql:///demo?host=$work&user=demo_app'"
	echo "Stop and remove it:              $run_as$bindir/pg_ctl -D $work/data stop; rm -r $work"
}

finish_demo() {
	if [ "$1" = 0 ]; then
		echo 'OK: demo passed; nothing is left behind (./dev demo --keep leaves the server running)'
	else
		echo 'FAILED: demo; see above' >&2
	fi
}
