#!/usr/bin/env python3
"""The differential test: random businesses, every function of availability of the server against the reference, exactly; read in both ways
(by direct scans and by queries); window invariance, order and independence of the session's time zone on each; for a share of them what
adding an employee, a booking or an absence may change, and the answers that an application's role gets under row security.
Usage: run.py --scenarios 1000 --seed 1 [--dsn ...]; run.py --only 1:17 explains one scenario; run.py --dry needs no server.
Called by people and by the test suite; it rolls back whatever it writes. Debian: python3, python3-psycopg2, tzdata."""

import argparse
import collections
import json
import multiprocessing
import random
import sys
import time
from dataclasses import replace
from typing import List, NamedTuple, Optional, Tuple

import calendar_json
import reference
from calendar_json import instant_text
from differences import Difference, item_text, print_scenario, report
from questions import FUNCTIONS, with_questions
from reference import Business, Question, Slot, find_available_slots
from round import Asking, Failures, Round, Way, ways
from row_security import check_row_security
from scenario import (Dice, Scenario, make_scenario, with_another_absence, with_another_booking, with_another_closure,
                      with_another_employee, with_another_opening)
from shrink import shrink

# ---------------------------------------------------------------------------------------------------------------------------------
# One batch

def check_batch(server, scenarios: List[Scenario], dice: random.Random) -> Tuple[Round, Failures]:
    """Leaves the transaction open, with the businesses in it."""
    server.insert([scenario.business for scenario in scenarios])
    stored = server.bookings_stored([scenario.business for scenario in scenarios])
    batch = Round(server, scenarios)
    chosen_ways = ways(dice)
    failures = [(scenario, Difference("bookings were lost when they were written", "", "written", len(scenario.business.bookings),
                                      "stored", stored.get(scenario.business.id, 0)))
                for scenario in scenarios if stored.get(scenario.business.id, 0) != len(scenario.business.bookings)]
    failures += batch.check_direct(0, "superuser")
    failures += batch.compare([Asking(batch.all(), chosen_ways)])
    failures += check_windows(batch, dice.choice(chosen_ways))
    return batch, first_of_each(failures + [failure for index in range(len(scenarios)) for failure in check_find_is_check(batch, index)])


def first_of_each(failures: Failures) -> Failures:
    found = {}
    for scenario, difference in failures:
        found.setdefault(scenario.seed, (scenario, difference))
    return list(found.values())


def check_windows(batch: Round, way: Way) -> Failures:
    """Window invariance of the slots; and they are sorted and unique."""
    failures = []
    halves = [half for scenario in batch.scenarios for half in (replace(scenario.question, to_time=scenario.cut),
                                                               replace(scenario.question, from_time=scenario.cut))]
    batch.server.scan_directly(way.directly)
    answers = batch.server.ask("find_available_slots", halves, way.session_zone)
    for scenario, whole, first, second in zip(batch.scenarios, batch.expected["find_available_slots"], answers[::2], answers[1::2]):
        both = first + second if isinstance(first, list) and isinstance(second, list) else (first, second)
        if both != whole:
            failures.append((scenario, Difference("a cut window gives other slots", f"cut at {instant_text(scenario.cut)}",
                                                  "whole", whole, "both parts", both)))
        starts = [slot.start for slot in whole]
        if starts != sorted(set(starts)):
            failures.append((scenario, Difference("slots are not sorted or not unique", "", "slots", whole,
                                                  "sorted", sorted(whole, key=lambda slot: slot.start))))
    return failures


def check_find_is_check(batch: Round, index: int) -> Failures:
    """Find = check: ok exactly for the starts that are listed, with the same people. Of the reference's answers, which the server's equal."""
    scenario, checks = batch.scenarios[index], batch.expected["check_slot"][index] or []
    listed = {slot.start: slot.employee_ids for slot in batch.expected["find_available_slots"][index]}
    window = scenario.question
    checked = {check.start: check.employee_ids for check in checks if check.available and window.from_time <= check.start < window.to_time}
    offered = {check.start: listed[check.start] for check in checks if check.start in listed}
    if checked == offered:
        return []
    return [(scenario, Difference("check_slot is not find_available_slots", "", "found", sorted(offered), "checked", sorted(checked)))]


def refused_businesses(server, scenarios: List[Scenario]) -> Failures:
    """When a batch could not be inserted: which business was refused, and why."""
    failures = []
    for scenario in scenarios:
        refused = server.try_insert(scenario.business)
        if refused is not None:
            failures.append((scenario, Difference("the business cannot be inserted", "", "expected", "inserted", "server", refused)))
    return failures


# ---------------------------------------------------------------------------------------------------------------------------------
# Properties: each scenario is changed five times, and each time compared with the reference and with what it was before

def only_fewer(before: List[Slot], after: List[Slot]) -> bool:
    """No start, no person and no capacity that was not there before."""
    earlier = {slot.start: slot for slot in before}
    return all(slot.start in earlier
               and set(slot.employee_ids) <= set(earlier[slot.start].employee_ids)
               and slot.remaining_capacity <= earlier[slot.start].remaining_capacity for slot in after)


def check_properties(batch: Round, dice: random.Random) -> Failures:
    """Goes on in the transaction of check_batch, whose answers are those of the server."""
    failures = []
    for change in (add_booking, add_absence, add_closure, add_opening, add_employee):
        changed, conditions = [], []
        for scenario in batch.scenarios:
            business, condition = change(batch.server, Dice(f"{scenario.seed} {change.__name__}"), scenario, scenario.business)
            changed.append(replace(scenario, business=business))
            conditions.append(condition)
        after_change = Round(batch.server, changed)
        failures += after_change.compare([Asking(after_change.all(), [dice.choice(ways(dice))], f", after {change.__name__}")])
        for scenario, condition, before, after in zip(changed, conditions, batch.expected["find_available_slots"],
                                                      after_change.expected["find_available_slots"]):
            if condition == "fewer" and not only_fewer(before, after):
                failures.append((scenario, Difference(f"{change.__name__} added a slot", "", "before", before, "after", after)))
            elif condition == "more" and not only_fewer(after, before):
                failures.append((scenario, Difference(f"{change.__name__} removed a slot", "", "before", before, "after", after)))
        batch = after_change
    return failures


def monotonous(business: Business, question: Question) -> str:
    """Adding a booking, an absence or a closure never adds a slot, in the alignments shift and clock."""
    alignment = reference.s17_setting("slot_alignment", business, business.services[question.service_id])
    return "" if alignment == "optimized" else "fewer"


def add_booking(server, dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, str]:
    after, booking = with_another_booking(dice, scenario, business)
    server.insert_booking(after, booking)
    return after, monotonous(after, scenario.question)


def add_absence(server, dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, str]:
    if not business.employees:
        return business, ""
    after, employee_id, override = with_another_absence(dice, scenario, business)
    server.insert_override(after, employee_id, override)
    return after, monotonous(after, scenario.question)


def add_closure(server, dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, str]:
    after, override = with_another_closure(dice, scenario, business)
    server.insert_business_override(after, override)
    return after, monotonous(after, scenario.question)


def add_opening(server, dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, str]:
    """Never removes a slot where it replaces nothing."""
    after, override = with_another_opening(dice, scenario, business)
    server.insert_business_override(after, override)
    return after, "more" if reference.s17_setting("availability_override_mode", business) == "add" else ""


def add_employee(server, dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, str]:
    """Never removes a slot in a business that already has an active employee and no unassigned booking."""
    after, employee = with_another_employee(dice, replace(scenario, business=business))
    server.insert_employee(after, employee)
    unassigned = any(booking.employee_id is None for booking in business.bookings)
    return after, "" if reference.s12_own_resource(business) or unassigned else "more"


# ---------------------------------------------------------------------------------------------------------------------------------
# Making a failing scenario small, and telling it

def open_server(options):
    if options.dry:
        options.row_security = 0
        from dry import ReferenceAsServer
        return ReferenceAsServer()
    from server import Server
    return Server(options.dsn)


def find_difference(server, scenario: Scenario, options) -> Optional[Difference]:
    whole = replace_options(options, row_security=float(options.row_security > 0), properties=float(options.properties > 0))
    failures = check_in_transaction(server, [scenario], random.Random(0), whole)
    return failures[0][1] if failures else None


def replace_options(options, **changes):
    return argparse.Namespace(**{**vars(options), **changes})


def report_smallest(server, scenario: Scenario, difference: Difference, options):
    small, found = (shrink(lambda each: find_difference(server, each, options), scenario, options.shrink) if options.shrink > 0
                    else (scenario, None))
    if found is None:
        report(scenario, difference)
    else:
        report(small, found)


def explain(server, scenario: Scenario, options) -> bool:
    """One scenario in full: what it is, what both say, then the smallest form of a difference."""
    print_scenario(scenario)
    expected = find_available_slots(scenario.business, scenario.question)
    print(f"  reference: {len(expected)} slots")
    for slot in expected:
        print(f"    {item_text(slot, scenario.business.time_zone)}")
    difference = find_difference(server, scenario, options)
    if difference is None:
        print("  no difference")
        return False
    report(scenario, difference)
    print("\nas small as it gets:")
    report_smallest(server, scenario, difference, replace_options(options, shrink=60))
    return True


def read_scenario_file(name: str) -> Scenario:
    with open(name, encoding="utf-8") as file:
        value = json.load(file)
    question = calendar_json.read_question(value["question"])
    return Scenario(name, calendar_json.read_business(value["business"]), question, (question.from_time + question.to_time) // 2)


# ---------------------------------------------------------------------------------------------------------------------------------
# The run: batches, in one process or in several

def check_in_transaction(server, scenarios: List[Scenario], dice: random.Random, options) -> Failures:
    try:
        batch, failures = check_batch(server, scenarios, dice)
        if not failures and options.row_security > 0:
            failures = first_of_each(check_row_security(batch, dice, options.row_security))
        if not failures and dice.random() < options.properties:
            failures = first_of_each(check_properties(batch, dice))
    except server.error:
        server.roll_back()
        failures = refused_businesses(server, scenarios)
        if not failures:
            raise
    server.roll_back()
    return failures


class Result(NamedTuple):
    scenarios: int
    failures: Failures
    tally: collections.Counter  # how much of the test says something


def check_numbers(server, first: int, count: int, options) -> Result:
    scenarios = [with_questions(make_scenario(f"{options.seed}:{number}")) for number in range(first, first + count)]
    failures = check_in_transaction(server, scenarios, random.Random(f"{options.seed} batch {first}"), options)
    return Result(count, failures, tally(scenarios) if options.count else collections.Counter())


def tally(scenarios: List[Scenario]) -> collections.Counter:
    counted = collections.Counter()
    for scenario in scenarios:
        for name, function in FUNCTIONS.items():
            asked = function.question(scenario)
            items = function.answer(scenario.business, asked) if asked is not None else []
            counted[f"{name}: answers that are not empty"] += bool(items)
            for item in items:
                counted[f"{name}: {getattr(item, 'reason', getattr(item, 'type', 'items'))}"] += 1
    return counted


worker = None  # a process's own server and options


def start_worker(options):
    global worker
    worker = (open_server(options), options)


def work(numbers: Tuple[int, int]) -> Result:
    return check_numbers(worker[0], *numbers, worker[1])


def results(server, options):
    batches = [(first, min(options.batch, options.first + options.scenarios - first))
               for first in range(options.first, options.first + options.scenarios, options.batch)]
    if options.processes == 1:
        for first, count in batches:
            yield check_numbers(server, first, count, options)
    else:
        with multiprocessing.get_context("spawn").Pool(options.processes, start_worker, (options,)) as pool:
            yield from pool.imap_unordered(work, batches)


def run(server, options) -> int:
    started, told, done, failed = time.time(), time.time(), 0, 0
    kinds, counted = collections.Counter(), collections.Counter()
    print(f"differential test: {options.scenarios} scenarios, seed {options.seed}", flush=True)
    for result in results(server, options):
        done += result.scenarios
        if time.time() > told + 60:
            print(f"  {done} scenarios, {failed} differences", flush=True)
            told = time.time()
        counted += result.tally
        for scenario, difference in result.failures:
            failed += 1
            kinds[difference.kind] += 1
            if failed <= options.failures:
                report_smallest(server, scenario, difference, options)
        if failed >= options.failures:
            break
    seconds = time.time() - started
    print(f"{done} scenarios in {seconds:.1f} s ({done / seconds:.0f} a second), {failed} differences")
    for what, number in sorted(counted.items()) + kinds.most_common():
        print(f"  {number} x {what}")
    if failed:
        print("run again one of them: run.py --only SEED")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="the functions of availability against the reference, over random scenarios")
    parser.add_argument("--scenarios", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first scenario")
    parser.add_argument("--seed", default=None, help="of the whole run; printed; without one a new one is drawn")
    parser.add_argument("--only", metavar="SEED", help="explain one scenario, by the seed that a report names (for example 7:123)")
    parser.add_argument("--file", help="explain a scenario from a JSON file with the keys business and question")
    parser.add_argument("--properties", type=float, default=0.1, metavar="SHARE",
                        help="of the batches, to whose scenarios a booking, an absence, a closure, an opening and an employee are added")
    parser.add_argument("--row-security", type=float, default=0.1, metavar="SHARE",
                        help="of the scenarios that are also asked as an application's role")
    parser.add_argument("--dsn", default="", help="connection string; without it the PG* environment")
    parser.add_argument("--dry", action="store_true", help="no server: the reference against itself")
    parser.add_argument("--batch", type=int, default=100, help="scenarios in one transaction")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--failures", type=int, default=3, help="stop after so many differences")
    parser.add_argument("--shrink", type=float, default=20, help="seconds for making a difference small; 0 leaves it as it is")
    parser.add_argument("--count", action="store_true", help="count answers: how much of the test says something")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = str(random.SystemRandom().randrange(1_000_000_000))

    server = open_server(options)
    try:
        if options.only or options.file:
            scenario = with_questions(make_scenario(options.only) if options.only else read_scenario_file(options.file))
            return 1 if explain(server, scenario, options) else 0
        return run(server, options)
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
