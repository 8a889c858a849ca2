# ./dev fresh [SUITE...]: what a newcomer meets. A minimal Debian with nothing but a shell runs ./dev demo, ./dev example --test and
# ./dev check, which install what they need from the network, so no step may be skipped. After that no server, no cluster and no temporary
# file may be left.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"
source "$top/dev.d/chroot.sh"

fresh() {
	need_root fresh
	private_folder fresh
	[ $# -gt 0 ] || set -- bookworm trixie
	local suite bad=()
	for suite in "$@"; do
		echo "== a new Debian $suite"
		need_chroot "$suite-minimal" "$suite"
		# shellcheck disable=SC2016
		in_chroot "$suite-minimal" online "$top/build/fresh/$suite" bash -euo pipefail -c '
			/src/dev demo >/dev/null
			/src/dev example --test
			/src/dev check | tee /src/build/log/check.log
			! grep SKIPPED /src/build/log/check.log
			left=$(find /tmp -mindepth 1; ls /var/lib/postgresql/*/ 2>/dev/null; grep -lsx postgres /proc/[0-9]*/comm || true)
			[ -z "$left" ] || { echo "left behind: $left"; exit 1; }
		' || bad+=("$suite")
	done
	if [ ${#bad[@]} -gt 0 ]; then
		echo "FAILED: fresh: ${bad[*]} ($SECONDS s); logs in $top/build/fresh"
		return 1
	fi
	echo "OK: fresh passed on $* in $SECONDS s"
}
