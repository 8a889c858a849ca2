# ./dev storm [--minutes N] [OPTION...]: sixteen clients book on few employees, through the functions and past them, while the
#   server is killed under them; then it is proved that no two bookings collide (test/storm). 5 minutes if not given; the
#   other options are those of test/storm/storm.py. On a private server; nothing is left behind.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"

storm() {
	trap finish_storm EXIT
	trap 'exit 130' INT TERM HUP

	need_packages "${module_packages[@]}" python3 python3-psycopg2
	need_postgresql
	work=$(mktemp -d /tmp/bookmeatoz-storm.XXXXXX)
	echo "building for $("$PG_CONFIG" --version) ..."
	build_stage "$work" >"$work/build.log" 2>&1 || {
		tail -n 40 "$work/build.log"
		return 1
	}
	start_cluster "$work"
	run_storm "$work" "$@"
}

# run_storm FOLDER OPTION...: on the cluster in FOLDER, which is killed and started again. What is confirmed is on the disk, as
# a server has it that is not for tests.
run_storm() {
	local folder=$1
	shift
	"$bindir/psql" -X -q -d postgres -c 'ALTER SYSTEM SET fsync = on' -c 'SELECT pg_reload_conf()' >/dev/null
	PATH="$bindir:$PATH" "$(debian_python3)" "$folder/src/test/storm/storm.py" --data "$folder/data" "$@"
	"$bindir/psql" -X -q -d postgres -c 'ALTER SYSTEM RESET fsync' -c 'SELECT pg_reload_conf()' >/dev/null
}

finish_storm() {
	local result=$?
	stop_cluster "${work:-/nonexistent}" || true
	rm -rf "${work:-/nonexistent}"
	exit "$result"
}
