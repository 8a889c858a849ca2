#!/usr/bin/env python3
"""What is public of each release, from the catalog: sql/signatures/VERSION.txt, a line for each function, table, view, column, type and label.
Usage: signatures.py write VERSION|check, connected by PGHOST and PGDATABASE to a database in which bookmeatoz is installed in the schema public.
check fails when a line of a release is not in the database, unless sql/signatures/removed.txt has it with the reason. write is part of
./dev freeze, check of ./dev check.

Internal, and so without a line: functions of the name bookmeatoz_* whose COMMENT says by whom they are called, and those that only the server
can call."""

import os
import re
import sys

import psycopg2

SQL = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(SQL, "signatures")

LINES = """
SELECT format('function %s(%s) RETURNS %s', p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid))
FROM pg_extension x
JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
JOIN pg_proc p ON p.oid = d.objid
WHERE x.extname = 'bookmeatoz' AND 'internal'::regtype <> ALL (p.proargtypes::oid[])
  AND NOT (p.proname ~ '^bookmeatoz_' AND obj_description(p.oid, 'pg_proc') ~ 'Called by ')
UNION ALL
SELECT o.kind || ' ' || o.name FROM bookmeatoz_objects() o
UNION ALL
SELECT format('column %s.%s %s', o.name, a.attname, format_type(a.atttypid, a.atttypmod))
FROM bookmeatoz_objects() o JOIN pg_attribute a ON o.kind <> 'type' AND a.attrelid = to_regclass(o.name) AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT format('label %s.%s', o.name, e.enumlabel) FROM bookmeatoz_objects() o JOIN pg_enum e ON o.kind = 'type' AND e.enumtypid = to_regtype(o.name)
"""


def lines(cursor) -> list:
    """The lines of the connected database, sorted."""
    cursor.execute("SET search_path = public")
    cursor.execute(LINES)
    return sorted(line for line, in cursor.fetchall())


def read(name: str) -> list:
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read().splitlines()


def removed() -> dict:
    """Reasons by lines. A reason is indented, on the line below."""
    found, last = {}, None
    for line in read("removed.txt"):
        if re.match(r" +\S", line) and last is not None:
            found[last] = line.strip()
        elif line and not line.startswith("#"):
            last = line
            found[last] = ""
    return found


def releases() -> list:
    return sorted(match[1] for match in (re.fullmatch(r"bookmeatoz--([0-9.]+)\.sql", name) for name in os.listdir(SQL)) if match)


def faults(present: list) -> list:
    versions = sorted(name[:-len(".txt")] for name in os.listdir(FOLDER) if re.match(r"\d", name))
    found = [] if versions == releases() else [f"sql/signatures is of {', '.join(versions)}, the scripts are of {', '.join(releases())}"]
    gone, released, here = removed(), {}, set(present)
    for version in versions:
        for line in read(f"{version}.txt"):
            released.setdefault(line, version)
    found += [f"gone since {version}: {line}" for line, version in released.items() if line not in here and line not in gone]
    for line, reason in gone.items():
        if line in here:
            found.append(f"removed.txt: it is there: {line}")
        if line not in released:
            found.append(f"removed.txt: no release has it: {line}")
        if not reason:
            found.append(f"removed.txt: no reason: {line}")
    return found


def main() -> int:
    arguments = sys.argv[1:]
    if arguments != ["check"] and not (len(arguments) == 2 and arguments[0] == "write" and re.fullmatch(r"\d+\.\d+\.\d+", arguments[1])):
        print("usage: signatures.py write VERSION|check", file=sys.stderr)
        return 2
    present = lines(psycopg2.connect("").cursor())
    if arguments[0] == "write":
        # What is released stays.
        with open(os.path.join(FOLDER, f"{arguments[1]}.txt"), "x", encoding="utf-8") as file:
            file.write("\n".join(present) + "\n")
        print(f"written: sql/signatures/{arguments[1]}.txt, {len(present)} lines")
        return 0
    found = faults(present)
    if found:
        print("\n".join(found))
        print("A released name that goes or changes needs its old line in sql/signatures/removed.txt, and below it, indented, the reason.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
