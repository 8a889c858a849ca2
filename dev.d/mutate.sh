# ./dev mutate [--table NAME]... [--verbose]: would the matrix of row security notice a mistake in it? (test/row_security/mutate.py)
# Builds the module, starts a private server and tries some hundred mutants of the policies; nothing is left behind.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"

mutate() {
	trap finish_mutate EXIT
	trap 'exit 130' INT TERM HUP

	need_packages "${module_packages[@]}" "${proof_packages[@]}"
	need_postgresql
	work=$(mktemp -d /tmp/bookmeatoz-mutate.XXXXXX)
	echo "building for $("$PG_CONFIG" --version) ..."
	build_stage "$work" >"$work/build.log" 2>&1 || {
		tail -n 40 "$work/build.log"
		return 1
	}
	start_cluster "$work"
	"$(debian_python3)" "$work/src/test/row_security/mutate.py" "$@"
}

finish_mutate() {
	local result=$?
	stop_cluster "${work:-/nonexistent}" || true
	rm -rf "${work:-/nonexistent}"
	exit "$result"
}
