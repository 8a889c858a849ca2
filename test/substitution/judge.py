"""Which outcome is right. Before all: no crash, no internal error, no hang. An error is right, unless it is an answer itself:
"the slot is taken" must not come of a column that was misread. Else the answer must be the one of the unchanged database, with
these exceptions:
- The column that was substituted may be missing from rows, or has its value in the other type.
- A renamed label is shown by its new name.
- A NULL in a column by which rows are found (FINDS) may hide its row: then the answer is the one without the row. Any other
  NULL must be an error, but for DEFAULTS, which may also count as the value named there. What may be NULL anyhow is an
  application's value: there only crashes, internal errors and hangs are wrong.
- A table whose policy the substitution took away shows more, and takes more, rightly; nothing guards a table without its triggers.
- A statement may meet the changed row itself: is_changed_row().
- bookmeatoz_verify() must find something, unless nothing that it looks at is different: a column that could be NULL before."""

import json
from typing import Callable, List, Optional

from questions import Question
from server import Answer
from substitutions import Lost, Substitution

# Answers in the form of errors: what an application shows to people.
REFUSALS = ("23P01", "23505", "54000", "40001", "22008", "55000", "BM")
TAKEN = {"23P01", "23505"}  # which constraint is asked first is the server's affair
# Columns that triggers of ours write.
WRITTEN = {"bookings.end_time", "bookings.buffer_before_minutes", "bookings.buffer_after_minutes", "bookings.resource_id", "bookings.seat",
           "businesses.timezone", "employee_services.business_id", "working_hours.business_id", "employee_availability_overrides.business_id"}
FINDS = {"id", "business_id", "employee_id", "service_id", "tenant_id", "user_id", "customer_id", "slug", "subdomain", "email", "start_time", "end_time",
         "day_of_week", "overbooked", "session_key", "seat", "resource_id"}
FINDS_BY_STATUS = {"tenants.status", "businesses.status", "users.status", "employees.employment_status", "user_business_roles.status", "bookings.status"}
DEFAULTS = {"services.settings": "{}", "businesses.settings": "{}"}


def finds_rows(what: Substitution) -> bool:
    return what.kind == "NULL" and (what.column.name in FINDS or str(what.column) in FINDS_BY_STATUS)


def is_refusal(answer: Answer) -> bool:
    return answer.sqlstate.startswith(REFUSALS) and "bookmeatoz_install_schema" not in answer.message


def never_right(answer: Answer) -> str:
    state = answer.sqlstate
    if state == "crash":
        return "the server crashed"
    if state.startswith(("XX", "58", "53", "?")):
        return "internal error"
    return "hangs" if state == "57014" else ""


def without(text: str, column: Optional[str]) -> str:
    row = json.loads(text)
    if isinstance(row, dict):
        row.pop(column, None)
        row.pop("busy", None)  # generated from others, so dropped or empty with them
    return json.dumps(row, sort_keys=True)


def comparable(answer: Answer, question: Question, what: Substitution) -> List[str]:
    rows = [row.replace("renamed_", "") for row in answer.rows]
    if question.rows_of and question.rows_of == what.table:
        rows = sorted(without(row, what.column and what.column.name) for row in rows)
    return rows


def same(found: Answer, expected: Answer, question: Question, what: Substitution) -> bool:
    if found.rows is None or expected.rows is None:
        return found.sqlstate == expected.sqlstate or {found.sqlstate, expected.sqlstate} == TAKEN
    return comparable(found, question, what) == comparable(expected, question, what)


def is_changed_row(what: Substitution, question: Question, found: Answer) -> bool:
    """Whether the statement itself meets what was changed: it names a row by the id that it had, its new id is one of two values,
    it writes or copies the row that has the NULL, or it meets an expired hold that cannot be found, so not be cleared away."""
    if what.kind == "retyped" and what.column.name == "id":
        return question.rows_of == what.table and (found.rows == [] or what.type == "boolean" and found.sqlstate == "23505")
    if what.kind != "NULL":
        return False
    if what.row == ("booking", 6) and found.sqlstate in TAKEN:
        return True
    return question.rows_of == what.table and (question.name.startswith("INSERT of a copied") or
                                               bool(found.rows) and None in values(found, what.column.name))


def values(answer: Answer, column: str) -> List[str]:
    rows = [json.loads(row) for row in answer.rows]
    return [row[column] for row in rows if isinstance(row, dict) and column in row]


def wrong(what: Substitution, question: Question, found: Answer, before: Answer, lost: Lost, without_row: Callable[[], Answer],
          by_default: Callable[[], Answer], converted: Callable[[List], List]) -> str:
    """Empty if the outcome is right, else the kind of failure."""
    if never_right(found):
        return never_right(found)
    if question.is_verify:
        differs = what.kind != "NULL" or what.column.not_null
        return "not noticed by bookmeatoz_verify()" if differs and found.rows is not None and set(found.rows) <= set(before.rows) else ""
    if question.table in lost.policies or before.sqlstate == "42501" and question.rows_of in lost.policies or question.rows_of in lost.triggers or what.kind == "NULL" and what.column.nullable:
        return ""
    if found.rows is None and not is_refusal(found):
        return ""
    if same(found, before, question, what):
        if question.rows_of == what.table and what.kind == "retyped" and str(what.column) in WRITTEN and found.rows is not None:
            column = what.column.name
            if sorted(map(str, values(found, column))) != sorted(map(str, converted(values(before, column)))):
                return "wrong value in the column"
        return ""
    if is_changed_row(what, question, found):
        return ""
    if finds_rows(what) and same(found, without_row(), question, what):
        return ""
    if what.kind == "NULL" and str(what.column) in DEFAULTS and same(found, by_default(), question, what):
        return ""
    return "wrong refusal" if found.rows is None else "wrong answer"
