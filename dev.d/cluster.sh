# A temporary PostgreSQL with this checkout's module: in a folder of its own, by unix socket only, gone at the end.
# The commands of ./dev source this file. It changes no file of the system: the module is installed into a stage beside the data.

# start_private_server NAME: builds the module and starts a server with it in a private folder. Sets $work, $bindir, PGHOST and
# PGUSER for it. Progress goes to standard error.
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

# private_folder NAME: makes the folder $work. At the end of the command, also by Ctrl-C or SIGTERM, it kills what run_until_end
# runs, stops the servers in $work and below, removes $work, and runs $at_end with the exit code.
at_end=:
private_folder() {
	trap leave_private_folder EXIT
	trap 'exit 130' INT TERM HUP
	work=$(mktemp -d "/tmp/bookmeatoz-$1.XXXXXX")
}

leave_private_folder() {
	local result=$? data
	if [ -n "${child-}" ]; then
		kill -KILL "$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	fi
	for data in "${work:-/nonexistent}"/data "${work:-/nonexistent}"/*/data; do stop_cluster "$(dirname "$data")" || true; done
	rm -rf "${work:-/nonexistent}"
	"$at_end" "$result"
	exit "$result"
}

# run_until_end COMMAND...: runs COMMAND in the background and waits for it. Bash would handle a signal only after a COMMAND in the
# foreground has ended.
run_until_end() {
	local result=0
	"$@" &
	child=$!
	wait "$child" || result=$?
	child=
	return "$result"
}

# build_stage FOLDER [VARIABLE=VALUE...]: copies the checkout to FOLDER/src, builds the module there by make with these variables,
# and installs it into FOLDER/stage.
build_stage() {
	mkdir -p "$1/src" &&
		copy_sources "$1/src" &&
		make -C "$1/src" -s clean &&
		make -C "$1/src" -s -j"$(nproc)" "${@:2}" &&
		make -C "$1/src" -s install DESTDIR="$1/stage"
}

# Copies what git would commit, with the changes of the working tree; without git, everything but the build folder.
copy_sources() {
	if [ -d "$top/.git" ] && command -v git >/dev/null; then
		git -c safe.directory="$top" -C "$top" ls-files -z --cached --others --exclude-standard |
			(cd "$top" && while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done) |
			tar -C "$top" --null --files-from=- -cf - | tar -C "$1" --no-same-owner -xf -
	else
		tar -C "$top" --exclude=./build --exclude=./.git -cf - . | tar -C "$1" --no-same-owner -xf -
	fi
}

# start_cluster FOLDER [PROGRAM]: starts a server with the module in FOLDER/stage. Its socket is in FOLDER; sets PGHOST and PGUSER
# for it. PROGRAM runs in place of `postgres`.
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
		# test/robustness/test_claims.py connects two hundred workers.
		echo 'max_connections = 300'
		# Otherwise tables would be analyzed at any moment, and the plans in expected outputs would change with it.
		echo 'autovacuum = off'
		echo "timezone = 'UTC'"
		echo "dynamic_library_path = '$1/stage$pkglibdir:\$libdir'"
		# From 18 on a setting says where extensions are. Before that, Debian has a setting of its own.
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

version_of_extension() { sed -n "s/^default_version *= *'\(.*\)'/\1/p" "$top/bookmeatoz.control"; }

server_major() { "$PG_CONFIG" --version | sed -E 's/^PostgreSQL ([0-9]+).*/\1/'; }

# The server refuses to run as root.
as_server() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && runuser -u postgres -- "$@")
	else
		"$@"
	fi
}
