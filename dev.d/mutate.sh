# ./dev mutate [--table NAME]... [--verbose]: would the check of rights notice a mistake in the policies?
# Builds the module, starts a private server and tries some hundred mutants of the policies (test/row_security/mutate.py). Nothing
# is left behind.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"

mutate() {
	need_packages "${proof_packages[@]}"
	start_private_server mutate
	"$(debian_python3)" "$work/src/test/row_security/mutate.py" "$@"
}
