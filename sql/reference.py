#!/usr/bin/env python3
"""The reference, from the catalog: docs/functions.md, docs/schema.md and docs/schema.dot with its picture docs/schema.svg.
Usage: reference.py write|check, connected by PGHOST and PGDATABASE to a database in which bookmeatoz is installed in the schema public.
check fails when a file differs; it needs no graphviz, because the picture says of which source it was drawn. Called by ./dev reference
and ./dev check.

What a function or table is for stands in its COMMENT, by these rules: a line is a paragraph; a line that begins with "- " is an entry of a
list, "- word: text" says what the word means. Topics are the parts of sql/install, in their order; a part's title is what its first line
says before the first colon or full stop."""

import difflib
import glob
import hashlib
import html
import os
import re
import subprocess
import sys
from collections import defaultdict

import psycopg2
import psycopg2.extras

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
DOCS = os.path.join(TOP, "docs")
WRITTEN = "<!-- Written by ./dev reference from the COMMENTs in the database: edit those, in sql/install. -->\n"
# Names with an underscore, a dot or parentheses, and codes of errors.
CODE = re.compile(r"(?<![\w.`])(?:[a-z]+(?:_[a-z0-9]+)+(?:\.[a-z_]+)?(?:\(\))?|[a-z]+\.[a-z_]+|[a-z]+\(\)|(?=\w{5}\b)[0-9A-Z]*[0-9][0-9A-Z]*)(?![\w*])")


# ---- parts

def topics(pattern: str, comment: str) -> list:
    """(title, names) of each part, in order; parts of the same title are one."""
    found = {}
    for path in sorted(glob.glob(os.path.join(TOP, "sql", "install", pattern))):
        with open(path, encoding="utf-8") as part:
            text = part.read()
        title = re.match(r"-- (.*?)(?:[.:]|$)", text, re.M)[1]
        names = found.setdefault(re.sub(r" \(S\d+\)", "", title), [])
        names += [name for name in re.findall(rf"^COMMENT ON {comment} +@extschema@\.(\w+)", text, re.M) if name not in names]
    return [(title, names) for title, names in found.items() if names]


# ---- Markdown

def as_code(text: str) -> str:
    """Names and error codes in code; what Markdown would take for its own, as it is."""
    def keep(match):
        kept.append(f"`{match[0]}`")
        return f"\0{len(kept) - 1}\0"

    kept = []
    text = CODE.sub(keep, re.sub(r"[a-z_]+_\*|<=|>=", keep, text))
    text = re.sub(r"([\\*<>|\[\]])", r"\\\1", text)
    return re.sub(r"\0(\d+)\0", lambda match: kept[int(match[1])], text)


def as_markdown(comment: str) -> str:
    lines, was_list = [], False
    for line in comment.split("\n"):
        is_list = line.startswith("- ")
        if lines and not (is_list and was_list):
            lines.append("")
        entry = re.match(r"- ([^\s:]+(?:, [^\s:]+)*): (.*)", line)
        if entry:
            words = ", ".join(f"`{word}`" for word in entry[1].split(", "))
            lines.append(f"- {words}: {as_code(entry[2])}")
        else:
            lines.append("- " + as_code(line[2:]) if is_list else as_code(line))
        was_list = is_list
    return "\n".join(lines) + "\n"


def as_cell(text: str) -> str:
    return as_code(" ".join((text or "").split("\n")))


def code_cell(text: str) -> str:
    """Code in a table: of backquotes and bars in it."""
    return f"`{text}`".replace("|", "\\|") if text else ""


# ---- functions

FUNCTIONS = """
SELECT p.proname AS name, p.oid::regprocedure::text AS signature, pg_get_function_result(p.oid) AS result,
       CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END AS volatility,
       p.proparallel = 's' AS is_parallel, p.proleakproof AS is_leakproof,
       EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0) AS for_public,
       p.prorettype = 'trigger'::regtype AS is_trigger, obj_description(p.oid, 'pg_proc') AS comment,
       ARRAY(SELECT concat(CASE WHEN p.provariadic <> 0 AND n = p.pronargs THEN 'VARIADIC ' END, coalesce(p.proargnames[n], '?'))
             FROM generate_series(1, p.pronargs) n) AS names,
       ARRAY(SELECT format_type(p.proargtypes[n], NULL) FROM generate_series(0, p.pronargs - 1) n) AS types,
       ARRAY(SELECT pg_get_function_arg_default(p.oid, n) FROM generate_series(1, p.pronargs) n) AS defaults
FROM pg_extension x
JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
JOIN pg_proc p ON p.oid = d.objid
WHERE x.extname = 'bookmeatoz' AND 'internal'::regtype <> ALL (p.proargtypes::oid[])
ORDER BY p.proname COLLATE "C", p.oid::regprocedure::text COLLATE "C"
"""


def short_type(name: str) -> str:
    return name.replace("timestamp with time zone", "timestamptz").replace("character varying", "varchar")


def short_default(text: str) -> str:
    return re.sub(r"^(NULL|'[^']*')::[\w ]+$", r"\1", text)


def signature(function) -> str:
    width = max(map(len, function["names"]), default=0)
    short = [short_type(name) for name in function["types"]]
    arguments = [f"{name} {kind}" + (f" DEFAULT {short_default(default)}" if default else "")
                 for name, kind, default in zip(function["names"], short, function["defaults"])]
    line = f"{function['name']}({', '.join(arguments)})"
    result = "" if function["result"] == "void" else f" RETURNS {short_type(function['result'])}"
    if len(line + result) <= 110:
        return line + result
    types = max(map(len, short), default=0)
    lines = [f"    {name:{width}} {kind:{types}}" + (f" DEFAULT {short_default(default)}" if default else "")
             for name, kind, default in zip(function["names"], short, function["defaults"])]
    return f"{function['name']}(\n" + ",\n".join(line.rstrip() for line in lines) + ")\n" + result.strip() if arguments else line + "\n" + result.strip()


def functions_page(cursor) -> str:
    cursor.execute(FUNCTIONS)
    by_name = defaultdict(list)
    for function in cursor.fetchall():
        by_name[function["name"]].append(function)
    parts = topics("*.sql", "FUNCTION")
    left = [name for name in by_name if not any(name in names for _, names in parts)]
    parts[-1][1].extend(left)
    page = ["# Functions\n", WRITTEN]
    page.append("""All functions belong to the extension and live in its schema. In psql, `\\df+` shows the comment of each. S1 to S20 are
[rules](rules.md); the codes of errors are in [errors.md](errors.md). More than fits into a comment: [finding slots](availability.md),
[booking](booking.md), [reminders and calendars](reminders.md), [searching under row security](search.md), [roles and session context](security.md), [operations](operations.md).
""")
    contents = []
    for title, names in parts:
        there = [name for name in names if name in by_name]
        if there:
            anchor = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
            contents.append(f"- [{title}](#{anchor}): " + ", ".join(f"[{name}](#{name})" for name in there))
    page.append("\n".join(contents) + "\n")
    for title, names in parts:
        if not any(name in by_name for name in names):
            continue
        page.append(f"## {title}\n")
        for name in names:
            for function in by_name.get(name, []):
                facts = [function["volatility"]]
                if function["is_parallel"]:
                    facts.append("PARALLEL SAFE")
                if function["is_leakproof"]:
                    facts.append("LEAKPROOF")
                if not function["for_public"]:
                    facts.append("not executable by everybody")
                page.append(f"### {name}\n\n```sql\n{signature(function)}\n```\n\n{as_markdown(function['comment'] or '')}")
                if not function["is_trigger"]:
                    page.append(", ".join(facts) + ".\n")
    return "\n".join(page)


# ---- tables

COLUMNS = """
SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS is_not_null,
       a.attgenerated <> '' AS is_generated, pg_get_expr(d.adbin, d.adrelid) AS value, col_description(c.oid, a.attnum) AS comment,
       EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)) AS is_key
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(tables)s) ORDER BY c.relname COLLATE "C", a.attnum
"""
# Kept apart by kind; from 18 on a NOT NULL is a constraint too.
REST = """
SELECT c.relname AS table, 'constraint' AS kind, k.conname AS name, pg_get_constraintdef(k.oid) AS definition,
       obj_description(k.oid, 'pg_constraint') AS comment, position(k.contype::text IN 'pufxc') AS place
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(tables)s) AND k.contype IN ('p', 'u', 'f', 'x', 'c')
UNION ALL
SELECT c.relname, 'index', i.relname, pg_get_indexdef(i.oid), obj_description(i.oid, 'pg_class'), 0
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(tables)s) AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT c.relname, 'trigger', g.tgname, pg_get_triggerdef(g.oid), obj_description(g.oid, 'pg_trigger'), 0
FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(tables)s) AND NOT g.tgisinternal
ORDER BY 1, 2, 6, 3
"""
KEYS = """
SELECT k.conrelid::regclass::text AS table, k.confrelid::regclass::text AS target,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u (number, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place) AS columns,
       (SELECT bool_and(a.attnotnull) FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) AS is_required
FROM pg_constraint k
WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace AND k.conrelid::regclass::text = ANY (%(tables)s)
ORDER BY k.conrelid::regclass::text COLLATE "C", k.conname COLLATE "C"
"""
TYPES = """
SELECT t.typname AS name, obj_description(t.oid, 'pg_type') AS comment,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels
FROM bookmeatoz_objects() o JOIN pg_type t ON t.oid = to_regtype(o.name) WHERE o.kind = 'type' ORDER BY t.typname COLLATE "C"
"""


def index_words(definition: str) -> str:
    return re.sub(r" ON public\.\w+| INDEX \w+| USING btree|^CREATE ", "", definition).strip()


def trigger_words(definition: str) -> str:
    return re.sub(r"^CREATE TRIGGER \w+ | ON public\.\w+| FOR EACH ROW| EXECUTE FUNCTION| public\.", " ", definition).strip()


def read_schema(cursor) -> dict:
    cursor.execute("SELECT array_agg(name) AS tables FROM bookmeatoz_objects() WHERE kind <> 'type'")
    known = cursor.fetchone()["tables"]
    parts = topics("*.schema.sql", "(?:TABLE|VIEW|MATERIALIZED VIEW)")
    parts[-1][1].extend(name for name in known if not any(name in names for _, names in parts))
    tables = {"tables": known}
    schema = {"parts": parts, "columns": defaultdict(list), "rest": defaultdict(list)}
    cursor.execute(COLUMNS, tables)
    for column in cursor.fetchall():
        schema["columns"][column["table"]].append(column)
    cursor.execute(REST, tables)
    for row in cursor.fetchall():
        schema["rest"][row["table"], row["kind"]].append(row)
    cursor.execute(KEYS, tables)
    schema["keys"] = cursor.fetchall()
    cursor.execute("SELECT c.relname AS table, obj_description(c.oid, 'pg_class') AS comment FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
                   " AND c.relname = ANY (%(tables)s)", tables)
    schema["comments"] = {row["table"]: row["comment"] for row in cursor.fetchall()}
    cursor.execute("SELECT array_agg(name) AS views FROM bookmeatoz_objects() WHERE kind ~ 'view'")
    schema["views"] = cursor.fetchone()["views"]
    cursor.execute(TYPES)
    schema["types"] = cursor.fetchall()
    return schema


def schema_page(schema: dict) -> str:
    page = ["# Tables\n", WRITTEN, """`bookmeatoz_install_schema()` creates these in the schema of the extension, as ordinary tables and views of the owner's. Add columns, keys, indexes
and triggers of your own as you like. Every table has row security: [security.md](security.md) says what a session sees.

![The tables and their foreign keys, by domain](schema.svg)

An arrow is a foreign key and leads to the row that is named; a dashed one may be NULL. Listed in the boxes are the columns of keys.
"""]
    for title, tables in schema["parts"]:
        page.append(f"- {title}: " + ", ".join(f"[{table}](#{table})" for table in tables))
    page.append("- [Types](#types)\n")
    for title, tables in schema["parts"]:
        page.append(f"## {title}\n")
        for table in tables:
            page += [f"### {table}\n", as_markdown(schema["comments"][table]), "| column | type | NULL | default | |\n|---|---|---|---|---|"]
            for column in schema["columns"][table]:
                value = column["value"] or ""
                value = f"generated: `{value}`" if column["is_generated"] else code_cell(re.sub(r"::(character varying|[a-z_]+_v1)$", "", value))
                page.append(f"| `{column['name']}` | {short_type(column['type'])} | {'' if column['is_not_null'] else 'yes'} | {value} | {as_cell(column['comment'])} |")
            page.append("")
            for kind, head, words in (("constraint", "constraint", str), ("index", "index", index_words), ("trigger", "trigger", trigger_words)):
                rows = schema["rest"][table, kind]
                if rows:
                    page.append(f"| {head} | | |\n|---|---|---|")
                    page += [f"| `{row['name']}` | {code_cell(words(row['definition']))} | {as_cell(row['comment'])} |" for row in rows]
                    page.append("")
    page.append("## Types\n\n| type | labels | |\n|---|---|---|")
    page += [f"| `{row['name']}` | {', '.join(f'`{label}`' for label in row['labels'])} | {as_cell(row['comment'])} |" for row in schema["types"]]
    return "\n".join(page) + "\n"


# ---- the picture

COLOURS = ("#e8f0fb", "#eaf6ea", "#fff4df", "#f3ebfa", "#fdeaea", "#e6f5f5", "#f4f0e6", "#eeeeee", "#fbeef5", "#eef2e0")


def picture(schema: dict) -> str:
    lines = ["// Written by ./dev reference.", "digraph tables {",
             '  graph [rankdir=RL, fontname="Helvetica", fontsize=15, nodesep=0.22, ranksep=1.0, newrank=true, pad=0.2, splines=true];',
             '  node [shape=plain, fontname="Helvetica", fontsize=11];', '  edge [arrowsize=0.7, color="#556677"];']
    foreign = defaultdict(set)
    for key in schema["keys"]:
        foreign[key["table"]].update(key["columns"])
    for number, (title, tables) in enumerate(part for part in schema["parts"] if not set(part[1]) <= set(schema["views"])):
        lines += [f"  subgraph cluster_{number} {{", f'    label="{title}"; style="rounded,filled"; color="#c8ced6"; fillcolor="{COLOURS[number % len(COLOURS)]}"; labeljust=l;']
        for table in tables:
            if table in schema["views"]:
                continue
            columns = [column for column in schema["columns"][table] if column["is_key"] or column["name"] in foreign[table]]
            rows = "".join(f'<tr><td align="left" port="{column["name"]}">{"<b>" if column["is_key"] else ""}{html.escape(column["name"])}'
                           f'{"</b>" if column["is_key"] else ""}</td></tr>' for column in columns)
            lines.append(f'    {table} [href="schema.md#{table}", label=<<table border="1" cellborder="0" cellspacing="0" cellpadding="3" color="#556677" bgcolor="white">'
                         f'<tr><td bgcolor="#33475b"><font color="white"><b>{table}</b></font></td></tr>{rows}</table>>];')
        lines.append("  }")
    # One arrow for one column: keys over two columns, such as (business_id, employee_id), are drawn from the last.
    drawn = {}
    for key in schema["keys"]:
        column = next((name for name in reversed(key["columns"]) if name not in ("business_id", "tenant_id")), key["columns"][0])
        drawn.setdefault((key["table"], column, key["target"]), key["is_required"])
    lines += [f"  {table}:{column} -> {target}" + ("" if required else " [style=dashed]") + ";" for (table, column, target), required in drawn.items()]
    return "\n".join(lines + ["}"]) + "\n"


def digest(dot: str) -> str:
    return f"<!-- drawn from schema.dot with SHA-256 {hashlib.sha256(dot.encode()).hexdigest()} -->"


def draw(dot: str) -> str:
    svg = subprocess.run(["dot", "-Tsvg"], input=dot, stdout=subprocess.PIPE, check=True, text=True).stdout
    return svg.rstrip("\n") + "\n" + digest(dot) + "\n"


# ---- writing and comparing

def main() -> int:
    if sys.argv[1:] not in (["write"], ["check"]):
        print("usage: reference.py write|check", file=sys.stderr)
        return 2
    cursor = psycopg2.connect("").cursor(cursor_factory=psycopg2.extras.RealDictCursor)
    cursor.execute("SET search_path = public")
    schema = read_schema(cursor)
    dot = picture(schema)
    pages = {"functions.md": functions_page(cursor), "schema.md": schema_page(schema), "schema.dot": dot}
    if sys.argv[1] == "write":
        pages["schema.svg"] = draw(dot)
        for name, text in pages.items():
            with open(os.path.join(DOCS, name), "w", encoding="utf-8") as file:
                file.write(text)
            print(f"written: docs/{name}, {text.count(chr(10))} lines")
        return 0
    differs = False
    for name, text in pages.items():
        path = os.path.join(DOCS, name)
        found = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
        if found != text:
            differs = True
            print("".join(difflib.unified_diff(found.splitlines(True), text.splitlines(True), f"docs/{name}", "the catalog", n=1)))
    with open(os.path.join(DOCS, "schema.svg"), encoding="utf-8") as file:
        if not file.read().endswith(digest(dot) + "\n"):
            differs = True
            print("docs/schema.svg is drawn from another source")
    if differs:
        print("run ./dev reference")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
