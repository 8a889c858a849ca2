"""Which outcome is right. Before all: no crash, no internal error, no hang. An error is right, unless it is an answer itself:
"the slot is taken" must not come of a column that was misread. Else the answer must be the one of the unchanged database, with
these exceptions:
- The column that was substituted may be missing from rows, or has its value in the other type.
- A renamed label is shown by its new name.
- A NULL in a column by which rows are found (FINDS) may hide its row: then the answer is the one without the row. Any other
  NULL must be an error, but for DEFAULTS, which may also count as the value named there. What may be NULL anyhow is an
  application's value: there only crashes, internal errors and hangs are wrong.
- A SELECT from a table whose policy the substitution took away shows more, rightly.
- bookmeatoz_verify() must find something."""

import json
from typing import Callable, List, Optional, Set

from questions import Question
from server import Answer
from substitutions import Substitution

# Answers in the form of errors: what an application shows to people.
REFUSALS = ("23P01", "23505", "P0002", "54000", "40001", "22008", "55000", "BM")
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
    if question.has_rows and what.column:
        rows = sorted(without(row, what.column.name) for row in rows)
    return rows


def same(found: Answer, expected: Answer, question: Question, what: Substitution) -> bool:
    if found.rows is None or expected.rows is None:
        return found.sqlstate == expected.sqlstate
    return comparable(found, question, what) == comparable(expected, question, what)


def values(answer: Answer, column: str) -> List[str]:
    rows = [json.loads(row) for row in answer.rows]
    return [row[column] for row in rows if isinstance(row, dict) and column in row]


def wrong(what: Substitution, question: Question, found: Answer, before: Answer, opened: Set[str], without_row: Callable[[], Answer],
          by_default: Callable[[], Answer], converted: Callable[[List], List]) -> str:
    """Empty if the outcome is right, else the kind of failure."""
    if never_right(found):
        return never_right(found)
    if question.is_verify:
        if found.rows is not None and set(found.rows) <= set(before.rows) and not (what.kind == "NULL" and not what.column.not_null):
            return "not noticed by bookmeatoz_verify()"
        return ""
    if question.table in opened or what.kind == "NULL" and what.column.nullable:
        return ""
    if found.rows is None and not is_refusal(found):
        return ""
    if same(found, before, question, what):
        if question.has_rows and what.kind == "retyped" and found.rows is not None:
            column = what.column.name
            if sorted(map(str, values(found, column))) != sorted(map(str, converted(values(before, column)))):
                return "wrong value in the column"
        return ""
    if finds_rows(what) and same(found, without_row(), question, what):
        return ""
    if what.kind == "NULL" and str(what.column) in DEFAULTS and same(found, by_default(), question, what):
        return ""
    return "wrong refusal" if found.rows is None else "wrong answer"
