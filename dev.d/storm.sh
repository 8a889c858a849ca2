# ./dev storm [--minutes N] [OPTION...]: sixteen clients book a few employees, by the functions and by plain statements, while the
#   server is killed under them; then it is proved that no two bookings collide (test/storm). N is 5 if not given. The other options
#   are those of test/storm/storm.py. On a private server; nothing is left behind.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"

storm() {
	need_packages python3 python3-psycopg2
	start_private_server storm
	run_storm "$work" storm.py "$@"
}

# run_storm FOLDER PROGRAM OPTION...: runs a program of test/storm on the cluster in FOLDER, and kills and restarts that. With fsync, as on a server that
# is not for tests: what was confirmed is on the disk.
run_storm() {
	local folder=$1 program=$2 result=0
	shift 2
	"$bindir/psql" -X -q -d postgres -c 'ALTER SYSTEM SET fsync = on' -c 'SELECT pg_reload_conf()' >/dev/null
	PATH="$bindir:$PATH" "$(debian_python3)" "$folder/src/test/storm/$program" --data "$folder/data" "$@" || result=$?
	"$bindir/psql" -X -q -d postgres -c 'ALTER SYSTEM RESET fsync' -c 'SELECT pg_reload_conf()' >/dev/null
	return "$result"
}
