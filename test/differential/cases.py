#!/usr/bin/env python3
"""The fixed cases of the contract (availability-cases.json) against the reference and against the server's find_available_slots, and the
questions that the server must refuse. Usage: cases.py [--dsn ...] [--dry]; the connection is that of the PG* environment by default.
Called by people and by the test suite; it rolls back whatever it writes. Needs Debian's python3, python3-psycopg2 and tzdata."""

import argparse
import sys
from dataclasses import replace
from datetime import date, timedelta

from calendar_json import instant_text
from fixed_cases import fixed_cases
from questions import FUNCTIONS
from reference import DAY, find_available_slots
from reference_functions import CheckQuestion, DatesQuestion, FreeBusyQuestion

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def in_short(slots):
    return [(instant_text(slot.start), slot.employee_ids) for slot in slots]


def check(name, expected, found) -> bool:
    if found == expected:
        return True
    print(f"FAILED {name}\n  expected {str(expected)[:2000]}\n  found    {str(found)[:2000]}")
    return False


def check_fixed_case(case, server) -> bool:
    expected = [(instant_text(start), people) for start, people in case.expected]
    reference_slots = find_available_slots(case.business, case.question)
    good = check(f"{case.name} (reference)", expected, in_short(reference_slots))
    if server is not None:
        server.insert([case.business])
        answer = server.ask("find_available_slots", [case.question], "UTC")[0]
        good = check(f"{case.name} (server)", expected, in_short(answer) if isinstance(answer, list) else answer) and good
        if isinstance(answer, list):
            good = check(f"{case.name} (server, whole rows)", reference_slots, answer) and good
        server.roll_back()
    return good


NOT_FOUND = ("BM003",)
WRONG = ("22004", "22023", "22008")  # as PostgreSQL means them

YEAR = 367 * DAY  # the longest window


def check_refused_questions(server) -> bool:
    """What the contract calls an error, and its near neighbours that are none."""
    case = fixed_cases()[0]
    question = case.question
    server.insert([case.business])
    good = True
    for name, changed, errors in (
            ("an unknown service", replace(question, service_id=UNKNOWN), NOT_FOUND),
            ("a step of 0", replace(question, step=0), WRONG),
            ("a negative step", replace(question, step=-15), WRONG),
            ("from after to", replace(question, from_time=question.to_time + 1), WRONG),
            ("a window of more than 367 days", replace(question, to_time=question.from_time + YEAR + 1), WRONG),
            ("no from", replace(question, from_time=None), WRONG),
            ("no to", replace(question, to_time=None), WRONG),
            ("no as_of", replace(question, as_of=None), WRONG),
            ("no service", replace(question, service_id=None), WRONG + NOT_FOUND),
            ("a window of 367 days", replace(question, to_time=question.from_time + YEAR), ()),
            ("an empty window", replace(question, to_time=question.from_time), ()),
            ("an unknown employee", replace(question, employee_id=UNKNOWN), ()),
            ("an unknown booking to exclude", replace(question, excluded_booking_id=UNKNOWN), ())):
        good = check_refusal(server, "find_available_slots", name, case.business, changed, errors) and good
    first = date(2027, 10, 31)  # on which clocks go back in many zones; a leap day lies before the next year's
    starts = (question.from_time, question.from_time + 20 * YEAR, question.from_time)
    unknown = replace(question, service_id=UNKNOWN)
    for function, name, asked, errors in (
            ("find_available_dates", "a year of dates", DatesQuestion(question, first, first + timedelta(days=365)), ()),
            ("find_available_dates", "more than a year", DatesQuestion(question, first, first + timedelta(days=368)), WRONG),
            ("find_available_dates", "dates of an unknown service", DatesQuestion(unknown, first, first), NOT_FOUND),
            ("check_slots", "instants far apart", CheckQuestion(question, starts), ()),
            ("check_slots", "no instants", CheckQuestion(question, ()), ()),
            ("check_slots", "an instant that is NULL", CheckQuestion(question, starts + (None,)), WRONG),
            ("check_slots", "instants of an unknown service", CheckQuestion(unknown, starts), NOT_FOUND),
            ("check_slots", "no instants of an unknown service", CheckQuestion(unknown, ()), NOT_FOUND),
            ("free_busy", "of an unknown employee", FreeBusyQuestion(UNKNOWN, question.from_time, question.to_time, 0), NOT_FOUND)):
        good = check_refusal(server, function, name, case.business, asked, errors) and good
    for bound in ("from_time", "to_time", "as_of"):
        for infinite in ("infinity", "-infinity"):
            times = {"from_time": "2026-03-08T06:00Z", "to_time": "2026-03-09T06:00Z", "as_of": "2026-03-01T00:00Z", bound: infinite}
            error = server.error_of("SELECT * FROM find_available_slots(%s, %s, %s, as_of => %s)",
                                    (question.service_id, times["from_time"], times["to_time"], times["as_of"]))
            good = check(f"{bound} = {infinite} is an error", True, error is not None and error.sqlstate in WRONG) and good
    for array in ("NULL", "ARRAY['infinity']", "ARRAY['-infinity']"):
        error = server.error_of(f"SELECT * FROM check_slots(%s, {array}::timestamptz[])", (question.service_id,))
        good = check(f"check_slots of {array} is an error", True, error is not None and error.sqlstate in WRONG) and good
    server.roll_back()
    return good


def check_refusal(server, function, name, business, asked, errors) -> bool:
    """One of the errors, or the reference's answer where there is none."""
    answer = server.ask(function, [asked], "UTC")[0]
    if errors:
        found = "an answer" if isinstance(answer, list) else answer
        return check(f"{function}, {name}: one of {errors}, not {found}", True, getattr(answer, "sqlstate", None) in errors)
    return check(f"{function}, {name}", FUNCTIONS[function].answer(business, asked), answer)


def main() -> int:
    parser = argparse.ArgumentParser(description="the fixed availability cases against the reference and the server")
    parser.add_argument("--dsn", default="", help="connection string; without it the PG* environment")
    parser.add_argument("--dry", action="store_true", help="no server: the reference alone")
    options = parser.parse_args()
    server = None
    if not options.dry:
        from server import Server
        server = Server(options.dsn)
    results = [check_fixed_case(case, server) for case in fixed_cases()]
    if server is not None:
        results.append(check_refused_questions(server))
        server.close()
    print(f"{results.count(True)} of {len(results)} passed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
