# ./dev matrix [SUITE...]: runs ./dev check, without lint and without network, in clean Debian systems with other PostgreSQL
# versions. The systems stay in /var/tmp between runs.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"
source "$top/dev.d/chroot.sh"

matrix() {
	need_root matrix
	private_folder matrix
	[ $# -gt 0 ] || set -- trixie forky
	local suite version bad=()
	for suite in "$@"; do
		case $suite in
		bookworm) version=15 ;;
		trixie) version=17 ;;
		forky) version=18 ;;
		experimental) version=19 ;;
		*) echo "./dev matrix: which PostgreSQL has \"$suite\"? (bookworm, trixie, forky, experimental are known)" >&2 && return 2 ;;
		esac
		echo "== PostgreSQL $version on Debian $suite"
		need_chroot "$suite-with-$version" "$suite" "${module_packages[@]}" "${core_packages[@]}" "${proof_packages[@]}" \
			"postgresql-$version" "postgresql-server-dev-$version"
		in_chroot "$suite-with-$version" offline "$top/build/matrix/$suite" /src/dev check --no-lint || bad+=("$suite")
	done
	if [ ${#bad[@]} -gt 0 ]; then
		echo "FAILED: matrix: ${bad[*]} ($SECONDS s); logs in $top/build/matrix"
		return 1
	fi
	echo "OK: matrix passed on $* in $SECONDS s"
}
