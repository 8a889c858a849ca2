"""Old SQL declarations beside a new library: every C function of the extension, declared otherwise than this version does, must
give an error when it is called (a declaration that differs only by STRICT may also answer). They are declared in the extension's own
schema, from which the functions take the tables that they read: elsewhere they would find none, and go no further."""

from typing import Iterator, List, NamedTuple, Tuple

import psycopg2

from judge import never_right
from server import Answer, Crashed, Server, answer_of


class Function(NamedTuple):
    name: str
    symbol: str
    module: str
    arguments: List[str]
    result: str
    is_set: bool
    strict: bool
    outs: List[str]


# A literal of each type, and another type that is as unlike as can be: by reference for by value, varlena for fixed length.
VALUES = {"uuid": "'00000000-0000-0000-0000-000000000001'", "text": "'x'", "bigint": "1", "integer": "1", "boolean": "true", "jsonb": "'{}'",
          "timestamp with time zone": "'2035-01-08'", "date": "'2035-01-08'", "regrole": "'substitution_app'", "numeric": "1"}
OTHERS = {"uuid": ("text", "bigint"), "text": ("bigint", "uuid"), "integer": ("text", "bigint"), "boolean": ("text", "uuid"), "jsonb": ("bigint", "uuid"),
          "timestamp with time zone": ("text", "uuid"), "date": ("text", "uuid"), "internal": ("bigint", "text"), "bigint": ("text", "uuid")}


def functions(server: Server) -> List[Function]:
    found = [Function(*row) for row in server.run("""
        SELECT p.proname, p.prosrc, p.probin, array(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY a (t, n) ORDER BY n),
               format_type(p.prorettype, NULL), p.proretset, p.proisstrict,
               coalesce(array(SELECT format_type(t, NULL) FROM unnest(p.proallargtypes, p.proargmodes) a (t, m) WHERE m = 't'), '{}')
          FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
          JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
          JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND e.extname = 'bookmeatoz'
         WHERE l.lanname = 'c' ORDER BY 1""")]
    server.rollback()
    return found


def value(kind: str) -> str:
    return f"{VALUES[kind]}::{kind}" if kind in VALUES else f"NULL::{kind}"


class Declaration(NamedTuple):
    what: str
    arguments: List[str]
    result: str
    strict: bool = False
    nulls: bool = False          # is called with NULL everywhere
    may_answer: bool = False


def declarations(function: Function) -> Iterator[Declaration]:
    arguments = function.arguments
    result = f"TABLE ({', '.join(f'o{n} {kind}' for n, kind in enumerate(function.outs))})" if function.outs else \
        ("SETOF " if function.is_set else "") + function.result
    # The server does not let SQL name internal as a result without an argument of it, nor call such a function.
    callable_result = {"trigger": "trigger", "internal": "bigint"}.get(result, result)
    if "internal" not in arguments:
        if arguments:
            yield Declaration("one argument fewer", arguments[:-1], callable_result)
            yield Declaration("no argument", [], callable_result)
            yield Declaration("not STRICT" if function.strict else "as it is", arguments, callable_result, nulls=True, may_answer=True)
        yield Declaration("one argument more", arguments + ["integer"], callable_result)
    for number, argument in enumerate(arguments):
        for other in OTHERS.get(argument, ("bigint", "text")):
            yield Declaration(f"argument {number + 1} {other}", arguments[:number] + [other] + arguments[number + 1:], callable_result)
    if "internal" not in arguments:
        for other in ("text", "bigint", "uuid", "jsonb", "void", "record", "SETOF record", "SETOF bigint", "trigger"):
            if other != callable_result and not (other == "trigger" and arguments):
                yield Declaration(f"result {other}", arguments, other)
        if function.outs:
            yield Declaration("one column fewer", arguments, f"TABLE ({', '.join(f'o{n} {kind}' for n, kind in enumerate(function.outs[:-1]))})")
            yield Declaration("one column more", arguments, f"TABLE ({', '.join(f'o{n} {kind}' for n, kind in enumerate(function.outs + ['text']))})")
            for number, out in enumerate(function.outs):
                outs = function.outs[:number] + [OTHERS.get(out, ("bigint",))[0]] + function.outs[number + 1:]
                yield Declaration(f"column {number + 1} {outs[number]}", arguments, f"TABLE ({', '.join(f'o{n} {kind}' for n, kind in enumerate(outs))})")


def call(declared: Declaration) -> str:
    arguments = ", ".join(f"NULL::{kind}" if declared.nulls else value(kind) for kind in declared.arguments)
    if declared.result == "trigger":
        return ("CREATE TEMP TABLE t (id uuid, settings jsonb, timezone text, updated_at timestamptz); CREATE TRIGGER t BEFORE INSERT OR UPDATE ON t FOR EACH ROW "
                "EXECUTE FUNCTION booking.older_f(); INSERT INTO t DEFAULT VALUES; UPDATE t SET id = NULL")
    columns = " AS f (a bigint)" if "record" in declared.result else ""
    return f"SELECT * FROM booking.older_f({arguments}){columns}" if columns else f"SELECT booking.older_f({arguments})"


def declare(server: Server, function: Function, declared: Declaration):
    while True:
        try:
            server.run(f"CREATE FUNCTION booking.older_f({', '.join(declared.arguments)}) RETURNS {declared.result} LANGUAGE c "
                       f"{'STRICT' if declared.strict else ''} AS '{function.module}', '{function.symbol}'")
            return
        except Crashed:  # the postmaster had not noticed the crash before
            continue


def try_it(server: Server, function: Function, declared: Declaration) -> Answer:
    try:
        declare(server, function, declared)
        server.cursor.execute(call(declared))
        return Answer([f"{server.cursor.rowcount} rows"])
    except psycopg2.Error as error:
        return Answer(sqlstate="crash", message=str(error).splitlines()[0]) if server.connection.closed else answer_of(error)
    finally:
        server.rollback()


def check(server: Server) -> Iterator[Tuple[str, str, str]]:
    """Of each declaration: its name, the kind of failure or nothing, and what came of it."""
    for function in functions(server):
        for declared in declarations(function):
            found = try_it(server, function, declared)
            outcome = never_right(found)
            if not outcome and found.rows is not None and not declared.may_answer:
                outcome = "an old declaration is believed"
            yield f"old declaration: {function.name}({', '.join(declared.arguments)}) returns {declared.result}, {declared.what}", outcome, str(found)
