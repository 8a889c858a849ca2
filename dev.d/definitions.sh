# ./dev definitions: writes sql/install/97-definitions.sql, what bookmeatoz_verify() compares tables and types with, from a fresh
# installation. To be run after every change of a *.schema.sql part; test/sql/definitions.sql fails until then.

source "$top/dev.d/packages.sh"
source "$top/dev.d/cluster.sh"

definitions() {
	trap finish_definitions EXIT
	trap 'exit 130' INT TERM HUP

	need_packages "${module_packages[@]}"
	need_postgresql
	work=$(mktemp -d /tmp/bookmeatoz-definitions.XXXXXX)
	echo "building for $("$PG_CONFIG" --version) ..."
	build_stage "$work" >"$work/build.log" 2>&1 || {
		tail -n 40 "$work/build.log"
		return 1
	}
	start_cluster "$work"
	print_definitions >"$work/definitions.sql"
	cp "$work/definitions.sql" "$top/sql/install/97-definitions.sql"
	echo "written: sql/install/97-definitions.sql, $(grep -c "^    ('" "$work/definitions.sql") definitions"
}

# The extensions get schemas whose names stand nowhere else, so that they can be replaced by their marks.
print_definitions() {
	local ours=bookmeatoz_is_here theirs=uuid_ossp_is_here
	definitions_psql >/dev/null <<-SQL
		CREATE SCHEMA $theirs;
		CREATE EXTENSION "uuid-ossp" SCHEMA $theirs;
		CREATE EXTENSION btree_gist;
		CREATE SCHEMA $ours;
		CREATE EXTENSION bookmeatoz SCHEMA $ours;
	SQL
	cat <<'HEAD'
-- The definitions of this version: written by ./dev definitions, not by hand. The tables and types, as bookmeatoz_definitions() sees
-- them once they are created. The mark of uuid-ossp's schema is replaced when they are read, because that extension can be moved.

CREATE FUNCTION @extschema@.bookmeatoz_expected_definitions()
RETURNS TABLE (object text, kind text, name text, definition text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT e.object, e.kind, e.name, replace(e.definition, '@uuid-ossp@', quote_ident(n.nspname))
    FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace CROSS JOIN (VALUES
HEAD
	definitions_psql -At <<-SQL
		SELECT string_agg(replace(replace(format('    (%L, %L, %L, %L)', object, kind, name, definition), '$ours', '@extschema@'), '$theirs', '@uuid-ossp@'),
		                  E',\n' ORDER BY object COLLATE "C", kind COLLATE "C", name COLLATE "C")
		FROM $ours.bookmeatoz_definitions(ARRAY(SELECT name FROM $ours.bookmeatoz_objects()));
	SQL
	cat <<'TAIL'
    ) e (object, kind, name, definition)
    WHERE x.extname = 'uuid-ossp'
$$;
COMMENT ON FUNCTION @extschema@.bookmeatoz_expected_definitions() IS
    'The tables and types of this version with all that belongs to them: see bookmeatoz_definitions().';
TAIL
}

definitions_psql() { "$bindir/psql" -X -q -v ON_ERROR_STOP=1 -d postgres "$@"; }

finish_definitions() {
	local result=$?
	stop_cluster "${work:-/nonexistent}" || true
	rm -rf "${work:-/nonexistent}"
	exit "$result"
}
