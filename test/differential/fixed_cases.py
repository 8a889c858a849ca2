"""Loads availability-cases.json, the fixed cases of the contract, as businesses and questions with their expected answers.
Called by test_reference.py (the reference against them) and cases.py (the server against them)."""

import json
import os
import uuid
from typing import List, NamedTuple, Tuple

from calendar_json import read_instant, read_time_of_day
from reference import Booking, Business, Employee, Override, Question, Service, WeeklyRow

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "availability-cases.json")
FAR_PAST = read_instant("2000-01-01T00:00Z")


class FixedCase(NamedTuple):
    name: str
    business: Business
    question: Question
    expected: List[Tuple[int, Tuple[str, ...]]]  # start, employees sorted by id


def identity(case_name, thing):
    """The same in every run; employees get ids in the order of their names, so that `sorted by id` is the order that one reads."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"bookmeatoz {case_name} {thing}"))


def weekly_rows(values):
    return [WeeklyRow(row["dow"], read_time_of_day(row["start"]), read_time_of_day(row["end"])) for row in values]


def fixed_cases() -> List[FixedCase]:
    with open(CASES, encoding="utf-8") as file:
        return [read_case(case) for case in json.load(file)["cases"]]


def read_case(case) -> FixedCase:
    name = case["id"]
    ids = dict(zip(sorted(case["employees"]), sorted(identity(name, employee) for employee in case["employees"])))
    service = Service(identity(name, "service"), case["service"]["duration"], case["service"].get("before", 0),
                      case["service"].get("after", 0), mapped_employees=frozenset(ids.values()))
    business = Business(identity(name, "business"), case["tz"], weekly_rows=weekly_rows(case.get("business_hours", [])),
                        services={service.id: service})
    if "min_notice" in case:
        business.settings["min_notice_minutes"] = case["min_notice"]
    for employee_name, value in case["employees"].items():
        overrides = [Override(read_instant(start), read_instant(end), kind == "unavailable")
                     for kind in ("available", "unavailable") for start, end in value.get(kind, [])]
        business.employees[ids[employee_name]] = Employee(ids[employee_name], weekly_rows=weekly_rows(value.get("hours", [])),
                                                          overrides=overrides)
        for number, booking in enumerate(value.get("bookings", [])):
            business.bookings.append(Booking(
                identity(name, f"booking {employee_name} {number}"), service.id, ids[employee_name],
                read_instant(booking["start"]), read_instant(booking["end"]), booking.get("before", 0), booking.get("after", 0),
                booking.get("status", "confirmed")))
    question = Question(service.id, read_instant(case["from"]), read_instant(case["to"]),
                        read_instant(case["now"]) if "now" in case else FAR_PAST, step=case.get("step"))
    expected = [(read_instant(row[0]), tuple(sorted(ids[who] for who in (row[2] if len(row) > 2 else case["employees"]))))
                for row in case["expect"]]
    return FixedCase(name, business, question, expected)
