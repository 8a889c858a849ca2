# Clean Debian systems: mmdebstrap makes each once, then it is only read. Sourced by matrix and fresh; needs root.
# A run works in a copy-on-write view of a system, in mount, process, ipc and network namespaces of its own: so nothing is left.

chroot_cache=/var/tmp/bookmeatoz-debian

need_root() {
	if [ "$(id -u)" != 0 ]; then
		echo "./dev: clean Debian systems are made and entered as root: sudo ./dev $1" >&2
		return 1
	fi
}

# postgresql_of SUITE: its version of PostgreSQL.
postgresql_of() {
	case $1 in
	bookworm) echo 15 ;;
	trixie) echo 17 ;;
	forky) echo 18 ;;
	experimental) echo 19 ;;
	*) echo "./dev: which PostgreSQL has \"$1\"? (bookworm, trixie, forky, experimental are known)" >&2 && return 2 ;;
	esac
}

# need_chroot NAME SUITE PACKAGE...: makes $chroot_cache/NAME, unless it exists with exactly these packages. SUITE is one, or "trixie+bookworm":
# with what is older from the second.
need_chroot() {
	local name=$1 suite=$2
	shift 2
	local tree=$chroot_cache/$name wanted="$suite $*"
	mkdir -p "$chroot_cache"
	exec {lock}>"$chroot_cache/$name.lock"
	# The lock is held until the program ends: no other checkout may replace the tree while this one runs in it.
	flock --shared "$lock"
	[ "$(cat "$tree.complete" 2>/dev/null)" != "$wanted" ] || return 0
	flock "$lock"
	if [ "$(cat "$tree.complete" 2>/dev/null)" != "$wanted" ]; then
		echo "making a clean Debian $suite in $tree (once; some minutes)"
		need_packages mmdebstrap arch-test
		rm -rf "$tree" "$tree.complete"
		make_chroot "$suite" "$tree" "$@" >"$tree.log" 2>&1 || {
			tail -n 20 "$tree.log" >&2
			echo "./dev: mmdebstrap failed; the whole log: $tree.log" >&2
			return 1
		}
		echo "$wanted" >"$tree.complete"
	fi
	flock --shared "$lock"
}

# The mirror and the way to it come from this machine's configuration of apt.
make_chroot() {
	local suite=$1 tree=$2 options=() line
	shift 2
	while IFS= read -r line; do options+=(--aptopt="$line"); done < <(
		apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|Check-Valid-Until|Check-Date)'
	)
	if [ $# -gt 0 ]; then
		options+=(--include="$(IFS=, && echo "$*")")
		# shellcheck disable=SC2016
		options+=(--essential-hook='folder=$1/etc/postgresql-common/createcluster.d &&
			mkdir -p "$folder" && echo "create_main_cluster = false" >"$folder/none.conf"')
	fi
	local sources=("deb $(mirror_of '') ${suite%+*} main") older=${suite#*+}
	suite=${suite%+*}
	[ "$older" = "$suite" ] || sources+=("deb $(mirror_of '') $older main" "deb $(mirror_of -security) $older-security main")
	case $suite in
	experimental) # an addition to sid; only PostgreSQL comes from it
		suite=sid
		sources=("deb $(mirror_of '') sid main" "${sources[@]}")
		# shellcheck disable=SC2016
		options+=(--setup-hook='mkdir -p "$1/etc/apt/preferences.d" &&
			printf "Package: src:postgresql-*\nPin: release a=experimental\nPin-Priority: 990\n" >"$1/etc/apt/preferences.d/postgresql"')
		;;
	*) sources+=("deb $(mirror_of -security) $suite-security main") ;;
	esac
	# On a mirror, the index of a suite that still changes (forky) may be past its date.
	mmdebstrap --variant=apt --mode=root "${options[@]}" \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
		"$suite" "$tree" "${sources[@]}"
}

# mirror_of SUFFIX: the mirror from which this machine gets the suite "bookworm$SUFFIX" (or that of its own Debian).
mirror_of() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(RELEASE) $(SITE)' 'Created-By: Packages' | awk -v suffix="$1" '
		$1 ~ "^[a-z]+" suffix "$" && !found { found = $2 }
		END { if (found) print found; else exit 1 }'
}

# in_chroot NAME NETWORK LOGS COMMAND...: runs COMMAND in a view of NAME with this checkout at /src and LOGS at /src/build/log.
# NETWORK is "offline" or "online". Needs a private folder: the end of that folder ends all that runs in the view.
in_chroot() {
	local tree=$chroot_cache/$1 network=$2 logs=$3 place=$work/$1 namespaces=(--mount --pid --ipc --uts --fork --kill-child)
	shift 3
	[ "$network" = online ] || namespaces+=(--net)
	mkdir -p "$place/source" "$place/view" "$logs" && copy_sources "$place/source" &&
		run_until_end unshare "${namespaces[@]}" bash "$top/dev.d/enter-chroot.sh" "$tree" "$place/view" "$place/source" "$logs" "$@"
}
