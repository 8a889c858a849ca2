#!/usr/bin/env python3
"""The differential test: random businesses, find_available_slots of the server against the reference, exactly; window invariance, order
and independence of the session's time zone on each; with --properties also what adding an employee, a booking or an absence may change.
Usage: run.py --scenarios 1000 --seed 1 [--properties] [--dsn ...]; run.py --only 1:17 explains one scenario; run.py --dry needs no server.
Called by people and by the test suite; it rolls back whatever it writes. Debian: python3, python3-psycopg2, tzdata."""

import argparse
import collections
import json
import random
import sys
import time
from dataclasses import replace
from typing import List, NamedTuple, Optional, Tuple
from zoneinfo import ZoneInfo

import calendar_json
import reference
from calendar_json import instant_text
from reference import Business, Question, Slot, find_available_slots
from scenario import (SESSION_ZONES, Dice, Scenario, make_scenario, with_another_absence, with_another_booking, with_another_employee)


class Difference(NamedTuple):
    """Something that must not be: what it is, and the two answers that should agree (names and slots)."""
    what: str
    left_name: str
    left: object
    right_name: str
    right: object


# ---------------------------------------------------------------------------------------------------------------------------------
# One batch

def halves(scenario: Scenario) -> Tuple[Question, Question]:
    return replace(scenario.question, to_time=scenario.cut), replace(scenario.question, from_time=scenario.cut)


def judge(scenario: Scenario, expected, answer, in_other_zone, first_half, second_half) -> Optional[Difference]:
    if answer != expected:
        return Difference("the server differs from the reference", "reference", expected, "server", answer)
    if in_other_zone != answer:
        return Difference("the time zone of the session matters", "in UTC", answer, "in another zone", in_other_zone)
    if not isinstance(answer, list):
        return None
    starts = [slot.start for slot in answer]
    if starts != sorted(set(starts)):
        return Difference("not sorted or not unique", "server", answer, "sorted", sorted(answer, key=lambda slot: slot.start))
    if not isinstance(first_half, list) or not isinstance(second_half, list) or first_half + second_half != answer:
        both = first_half + second_half if isinstance(first_half, list) and isinstance(second_half, list) else (first_half, second_half)
        return Difference(f"the window cut at {instant_text(scenario.cut)} gives other slots", "whole", answer, "both parts", both)
    return None


def check_batch(server, scenarios: List[Scenario], dice: random.Random) -> List[Tuple[Scenario, Difference]]:
    """Leaves the transaction open, with the businesses in it."""
    expected = [find_available_slots(scenario.business, scenario.question) for scenario in scenarios]
    server.insert([scenario.business for scenario in scenarios])
    stored = server.bookings_stored([scenario.business for scenario in scenarios])
    questions = [scenario.question for scenario in scenarios]
    parts = [half for scenario in scenarios for half in halves(scenario)]
    answers = server.ask(questions, "UTC")
    in_other_zone = server.ask(questions, dice.choice(SESSION_ZONES))
    of_parts = server.ask(parts, dice.choice(SESSION_ZONES))

    failures = []
    for index, scenario in enumerate(scenarios):
        written, found = len(scenario.business.bookings), stored.get(scenario.business.id, 0)
        if found != written:
            failures.append((scenario, Difference("bookings were lost when they were written", "written", written, "stored", found)))
            continue
        difference = judge(scenario, expected[index], answers[index], in_other_zone[index], of_parts[2 * index], of_parts[2 * index + 1])
        if difference is not None:
            failures.append((scenario, difference))
    return failures


def refused_businesses(server, scenarios: List[Scenario]) -> List[Tuple[Scenario, Difference]]:
    """When a batch could not be inserted: which business was refused, and why."""
    failures = []
    for scenario in scenarios:
        refused = server.try_insert(scenario.business)
        if refused is not None:
            failures.append((scenario, Difference("the business cannot be inserted", "expected", "inserted", "server", refused)))
    return failures


# ---------------------------------------------------------------------------------------------------------------------------------
# Properties: each scenario is changed three times, and each time compared with the reference and with what it was before

def only_fewer(before: List[Slot], after: List[Slot]) -> bool:
    """No start, no person and no capacity that was not there before."""
    earlier = {slot.start: slot for slot in before}
    return all(slot.start in earlier
               and set(slot.employee_ids) <= set(earlier[slot.start].employee_ids)
               and slot.remaining_capacity <= earlier[slot.start].remaining_capacity for slot in after)


def check_row_security(server, scenarios: List[Scenario]) -> List[Tuple[Scenario, Difference]]:
    """An application's role that may see the business is offered the same slots. Goes on in the transaction of check_batch."""
    businesses, questions = [scenario.business for scenario in scenarios], [scenario.question for scenario in scenarios]
    answers = server.ask(questions, "UTC")
    as_application = server.ask_as_application(businesses, questions, "UTC")
    return [(scenario, Difference("row security changes the answer", "as superuser", answer, "as the application", other))
            for scenario, answer, other in zip(scenarios, answers, as_application) if answer != other]


def check_properties(server, scenarios: List[Scenario]) -> List[Tuple[Scenario, Difference]]:
    """Goes on in the transaction of check_batch."""
    failures = []
    questions = [scenario.question for scenario in scenarios]
    businesses = [scenario.business for scenario in scenarios]
    answers = server.ask(questions, "UTC")
    for change in (add_booking, add_absence, add_employee):
        changed, conditions = [], []
        for scenario, business in zip(scenarios, businesses):
            dice = Dice(f"{scenario.seed} {change.__name__}")
            after, condition = change(server, dice, scenario, business)
            changed.append(after)
            conditions.append(condition)
        answers_after = server.ask(questions, "UTC")
        for index, scenario in enumerate(scenarios):
            now = replace(scenario, business=changed[index])
            expected = find_available_slots(now.business, now.question)
            before, after = answers[index], answers_after[index]
            if after != expected:
                failures.append((now, Difference(f"the server differs from the reference after {change.__name__}", "reference", expected,
                                                 "server", after)))
            elif conditions[index] == "fewer" and not only_fewer(before, after):
                failures.append((now, Difference(f"{change.__name__} added a slot", "before", before, "after", after)))
            elif conditions[index] == "more" and not only_fewer(after, before):
                failures.append((now, Difference(f"{change.__name__} removed a slot", "before", before, "after", after)))
        businesses, answers = changed, answers_after
    return failures


def monotonous(business: Business, question: Question) -> str:
    """Adding a booking or an absence never adds a slot, in the alignments shift and clock."""
    alignment = reference.s17_setting("slot_alignment", business, business.services[question.service_id])
    return "" if alignment == "optimized" else "fewer"


def add_booking(server, dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, str]:
    after, booking = with_another_booking(dice, scenario, business)
    if server is not None:
        server.insert_booking(after, booking)
    return after, monotonous(after, scenario.question)


def add_absence(server, dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, str]:
    if not business.employees:
        return business, ""
    after, employee_id, override = with_another_absence(dice, scenario, business)
    if server is not None:
        server.insert_override(after, employee_id, override)
    return after, monotonous(after, scenario.question)


def add_employee(server, dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, str]:
    """Never removes a slot in a business that already has an active employee and no unassigned booking."""
    after, employee = with_another_employee(dice, replace(scenario, business=business))
    if server is not None:
        server.insert_employee(after, employee)
    unassigned = any(booking.employee_id is None for booking in business.bookings)
    return after, "" if reference.s12_own_resource(business) or unassigned else "more"


class ReferenceAsServer:
    """Answers from the reference: --dry checks the reference's own invariance, order and properties."""

    def __init__(self):
        self.businesses = {}

    def insert(self, businesses):
        for business in businesses:
            for service_id in business.services:
                self.businesses[service_id] = business

    def insert_change(self, business, *_):
        self.insert([business])

    insert_booking = insert_override = insert_employee = insert_change

    def bookings_stored(self, businesses):
        return {business.id: len(business.bookings) for business in businesses}

    def ask(self, questions, _session_zone):
        return [find_available_slots(self.businesses[question.service_id], question) for question in questions]

    def ask_as_application(self, _businesses, questions, session_zone):
        return self.ask(questions, session_zone)

    def roll_back(self):
        self.businesses.clear()

    def close(self):
        pass


# ---------------------------------------------------------------------------------------------------------------------------------
# Making a failing scenario small

def find_difference(server, scenario: Scenario) -> Optional[Difference]:
    if isinstance(server, ReferenceAsServer):
        failures = check_batch(server, [scenario], random.Random(0))
        server.roll_back()
    else:
        import psycopg2
        try:
            failures = check_batch(server, [scenario], random.Random(0))
        except psycopg2.Error:
            server.roll_back()
            failures = refused_businesses(server, [scenario])
        server.roll_back()
    return failures[0][1] if failures else None


def smaller_ones(scenario: Scenario):
    """Scenarios with one thing less each."""
    business, question = scenario.business, scenario.question
    asked = business.services[question.service_id]

    def changed(**parts):
        return replace(scenario, business=replace(business, **parts))

    for index in range(len(business.bookings)):
        yield changed(bookings=business.bookings[:index] + business.bookings[index + 1:])
    for identity in business.employees:
        if identity != question.employee_id:
            yield changed(employees={other: employee for other, employee in business.employees.items() if other != identity},
                          services={key: replace(service, mapped_employees=service.mapped_employees - {identity})
                                    for key, service in business.services.items()},
                          bookings=[booking for booking in business.bookings if booking.employee_id != identity])
    for identity in business.services:
        if identity != asked.id:
            yield changed(services={key: service for key, service in business.services.items() if key != identity},
                          bookings=[booking for booking in business.bookings if booking.service_id != identity])
    for identity, employee in business.employees.items():
        def with_employee(**parts):
            return changed(employees={**business.employees, identity: replace(employee, **parts)})
        for index in range(len(employee.overrides)):
            yield with_employee(overrides=employee.overrides[:index] + employee.overrides[index + 1:])
        for rows in fewer_rows(employee.weekly_rows):
            yield with_employee(weekly_rows=rows)
        if employee.settings:
            yield with_employee(settings={})
    for rows in fewer_rows(business.weekly_rows):
        yield changed(weekly_rows=rows)
    for key in business.settings:
        yield changed(settings={other: value for other, value in business.settings.items() if other != key})
    for identity, service in business.services.items():
        def with_service(**parts):
            return changed(services={**business.services, identity: replace(service, **parts)})
        for key in service.settings:
            yield with_service(settings={other: value for other, value in service.settings.items() if other != key})
        for name in ("before", "after"):
            if getattr(service, name):
                yield with_service(**{name: 0})
    for index, booking in enumerate(business.bookings):
        for parts in ({"before": 0}, {"after": 0}, {"hold_expires_at": None}, {"status": "confirmed", "hold_expires_at": None}):
            simpler = replace(booking, **parts)
            if simpler != booking:
                yield changed(bookings=business.bookings[:index] + [simpler] + business.bookings[index + 1:])
    for parts in ({"employee_id": None}, {"step": None}, {"excluded_booking_id": None}):
        if replace(question, **parts) != question:
            yield replace(scenario, question=replace(question, **parts))
    length = question.to_time - question.from_time
    for parts in ({"to_time": question.from_time + length // 2}, {"from_time": question.to_time - length // 2}):
        if length > 2 * reference.HOUR:
            shorter = replace(question, **parts)
            yield replace(scenario, question=shorter, cut=min(max(scenario.cut, shorter.from_time), shorter.to_time))


def fewer_rows(rows):
    if len(rows) > 1:
        yield []
        yield rows[:len(rows) // 2]
        yield rows[len(rows) // 2:]
    for index in range(len(rows)):
        yield rows[:index] + rows[index + 1:]


def shrink(server, scenario: Scenario, seconds: float) -> Tuple[Scenario, Optional[Difference]]:
    """Removes what is not needed for a difference of the same kind, within the time."""
    difference = find_difference(server, scenario)
    deadline = time.time() + seconds
    progress = difference is not None
    while progress:
        progress = False
        for smaller in smaller_ones(scenario):
            if time.time() > deadline:
                return scenario, difference
            found = find_difference(server, smaller)
            if found is not None and same_kind(found, difference):
                scenario, difference, progress = smaller, found, True
                break
    return scenario, difference


def same_kind(one: Difference, other: Difference) -> bool:
    def refusal(difference):
        return getattr(difference.right, "sqlstate", None)
    return one.what.split(" cut at ")[0] == other.what.split(" cut at ")[0] and refusal(one) == refusal(other)


# ---------------------------------------------------------------------------------------------------------------------------------
# Reports

def report(scenario: Scenario, difference: Difference):
    print(f"\nscenario {scenario.seed}: {difference.what}")
    print_scenario(scenario)
    left, right = difference.left, difference.right
    if not isinstance(left, list) or not isinstance(right, list):
        for name, answer in ((difference.left_name, left), (difference.right_name, right)):
            print(f"  {name}: {f'{len(answer)} slots' if isinstance(answer, list) else answer}")
        return
    by_start = {slot.start: slot for slot in left}, {slot.start: slot for slot in right}
    zone = ZoneInfo(scenario.business.time_zone)
    differing = [start for start in sorted(set(by_start[0]) | set(by_start[1])) if by_start[0].get(start) != by_start[1].get(start)]
    print(f"  {len(left)} slots in {difference.left_name}, {len(right)} in {difference.right_name}; {len(differing)} starts differ:")
    for start in differing[:20]:
        local = reference.to_datetime(start).astimezone(zone)
        print(f"    {instant_text(start)}  ({local:%a %Y-%m-%d %H:%M:%S %z})")
        print(f"      {difference.left_name}: {slot_text(by_start[0].get(start))}")
        print(f"      {difference.right_name}: {slot_text(by_start[1].get(start))}")


def slot_text(slot: Optional[Slot]) -> str:
    if slot is None:
        return "no slot"
    people = "NULL" if slot.employee_ids is None else "{" + ", ".join(slot.employee_ids) + "}"
    return f"until {instant_text(slot.end)}, employees {people}, remaining capacity {slot.remaining_capacity}"


def print_scenario(scenario: Scenario):
    print("  business:", one_level_json(calendar_json.business_json(scenario.business)))
    print("  question:", json.dumps(calendar_json.question_json(scenario.question)))


def one_level_json(value: dict) -> str:
    """One line for each thing, so that it can be read and still be parsed."""
    lines = []
    for key, part in value.items():
        if isinstance(part, list) and part:
            lines.append(f"{json.dumps(key)}: [\n      " + ",\n      ".join(json.dumps(item) for item in part) + "]")
        elif isinstance(part, dict) and part and key in ("services", "employees"):
            lines.append(f"{json.dumps(key)}: {{\n      " + ",\n      ".join(f"{json.dumps(name)}: {json.dumps(item)}"
                                                                          for name, item in part.items()) + "}")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(part)}")
    return "{\n    " + ",\n    ".join(lines) + "}"


def explain(server, scenario: Scenario):
    """One scenario in full: what it is, what both say, then the smallest form of a difference."""
    print_scenario(scenario)
    expected = find_available_slots(scenario.business, scenario.question)
    print(f"  reference: {len(expected)} slots")
    for slot in expected:
        print(f"    {instant_text(slot.start)} {slot_text(slot)}")
    difference = find_difference(server, scenario)
    if difference is None:
        print("  no difference")
        return False
    report(scenario, difference)
    small, found = shrink(server, scenario, 60)
    if found is not None:
        print("\nas small as it gets:")
        report(small, found)
    return True


# ---------------------------------------------------------------------------------------------------------------------------------

def run(server, options) -> int:
    dice = random.Random(options.seed)
    started, reference_slots, with_slots, done, failed = time.time(), 0, 0, 0, 0
    kinds = collections.Counter()
    print(f"differential test: {options.scenarios} scenarios, seed {options.seed}", flush=True)
    while done < options.scenarios and failed < options.failures:
        count = min(options.batch, options.scenarios - done)
        scenarios = [make_scenario(f"{options.seed}:{number}") for number in range(done, done + count)]
        failures = check_in_transaction(server, scenarios, dice, options)
        done += count
        for scenario in scenarios:
            slots = find_available_slots(scenario.business, scenario.question) if options.count else []
            reference_slots += len(slots)
            with_slots += bool(slots)
        for scenario, difference in failures:
            failed += 1
            kinds[difference.what.split(" cut at ")[0]] += 1
            if failed <= options.failures:
                report_smallest(server, scenario, difference, options.shrink)
    seconds = time.time() - started
    print(f"{done} scenarios in {seconds:.1f} s ({done / seconds:.0f} a second), {failed} differences")
    if options.count:
        print(f"{with_slots} of them with slots, {reference_slots} slots")
    for what, number in kinds.most_common():
        print(f"  {number} x {what}")
    if failed:
        print("run again one of them: run.py --only SEED")
    return 1 if failed else 0


def check_in_transaction(server, scenarios, dice, options):
    try:
        import psycopg2
        database_error = psycopg2.Error
    except ImportError:  # --dry does without
        database_error = ()
    try:
        failures = check_batch(server, scenarios, dice)
        if options.row_security and not failures:
            failures = check_row_security(server, scenarios)
        if options.properties and not failures:
            failures = check_properties(server, scenarios)
    except database_error as error:
        server.roll_back()
        failures = refused_businesses(server, scenarios)
        if not failures:
            raise error
    server.roll_back()
    return failures


def report_smallest(server, scenario, difference, seconds):
    small, found = shrink(server, scenario, seconds) if seconds > 0 else (scenario, None)
    if found is None:
        report(scenario, difference)
    else:
        report(small, found)


def read_scenario_file(name: str) -> Scenario:
    with open(name, encoding="utf-8") as file:
        value = json.load(file)
    question = calendar_json.read_question(value["question"])
    return Scenario(name, calendar_json.read_business(value["business"]), question, (question.from_time + question.to_time) // 2)


def main() -> int:
    parser = argparse.ArgumentParser(description="find_available_slots against the reference, over random scenarios")
    parser.add_argument("--scenarios", type=int, default=1000)
    parser.add_argument("--seed", default=None, help="of the whole run; printed; without one a new one is drawn")
    parser.add_argument("--only", metavar="SEED", help="explain one scenario, by the seed that a report names (for example 7:123)")
    parser.add_argument("--file", help="explain a scenario from a JSON file with the keys business and question")
    parser.add_argument("--properties", action="store_true", help="also add a booking, an absence and an employee to each")
    parser.add_argument("--row-security", action="store_true", help="also ask each as an application's role that may see the business")
    parser.add_argument("--dsn", default="", help="connection string; without it the PG* environment")
    parser.add_argument("--dry", action="store_true", help="no server: the reference against itself")
    parser.add_argument("--batch", type=int, default=200, help="scenarios in one transaction")
    parser.add_argument("--failures", type=int, default=3, help="stop after so many differences")
    parser.add_argument("--shrink", type=float, default=20, help="seconds for making a difference small; 0 leaves it as it is")
    parser.add_argument("--count", action="store_true", help="count slots: how much of the test says something")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = str(random.SystemRandom().randrange(1_000_000_000))

    if options.dry:
        server = ReferenceAsServer()
    else:
        from server import Server
        server = Server(options.dsn)
    try:
        if options.only or options.file:
            return 1 if explain(server, make_scenario(options.only) if options.only else read_scenario_file(options.file)) else 0
        return run(server, options)
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
