# ./dev survive [OPTION...]: does everything survive? Dumps in every form, crashes, other servers, damages (test/survive), on private servers, and
#   pg_upgrade between clean Debian systems, which needs root. Ends with a table of all scenarios. OPTIONs are those of test/survive/survive.py.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"
source "$top/dev.d/chroot.sh"

survive() {
	local result=0 log=$top/build/survive
	mkdir -p "$log"
	need_packages python3 python3-psycopg2
	start_private_server survive
	rm -f "$log"/upgrade-*.table
	if [ $# -eq 0 ]; then upgrades || result=1; fi
	run_survive "$@" --data "$work/data" | tee "$log/survive.log" || result=1
	cat "$log"/upgrade-*.table 2>/dev/null | tee -a "$log/survive.log"
	[ $result = 0 ] && echo "OK: all survived in $SECONDS s" || echo "FAILED: survive; see above ($SECONDS s)"
	return $result
}

# run_survive OPTION...: on the server of $work.
run_survive() { PATH="$bindir:$PATH" "$(debian_python3)" "$work/src/test/survive/survive.py" "$@"; }

# From each version to the next. The module for the old one comes from the step before: a later Debian has no development files for it.
upgrades() {
	local first
	first=$(postgresql_of bookworm)
	if [ "$(id -u)" != 0 ] || [ "$(server_major)" != "$first" ]; then
		echo "skipped - upgrades: they run as root, in clean Debian systems, and begin with PostgreSQL $first"
		return 0
	fi
	tar -C "$work/stage" -cf "$top/build/survive/module-$first.tar" .
	upgrade bookworm trixie && upgrade trixie forky
}

# upgrade OLD NEW: between the versions of two suites.
upgrade() {
	local old new name
	old=$(postgresql_of "$1")
	new=$(postgresql_of "$2")
	name=upgrade-$old-to-$new
	need_chroot "$name" "$2+$1" "${module_packages[@]}" python3 python3-psycopg2 "postgresql-$old" "postgresql-$new" "postgresql-server-dev-$new"
	in_chroot "$name" offline "$top/build/survive" bash /src/test/survive/upgrade.sh "$old" "$new"
}
