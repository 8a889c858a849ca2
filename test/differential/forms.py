"""How each function is asked many questions in one statement, and how its rows are read. Called by server.py.
The parameters are named, so that a changed name is noticed. A statement returns the number of the question, the place of the row among
its answer's rows, and what `read` makes the answer of. Instants come as microseconds."""

import json
from datetime import date
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

from calendar_json import instant_text, read_instant
from reference import Question, Slot
from reference_functions import AvailableDate, Check, CheckQuestion, DatesQuestion, FreeBusyQuestion, Heading, NextQuestion, Period


class Form(NamedTuple):
    row: str  # the casts of one question
    values: Callable[..., tuple]
    sql: str
    read: Callable[[List[tuple]], list]


def micros(expression: str) -> str:
    return f"(extract(epoch FROM {expression}) * 1000000)::bigint"


# What most functions take: service, employee, step, excluded booking, as_of.

COMMON = "%s::uuid, %s::uuid, %s::integer, %s::uuid, %s::timestamptz"
COMMON_NAMES = "number, service, employee, step, excluded, as_of"
COMMON_ARGUMENTS = """service_id => asked.service, employee_id => asked.employee, slot_interval_minutes => asked.step,
        exclude_booking_id => asked.excluded, as_of => asked.as_of"""


def common(question: Question) -> tuple:
    return (question.service_id, question.employee_id, question.step, question.excluded_booking_id, instant_text(question.as_of))


# ---- find_available_slots, next_available_slots

SLOT_COLUMNS = f"{micros('found.slot_start')}, {micros('found.slot_end')}, found.employee_ids::text[], found.remaining_capacity"


def read_slots(rows: List[tuple]) -> List[Slot]:
    return [Slot(start, end, None if people is None else tuple(people), remaining) for start, end, people, remaining in rows]


FIND = Form(COMMON + ", %s::timestamptz, %s::timestamptz",
            lambda question: common(question) + (instant_text(question.from_time), instant_text(question.to_time)),
            f"""
SELECT asked.number, found.place, {SLOT_COLUMNS}
FROM (VALUES %s) AS asked ({COMMON_NAMES}, from_time, to_time)
CROSS JOIN LATERAL ROWS FROM (find_available_slots({COMMON_ARGUMENTS}, from_time => asked.from_time, to_time => asked.to_time))
    WITH ORDINALITY AS found (slot_start, slot_end, employee_ids, remaining_capacity, place)""", read_slots)


def next_values(asked: NextQuestion) -> tuple:
    return common(asked.question) + (instant_text(asked.question.from_time), asked.max_slots)


NEXT = Form(COMMON + ", %s::timestamptz, %s::integer", next_values, f"""
SELECT asked.number, found.place, {SLOT_COLUMNS}
FROM (VALUES %s) AS asked ({COMMON_NAMES}, after_time, max_slots)
CROSS JOIN LATERAL ROWS FROM (next_available_slots({COMMON_ARGUMENTS}, after_time => asked.after_time, max_slots => asked.max_slots))
    WITH ORDINALITY AS found (slot_start, slot_end, employee_ids, remaining_capacity, place)""", read_slots)


# ---- find_available_slots_json

def read_compact(rows: List[tuple]) -> list:
    """The heading and the slots; an index that leads nowhere is an IndexError."""
    (text,), = rows
    value = json.loads(text)
    people = value["employees"]
    assert people == sorted(set(people)), "employees are not sorted or not unique"
    assert min((index for _, indexes, _ in value["slots"] for index in indexes), default=0) >= 0, "a negative index"
    duration = value["duration_minutes"] * 60_000_000
    slots = [Slot(read_utc(start), read_utc(start) + duration, tuple(people[index] for index in indexes), remaining)
             for start, indexes, remaining in value["slots"]]
    return [Heading(tuple(value), read_utc(value["from"]), read_utc(value["to"]), value["timezone"], value["service_id"],
                    value["duration_minutes"], tuple(people))] + slots


def read_utc(text: str) -> int:
    assert text.endswith("Z") and "T" in text, f"{text} is not ISO 8601 in UTC"
    return read_instant(text)


COMPACT = Form(FIND.row, FIND.values, f"""
SELECT asked.number, 1, find_available_slots_json({COMMON_ARGUMENTS}, from_time => asked.from_time, to_time => asked.to_time)::text
FROM (VALUES %s) AS asked ({COMMON_NAMES}, from_time, to_time)""", read_compact)


# ---- find_available_dates

def dates_values(asked: DatesQuestion) -> tuple:
    return common(asked.question) + (asked.first.isoformat(), asked.last.isoformat())


DATES = Form(COMMON + ", %s::date, %s::date", dates_values, f"""
SELECT asked.number, found.place, to_char(found.available_date, 'YYYY-MM-DD'), {micros('found.first_slot')}
FROM (VALUES %s) AS asked ({COMMON_NAMES}, from_date, to_date)
CROSS JOIN LATERAL ROWS FROM (find_available_dates({COMMON_ARGUMENTS}, from_date => asked.from_date, to_date => asked.to_date))
    WITH ORDINALITY AS found (available_date, first_slot, place)""",
             lambda rows: [AvailableDate(date.fromisoformat(day), first_slot) for day, first_slot in rows])


# ---- check_slot: one call for each start

def check_values(asked: CheckQuestion) -> tuple:
    return common(asked.question) + ([instant_text(start) for start in asked.starts],)


CHECK = Form(COMMON + ", %s::timestamptz[]", check_values, f"""
SELECT asked.number, at.place, {micros('at.start')}, found.available, found.reason, found.employee_ids::text[]
FROM (VALUES %s) AS asked ({COMMON_NAMES}, starts)
CROSS JOIN LATERAL unnest(asked.starts) WITH ORDINALITY AS at (start, place)
CROSS JOIN LATERAL check_slot({COMMON_ARGUMENTS}, slot_start => at.start) AS found""",
             lambda rows: [Check(start, available, reason, None if people is None else tuple(people))
                           for start, available, reason, people in rows])


# ---- check_slots: one call for all starts; it knows no excluded booking

def checks_values(asked: CheckQuestion) -> tuple:
    question = asked.question
    return (question.service_id, question.employee_id, question.step, instant_text(question.as_of),
            [instant_text(start) for start in asked.starts])


CHECKS = Form("%s::uuid, %s::uuid, %s::integer, %s::timestamptz, %s::timestamptz[]", checks_values, f"""
SELECT asked.number, found.place, {micros('found.slot_start')}, found.available, found.reason, found.employee_ids::text[]
FROM (VALUES %s) AS asked (number, service, employee, step, as_of, starts)
CROSS JOIN LATERAL ROWS FROM (check_slots(service_id => asked.service, slot_starts => asked.starts, employee_id => asked.employee,
        slot_interval_minutes => asked.step, as_of => asked.as_of))
    WITH ORDINALITY AS found (slot_start, available, reason, employee_ids, place)""", CHECK.read)


# ---- free_busy: always as of now()

def free_busy_values(asked: FreeBusyQuestion) -> tuple:
    return asked.employee_id, instant_text(asked.from_time), instant_text(asked.to_time)


FREE_BUSY = Form("%s::uuid, %s::timestamptz, %s::timestamptz", free_busy_values, f"""
SELECT asked.number, found.place, {micros('lower(found.period)')}, {micros('upper(found.period)')},
       CASE WHEN lower_inc(found.period) AND NOT upper_inc(found.period) THEN found.busy_type ELSE 'not half-open' END
FROM (VALUES %s) AS asked (number, employee, from_time, to_time)
CROSS JOIN LATERAL ROWS FROM (free_busy(employee_id => asked.employee, from_time => asked.from_time, to_time => asked.to_time))
    WITH ORDINALITY AS found (period, busy_type, place)""",
                 lambda rows: [Period(*row) for row in rows])

FORMS: Dict[str, Form] = {
    "find_available_slots": FIND,
    "find_available_slots_json": COMPACT,
    "next_available_slots": NEXT,
    "find_available_dates": DATES,
    "check_slot": CHECK,
    "check_slots": CHECKS,
    "free_busy": FREE_BUSY,
}
