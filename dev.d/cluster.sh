# A temporary PostgreSQL with this checkout's module in it: own folder, unix socket only, gone at the end.
# Sourced by the commands of ./dev. No file of the system is touched: the module is installed into a stage beside the data.

# start_private_server NAME: builds the module and starts a server with it in a private folder. $work, $bindir, PGHOST and PGUSER
# lead there. Progress goes to standard error.
start_private_server() {
	private_folder "$1"
	need_packages "${module_packages[@]}"
	need_postgresql
	echo "building for $("$PG_CONFIG" --version) ..." >&2
	build_stage "$work" >"$work/build.log" 2>&1 || {
		tail -n 40 "$work/build.log" >&2
		return 1
	}
	start_cluster "$work"
}

# private_folder NAME: makes $work. However the command ends, by Ctrl-C and SIGTERM too, what run_until_end runs is killed, the server in
# $work is stopped and $work removed; then $at_end runs with the exit code.
at_end=:
private_folder() {
	trap leave_private_folder EXIT
	trap 'exit 130' INT TERM HUP
	work=$(mktemp -d "/tmp/bookmeatoz-$1.XXXXXX")
}

leave_private_folder() {
	local result=$?
	if [ -n "${child-}" ]; then
		kill -KILL "$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	fi
	stop_cluster "${work:-/nonexistent}" || true
	rm -rf "${work:-/nonexistent}"
	"$at_end" "$result"
	exit "$result"
}

# run_until_end COMMAND...: bash waits for what runs in the foreground before it heeds a signal. So COMMAND runs in the background.
run_until_end() {
	local result=0
	"$@" &
	child=$!
	wait "$child" || result=$?
	child=
	return "$result"
}

# build_stage FOLDER [VARIABLE=VALUE...]: copies the checkout to FOLDER/src, builds the module there, make with these variables,
# and installs it into FOLDER/stage.
build_stage() {
	mkdir -p "$1/src" &&
		copy_sources "$1/src" &&
		make -C "$1/src" -s clean &&
		make -C "$1/src" -s -j"$(nproc)" "${@:2}" &&
		make -C "$1/src" -s install DESTDIR="$1/stage"
}

# What git would commit, changes of the working tree included; without git everything but the build folder.
copy_sources() {
	if [ -d "$top/.git" ] && command -v git >/dev/null; then
		git -c safe.directory="$top" -C "$top" ls-files -z --cached --others --exclude-standard |
			(cd "$top" && while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done) |
			tar -C "$top" --null --files-from=- -cf - | tar -C "$1" --no-same-owner -xf -
	else
		tar -C "$top" --exclude=./build --exclude=./.git -cf - . | tar -C "$1" --no-same-owner -xf -
	fi
}

# start_cluster FOLDER [PROGRAM]: a server on FOLDER/stage whose socket lies in FOLDER; PGHOST and PGUSER lead there. PROGRAM is run
# in place of `postgres`.
start_cluster() {
	local sharedir pkglibdir
	sharedir=$("$PG_CONFIG" --sharedir)
	pkglibdir=$("$PG_CONFIG" --pkglibdir)
	bindir=$("$PG_CONFIG" --bindir)
	chmod 755 "$1"
	[ "$(id -u)" != 0 ] || chown -R postgres "$1"

	as_server "$bindir/initdb" -N -A trust -U postgres --no-locale --encoding=UTF8 --no-instructions -D "$1/data" >/dev/null
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$1'"
		echo 'fsync = off'
		echo 'jit = off'
		# Nothing is analyzed behind a test's back: plans in expected outputs would depend on the moment.
		echo 'autovacuum = off'
		echo "timezone = 'UTC'"
		echo "dynamic_library_path = '$1/stage$pkglibdir:\$libdir'"
		# Where extensions are looked for became a setting in 18; before, Debian has one of its own.
		if [ "$(server_major)" -ge 18 ]; then
			echo "extension_control_path = '$1/stage$sharedir:\$system'"
		else
			echo "extension_destdir = '$1/stage'"
		fi
	} >>"$1/data/postgresql.conf"

	unset PGPORT PGDATABASE PGHOSTADDR PGSERVICE PGOPTIONS PGPASSWORD
	export PGHOST=$1 PGUSER=postgres
	as_server "$bindir/pg_ctl" -s -w -D "$1/data" -l "$1/server.log" ${2:+-p "$2"} start || {
		cat "$1/server.log" >&2
		return 1
	}
}

stop_cluster() {
	[ ! -e "$1/data/postmaster.pid" ] || as_server "$bindir/pg_ctl" -s -D "$1/data" -m immediate stop
}

server_major() { "$PG_CONFIG" --version | sed -E 's/^PostgreSQL ([0-9]+).*/\1/'; }

# The server refuses to run as root.
as_server() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && runuser -u postgres -- "$@")
	else
		"$@"
	fi
}
