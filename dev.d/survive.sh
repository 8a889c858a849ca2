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

# The module for the old version comes from where it is at home: a later Debian has no development files for it.
upgrades() {
	if [ "$(id -u)" != 0 ] || [ ! -d "$chroot_cache" ]; then
		echo "skipped - upgrades: they run in clean Debian systems, as root, which ./dev matrix makes"
		return 0
	fi
	local result=0
	if [ "$(server_major)" = 15 ]; then
		tar -C "$work/stage" -cf "$work/module-15.tar" .
		upgrade 15 17 trixie+bookworm || result=1
	else
		echo "skipped - upgrades: 15 to 17, because this is not PostgreSQL 15"
	fi
	need_chroot trixie-with-17 trixie "${module_packages[@]}" "${core_packages[@]}" "${proof_packages[@]}" postgresql-17 postgresql-server-dev-17
	# shellcheck disable=SC2016
	in_chroot trixie-with-17 offline "$top/build/survive" bash -ec 'make -C /src -s -j2 >/dev/null 2>&1 && make -C /src -s install DESTDIR=/stage >/dev/null && tar -C /stage -cf /src/build/log/module-17.tar .'
	mv "$top/build/survive/module-17.tar" "$work"
	upgrade 17 18 forky+trixie || result=1
	return $result
}

# upgrade OLD NEW SUITES
upgrade() {
	local name=upgrade-$1-to-$2
	need_chroot "$name" "$3" "${module_packages[@]}" python3 python3-psycopg2 "postgresql-$1" "postgresql-$2" "postgresql-server-dev-$2"
	cp "$work/module-$1.tar" "$top/build/survive/"
	in_chroot "$name" offline "$top/build/survive" bash /src/test/survive/upgrade.sh "$1" "$2" || return 1
}
