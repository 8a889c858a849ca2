#!/usr/bin/env python3
"""The fixed cases of the contract (availability-cases.json) against the reference and against the server's find_available_slots, and the
questions that the server must refuse. Usage: cases.py [--dsn ...] [--dry]; the connection is that of the PG* environment by default.
Called by people and by the test suite; it rolls back whatever it writes. Needs Debian's python3, python3-psycopg2 and tzdata."""

import argparse
import sys
from dataclasses import replace

from calendar_json import instant_text
from fixed_cases import fixed_cases
from reference import find_available_slots

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def in_short(slots):
    return [(instant_text(slot.start), slot.employee_ids) for slot in slots]


def check(name, expected, found) -> bool:
    if found == expected:
        return True
    print(f"FAILED {name}\n  expected {expected}\n  found    {found}")
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


def check_refused_questions(server) -> bool:
    """What the contract calls an error, and its near neighbours that are none."""
    case = fixed_cases()[0]
    question = case.question
    server.insert([case.business])
    far = 367 * 86_400_000_000
    good = True
    for name, changed, refused in (
            ("an unknown service", replace(question, service_id=UNKNOWN), True),
            ("a step of 0", replace(question, step=0), True),
            ("a negative step", replace(question, step=-15), True),
            ("from after to", replace(question, from_time=question.to_time + 1), True),
            ("a window of more than 366 days", replace(question, to_time=question.from_time + far + 1), True),
            ("no from", replace(question, from_time=None), True),
            ("no to", replace(question, to_time=None), True),
            ("no as_of", replace(question, as_of=None), True),
            ("no service", replace(question, service_id=None), True),
            ("a window of 366 days", replace(question, to_time=question.from_time + far), False),
            ("an empty window", replace(question, to_time=question.from_time), False),
            ("an unknown employee", replace(question, employee_id=UNKNOWN), False),
            ("an unknown booking to exclude", replace(question, excluded_booking_id=UNKNOWN), False)):
        answer = server.ask("find_available_slots", [changed], "UTC")[0]
        good = check(f"{name} is {'an error' if refused else 'no error'} (got {answer if not isinstance(answer, list) else 'slots'})",
                     refused, not isinstance(answer, list)) and good
        if not refused and isinstance(answer, list):
            good = check(name, find_available_slots(case.business, changed), answer) and good
    for bound in ("from_time", "to_time", "as_of"):
        for infinite in ("infinity", "-infinity"):
            times = {"from_time": "2026-03-08T06:00Z", "to_time": "2026-03-09T06:00Z", "as_of": "2026-03-01T00:00Z", bound: infinite}
            error = server.error_of("SELECT * FROM find_available_slots(%s, %s, %s, as_of => %s)",
                                    (question.service_id, times["from_time"], times["to_time"], times["as_of"]))
            good = check(f"{bound} = {infinite} is an error", True, error is not None) and good
    server.roll_back()
    return good


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
