"""Every way to dump and restore: afterwards the copy is as its source, to the last definition, right and row."""

import os

import snapshot
from base import FOUND, OWNER, READER, SOURCE, Place, Step, connect, expect, query, run, same, sound, take

PSQL = "psql -X -q -v ON_ERROR_STOP=1 -d survive_copy"
TARGET = "survive_copy"
WITHOUT_INSTALL = "-c bookmeatoz.install_schema=off -c client_min_messages=warning"

# What to run, with {work} for a folder and S for the source; short ones are in ./dev check.
FORMS = [
    ("plain", "pg_dump S | {psql}", True),
    ("plain, in one transaction", "pg_dump S | {psql} -1", False),
    ("-Fc", "pg_dump -Fc -f {work}/c S; pg_restore -e -d {target} {work}/c", False),
    ("-Fd -j4", "pg_dump -Fd -j4 -f {work}/d S; pg_restore -e -j4 -d {target} {work}/d", False),
    ("-Ft", "pg_dump -Ft -f {work}/t S; pg_restore -e -d {target} {work}/t", False),
    ("--inserts", "pg_dump --inserts --rows-per-insert=100 S | {psql} -1", False),
    ("--column-inserts", "pg_dump --column-inserts --on-conflict-do-nothing S | {psql} -1", False),
    ("by sections", "pg_dump -Fc -f {work}/c S; for s in pre-data data post-data; do pg_restore -e --section=$s -d {target} {work}/c; done", False),
    ("schema, then data, replica", "pg_dump -s S | {psql}; pg_dump -a S | PGOPTIONS='-c session_replication_role=replica' {psql} -1; {reports}", True),
    ("schema, then data, beside triggers", "pg_dump -s S | {psql}; pg_dump -a S | {psql}; {reports}", False),
    ("schema, then data, triggers disabled", "pg_dump -s S | {psql}; pg_dump -a --disable-triggers S | {psql}; {psql} -c 'SELECT bookmeatoz_install_schema()' "
     "-c 'ALTER TABLE customers ENABLE ALWAYS TRIGGER customers_remembered'; {reports}", False),
    ("data, by the root of partitions", "pg_dump -s S | {psql}; pg_dump -a --load-via-partition-root S | PGOPTIONS='-c session_replication_role=replica' {psql} -1; {reports}", False),
    ("--enable-row-security", "PGOPTIONS='-c row_security=on' pg_dump --enable-row-security S | PGOPTIONS='{without}' {psql}", False),
    # pg_dump tries to drop the keys of partitions, which only go with those of their table: errors that change nothing, and the only ones.
    ("--clean --if-exists, over an older state", "pg_dump S | {psql}; {psql} {older}; pg_dump --clean --if-exists S | psql -X -q -d {target} 2>&1 | grep '^ERROR' | "
     "{{ ! grep -v 'cannot drop inherited constraint'; }}", False),
    # By a file: DROP DATABASE waits until every backend of the server has answered, and that of pg_dump does not while the pipe is full.
    ("--clean --create, over an older state", "pg_dump S | {psql}; {psql} {older}; pg_dump --clean --create -f {work}/sql S; sed -i 's/DATABASE survive\\b/DATABASE {target}/; "
     "s/connect survive$/connect {target}/' {work}/sql; psql -X -q -v ON_ERROR_STOP=1 -d postgres -f {work}/sql", False),
    ("--clean --if-exists, into nothing", "pg_dump -Fc -f {work}/c S; pg_restore -e --clean --if-exists -d {target} {work}/c", False),
    ("a template", "dropdb {target}; createdb -T S {target}", False),
]


def steps(place: Place):
    work = os.path.join(place.folder, "dump")

    def form(command: str) -> str:
        place.before()
        place.create(TARGET)
        run(f"rm -rf {work}; mkdir {work}")
        run(command.format(work=work, psql=PSQL, target=TARGET, without=WITHOUT_INSTALL, older="-c 'TRUNCATE bookings CASCADE' -c 'DROP POLICY bookings_select ON bookings' -c \"ALTER TABLE services ALTER colour SET DEFAULT 'green'\" "
                                "-c 'ALTER DEFAULT PRIVILEGES FOR ROLE survive_owner IN SCHEMA public REVOKE SELECT ON SEQUENCES FROM survive_reader'",
                          reports=f"{PSQL} -c 'REFRESH MATERIALIZED VIEW business_stats' -c 'REFRESH MATERIALIZED VIEW revenue'")
            .replace(" S ", f" {SOURCE} ").replace(" S;", f" {SOURCE};") + " >/dev/null")
        return same(place, TARGET) + ", " + same_dump(SOURCE, TARGET)

    def same_dump(one: str, other: str) -> str:
        """What pg_dump itself says. From August 2025 on it writes lines with a random key."""
        first, second = (run(f"pg_dump -s {database} | grep -v '^\\\\\\(un\\)\\?restrict '") for database in (one, other))
        expect(first == second, "pg_dump -s says other things:\n" + run(f"diff <(pg_dump -s {one}) <(pg_dump -s {other}) | head -n 30 || true"))
        return f"{len(first) // 1000} kB of DDL"

    def one_table(how: str) -> str:
        """Without what is between tables, such as keys of others; install_schema() completes ours, and the rows are as they were."""
        place.copy(TARGET)
        run(f"rm -rf {work}; mkdir {work}; {how.format(work=work, psql=PSQL, target=TARGET)} >/dev/null".replace(" S ", f" {SOURCE} "))
        query(TARGET, "SELECT count(*) FROM bookmeatoz_install_schema()")
        rows = {name: text for name, text in take(TARGET).items() if name.startswith("rows of ")}
        different = snapshot.differences({name: text for name, text in place.before().items() if name.startswith("rows of ")}, rows, lambda name: name not in rows)
        expect(not different, "\n".join(different))
        sound(TARGET)
        found = set(query(TARGET, FOUND)) - set(query(SOURCE, FOUND))
        expect(not found, f"verify() says {found}")
        said = query(TARGET, "SELECT line FROM bookmeatoz_install_schema() line WHERE line !~ '^left as it is|^role .* lacks'")
        expect(not said, f"a second call of install_schema() says {said}")
        return f"{snapshot.count_rows(rows):,} rows"

    def by_owner() -> str:
        """The documented way for an owner who is no superuser. Publications, default privileges and rights on the schema are a superuser's to give."""
        place.before()
        place.create(TARGET, f"OWNER {OWNER}")
        run(f"{PSQL} -c 'CREATE EXTENSION bookmeatoz CASCADE' -c \"SELECT bookmeatoz_set_owner('{OWNER}')\"", PGOPTIONS=WITHOUT_INSTALL)
        run(f"rm -rf {work}; mkdir {work}; pg_dump -Fc -f {work}/c {SOURCE}; pg_restore -e --no-owner --no-publications -n public -d {TARGET} {work}/c", PGUSER=OWNER)
        query(TARGET, "SELECT bookmeatoz_regrant_roles()")
        query(TARGET, f"GRANT SELECT (city), UPDATE (city) ON customers TO {READER}; GRANT SELECT ON bookings TO {READER} WITH GRANT OPTION", user=OWNER)
        return same(place, TARGET, lambda name: name.startswith(("publication", "default privileges")) or name == "schema public")

    return [Step(name, lambda command=command: form(command), short) for name, command, short in FORMS] + [
        Step("one table by pg_restore -t", lambda: one_table(
            "pg_dump -Fc -f {work}/c S ; {psql} -c 'DROP TABLE bookings CASCADE'; pg_restore -e -d {target} -t bookings {work}/c")),
        Step("one table by pg_dump -t", lambda: one_table("{psql} -c 'DROP TABLE customers CASCADE'; pg_dump -t customers S | {psql}")),
        Step("by an owner who is no superuser", by_owner),
    ]
