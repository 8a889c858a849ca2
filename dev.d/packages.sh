# Installs the Debian packages that a command needs, and finds the PostgreSQL to build for.
# The commands of ./dev source this file. It neither changes nor upgrades a package that is installed.

module_packages=(g++ make)
core_packages=(cmake clang libclang-rt-dev libgtest-dev libbenchmark-dev python3 python3-psycopg2 tzdata)
proof_packages=(python3 python3-psycopg2 python3-icalendar pgbouncer nodejs)
lint_packages=(clang-format clang-tidy shellcheck)

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "./dev: this needs root and there is no sudo. Run as root: $*" >&2
		return 1
	fi
}

need_packages() {
	local package missing=()
	for package in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if ! command -v apt-get >/dev/null; then
		echo "./dev: not a Debian system: install what corresponds to: ${missing[*]}" >&2
		return 1
	fi
	echo "installing ${missing[*]}"
	update_package_lists
	without_system_cluster apt_get install --no-install-recommends "${missing[@]}"
	# Debian starts pgbouncer as a service when it is first installed. Nobody asked for that, so it is stopped.
	case " ${missing[*]} " in
	*' pgbouncer '*) [ ! -d /run/systemd/system ] || as_root systemctl --quiet disable --now pgbouncer ;;
	esac
}

apt_get() {
	local log
	log=$(mktemp)
	if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "./dev: apt-get $* failed; see above. Is the network there, are the sources in /etc/apt right?" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

# Debian's own Python, for which psycopg2 is installed; PATH may begin with another.
debian_python3() { [ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3; }

package_lists_are_new=
update_package_lists() {
	[ -n "$package_lists_are_new" ] || apt_get update
	package_lists_are_new=1
}

# Debian's server package creates and starts a cluster "main" when it is first installed. Nobody asked for one, so a drop-in forbids
# it during the installation. Existing clusters are not touched.
without_system_cluster() (
	folder=/etc/postgresql-common/createcluster.d
	trap 'as_root rm -f "$folder/bookmeatoz-dev.conf"' EXIT
	as_root mkdir -p "$folder"
	echo 'create_main_cluster = false' | as_root tee "$folder/bookmeatoz-dev.conf" >/dev/null
	"$@"
)

# Sets PG_CONFIG: the caller's choice, else the newest server with development files, else Debian's default version.
need_postgresql() {
	PG_CONFIG=${PG_CONFIG:-$(newest_pg_config)}
	if [ -z "$PG_CONFIG" ]; then
		update_package_lists
		local version
		version=$(apt-cache show postgresql | sed -n 's/^Depends:.*postgresql-\([0-9][0-9]*\).*/\1/p' | head -n 1)
		need_packages "postgresql-${version:?no package postgresql in the sources of apt}" "postgresql-server-dev-$version"
		PG_CONFIG=$(newest_pg_config)
	fi
	if ! can_build_for "$PG_CONFIG"; then
		echo "./dev: $PG_CONFIG has no server or no development files (Debian: postgresql-server-dev-NN)" >&2
		return 1
	fi
	export PG_CONFIG
}

newest_pg_config() {
	local candidate
	for candidate in $(printf '%s\n' /usr/lib/postgresql/*/bin/pg_config | sort -rV) "$(command -v pg_config || true)"; do
		if can_build_for "$candidate"; then
			echo "$candidate"
			return
		fi
	done
}

# It needs the server, the files of PGXS and the headers. In Debian these are three packages.
can_build_for() {
	[ -x "$1" ] && [ -x "$("$1" --bindir)/postgres" ] && [ -e "$("$1" --pgxs)" ] && [ -e "$("$1" --includedir-server)/postgres.h" ]
}
