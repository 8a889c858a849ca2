# ./dev reference: writes docs/functions.md and docs/schema.md with its picture from the COMMENTs of a fresh installation. Run it
# after every change of a function, a table or a COMMENT; the step "reference" of ./dev check fails until then.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"

reference() {
	need_packages python3 python3-psycopg2 graphviz
	start_private_server reference
	with_reference_database "$top/sql/reference.py" write
}

# with_reference_database PROGRAM MODE: runs PROGRAM on a new database that contains nothing but the extension.
with_reference_database() {
	export PGDATABASE=reference
	"$bindir/createdb"
	PGOPTIONS='-c client_min_messages=warning' "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION bookmeatoz CASCADE'
	"$(debian_python3)" "$@"
}
