# ./dev reference: writes docs/functions.md and docs/schema.md with its picture from the COMMENTs of a fresh installation. To be run
# after every change of a function, a table or a COMMENT; the step "reference" of ./dev check fails until then.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"

reference() {
	trap finish_reference EXIT
	trap 'exit 130' INT TERM HUP

	need_packages "${module_packages[@]}" python3 python3-psycopg2 graphviz
	need_postgresql
	work=$(mktemp -d /tmp/bookmeatoz-reference.XXXXXX)
	echo "building for $("$PG_CONFIG" --version) ..."
	build_stage "$work" >"$work/build.log" 2>&1 || {
		tail -n 40 "$work/build.log"
		return 1
	}
	start_cluster "$work"
	with_reference_database "$top/sql/reference.py" write
}

# with_reference_database PROGRAM MODE: a database in which the extension alone is installed.
with_reference_database() {
	export PGDATABASE=reference
	"$bindir/createdb"
	PGOPTIONS='-c client_min_messages=warning' "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION bookmeatoz CASCADE'
	"$(debian_python3)" "$@"
}

finish_reference() {
	local result=$?
	stop_cluster "${work:-/nonexistent}" || true
	rm -rf "${work:-/nonexistent}"
	exit "$result"
}
