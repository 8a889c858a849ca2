# ./dev matrix [SUITE...]: runs ./dev check, without lint and without network, in clean Debian systems with other PostgreSQL
# versions. The systems stay in /var/tmp between runs. Ends with a table of all versions, that of this machine's last ./dev check included.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"
source "$top/dev.d/chroot.sh"

matrix() {
	need_root matrix
	private_folder matrix
	[ $# -gt 0 ] || set -- trixie forky
	local suite version bad=()
	for suite in "$@"; do
		version=$(postgresql_of "$suite")
		echo "== PostgreSQL $version on Debian $suite"
		need_chroot "$suite-with-$version" "$suite" "${module_packages[@]}" "${core_packages[@]}" "${proof_packages[@]}" \
			"postgresql-$version" "postgresql-server-dev-$version"
		rm -f "$top/build/matrix/$suite/verdict"
		in_chroot "$suite-with-$version" offline "$top/build/matrix/$suite" /src/dev check --no-lint || bad+=("$suite")
	done
	print_matrix
	if [ ${#bad[@]} -gt 0 ]; then
		echo "FAILED: matrix: ${bad[*]} ($SECONDS s); logs in $top/build/matrix"
		return 1
	fi
	echo "OK: matrix passed on $* in $SECONDS s"
}

# The last verdict of each version; of packages, what build/packages/MAJOR says in one line.
print_matrix() {
	local version check survive
	printf '%-12s%-38s%-14s%s\n' PostgreSQL check survive packages
	cat "$top"/build/log/verdict "$top"/build/matrix/*/verdict 2>/dev/null | sort -t'|' -V -u -k1,1 | while IFS='|' read -r version check survive; do
		printf '%-12s%-38s%-14s%s\n' "$version" "$check" "$survive" "$(cat "$top/build/packages/${version%%[!0-9]*}" 2>/dev/null || echo -)"
	done
}
