"""The further questions of a scenario, from its own seed: what is asked of next_available_slots, find_available_dates, check_slot,
check_slots and free_busy. Called by run.py and test_scenario.py. Instants are chosen where the rules change their minds."""

from dataclasses import replace
from datetime import timedelta
from typing import Callable, Dict, List, NamedTuple, Optional

import reference
from reference import DAY, HOUR, MINUTE, Business, find_available_slots
from reference_functions import (CheckQuestion, DatesQuestion, FreeBusyQuestion, NextQuestion, check_slots, compact_slots,
                                 find_available_dates, free_busy, next_available_slots)
from scenario import LONG_STEPS, Dice, Scenario

# How often each minute of a window is checked, instead of some instants: it takes long.
EVERY_MINUTE = 0.02
WHOLE_HORIZON = 0.02
LOOK_AHEAD = 8 * DAY


class Questions(NamedTuple):
    """None: not asked."""
    next_slots: Optional[NextQuestion]
    dates: Optional[DatesQuestion]
    check: Optional[CheckQuestion]
    checks: Optional[CheckQuestion]  # of check_slots, which excludes no booking
    free_busy: Optional[FreeBusyQuestion]  # its as_of is the server's to say

    def changed(self, **parts) -> "Questions":
        """The same with another employee, step or excluded booking."""
        return self._replace(**{name: replace(asked, question=replace(asked.question, **parts))
                                for name, asked in self._asdict().items() if asked is not None and name != "free_busy"})


def with_questions(scenario: Scenario) -> Scenario:
    dice = Dice(f"{scenario.seed} further questions")
    check = check_question(dice, scenario)
    return replace(scenario, further=Questions(next_question(dice, scenario), dates_question(dice, scenario),
                                               check, check and checks_question(dice, check), free_busy_question(dice, scenario)))


def next_question(dice: Dice, scenario: Scenario) -> Optional[NextQuestion]:
    """None where nothing is found soon, but for some that look as far as they may, with large steps."""
    asked = NextQuestion(scenario.question, dice.choice((1, 1, 2, 5, 20)))
    if dice.chance(WHOLE_HORIZON):
        return NextQuestion(replace(scenario.question, step=dice.choice(LONG_STEPS)), dice.choice((10, 200, 2000)))
    return None if next_available_slots(scenario.business, asked, LOOK_AHEAD) is None else asked


def dates_question(dice: Dice, scenario: Scenario) -> DatesQuestion:
    first = reference.local_date(scenario.business.time_zone, scenario.question.from_time) + timedelta(days=dice.choice((-1, 0, 0, 1)))
    last = reference.local_date(scenario.business.time_zone, scenario.question.to_time)
    interrupted = [day for day in map(lambda more: first + timedelta(days=more), range(min(5, (last - first).days + 1)))
                   if len(reference.instants_of_date(scenario.business.time_zone, day)) > 1]
    if interrupted and dice.chance(0.5):
        first = last = dice.choice(interrupted)
    # A year of local dates, leap day included, whatever the clock does meanwhile; the longest windows touch more of them.
    return DatesQuestion(scenario.question, first, min(max(first, last), first + timedelta(days=365)))


def check_question(dice: Dice, scenario: Scenario) -> Optional[CheckQuestion]:
    question = scenario.question
    length = question.to_time - question.from_time
    if dice.chance(EVERY_MINUTE):
        start = dice.near(question.from_time + dice.randint(0, length), 0, dice.chance(0.3))
        return CheckQuestion(question, tuple(range(start, start + 5 * HOUR, MINUTE)))
    near = [instant for instant in turning_points(dice, scenario)
            if question.from_time - DAY <= instant <= question.to_time + DAY]
    return CheckQuestion(question, tuple(dice.sample(near, min(12, len(near))))) if near else None


def checks_question(dice: Dice, check: CheckQuestion) -> CheckQuestion:
    """Some of the same starts, in any order, some of them again or in other weeks and years: what a series asks for."""
    starts = dice.sample(check.starts, min(12, len(check.starts)))
    starts += [start + dice.choice((0, 7, 7, 14, 28, -7, 371, 2 * 366)) * DAY for start in starts if dice.chance(0.3)]
    dice.shuffle(starts)
    return CheckQuestion(replace(check.question, excluded_booking_id=None), tuple(starts))


def turning_points(dice: Dice, scenario: Scenario) -> List[int]:
    """Starts that are offered, and starts around everything that may forbid one."""
    business, question = scenario.business, scenario.question
    service = business.services[question.service_id]
    duration = service.duration * MINUTE
    points = [slot.start for slot in find_available_slots(business, question)]
    points = dice.sample(points, min(3, len(points)))
    points += [start + dice.choice((-MINUTE, -1, 1, MINUTE)) for start in points]

    limits = [question.as_of, question.as_of + reference.s17_setting("min_notice_minutes", business, service) * MINUTE]
    horizon = reference.s17_setting("max_advance_days", business, service)
    if horizon is not None:
        last = reference.local_date(business.time_zone, question.as_of) + timedelta(days=horizon)
        limits += [question.as_of + horizon * DAY] + edges_of_date(business, last)
    for booking in dice.sample(business.bookings, min(3, len(business.bookings))):
        busy = reference.s6_busy(booking)
        points += [booking.start, booking.start]  # perhaps a session
        limits += [booking.start - duration, booking.end, busy[0] - duration - service.after * MINUTE, busy[1] + service.before * MINUTE]
    for employee in business.employees.values():
        for override in employee.overrides[:2]:
            limits += [override.start, override.end, override.start - duration, override.end - duration]
    for override in dice.sample(business.overrides, min(2, len(business.overrides))):
        limits += [override.start, override.end, override.start - duration, override.end - duration]
    seasons = [edge for owner in [business] + list(business.employees.values()) for row in owner.weekly_rows
               for edge in (row.valid_from, row.valid_to) if edge is not None]
    for day in dice.sample(seasons, min(2, len(seasons))):
        limits += edges_of_date(business, day)
    people = reference.s12_asked(business, service, question)
    if people:
        person = dice.choice(people)
        days = reference.days_that_matter(business, service, question)
        offered = reference.s5_offered(business, business.employees.get(person), days)
        for start, end in dice.sample(offered, min(2, len(offered))):
            limits += [start, end - duration]
        # on the grid: most of the later reasons are given there alone
        own = [booking for booking in reference.occupying_bookings(business, question) if booking.employee_id == person]
        grid = [start for start in reference.s7_candidates(business, service, question, offered, own, days) if start not in points]
        in_the_way = [start for start in grid if reference.s6_conflicts(service, own, start)]
        points += dice.sample(grid, min(3, len(grid))) + dice.sample(in_the_way, min(5, len(in_the_way)))
    step = reference.s17_setting("slot_interval_minutes", business, service, question.step) * MINUTE
    return points + [limit + dice.choice((0, 0, -1, 1, -MINUTE, MINUTE, -step, step)) for limit in limits]


def edges_of_date(business: Business, day) -> List[int]:
    return [edge for piece in reference.instants_of_date(business.time_zone, day) for edge in piece]


def free_busy_question(dice: Dice, scenario: Scenario) -> Optional[FreeBusyQuestion]:
    if not scenario.business.employees:
        return None
    employee_id = dice.choice(list(scenario.business.employees))
    return FreeBusyQuestion(employee_id, scenario.question.from_time, scenario.question.to_time, scenario.question.as_of)


# ---------------------------------------------------------------------------------------------------------------------------------

class Function(NamedTuple):
    question: Callable[[Scenario], object]  # None: not asked
    answer: Callable[..., list]             # the reference's, to a business and the question


FUNCTIONS: Dict[str, Function] = {
    "find_available_slots": Function(lambda scenario: scenario.question, find_available_slots),
    "find_available_slots_json": Function(lambda scenario: scenario.question, compact_slots),
    "next_available_slots": Function(lambda scenario: scenario.further.next_slots, next_available_slots),
    "find_available_dates": Function(lambda scenario: scenario.further.dates, find_available_dates),
    "check_slot": Function(lambda scenario: scenario.further.check, check_slots),
    "check_slots": Function(lambda scenario: scenario.further.checks, check_slots),
    "free_busy": Function(lambda scenario: scenario.further.free_busy, free_busy),
}

# Is always asked as of now(): its holds are moved, so that they expire about now.
OF_THE_PRESENT = ("free_busy",)


def with_holds_moved(business: Business, micros: int) -> Business:
    return replace(business, bookings=[
        booking if booking.hold_expires_at is None else replace(booking, hold_expires_at=booking.hold_expires_at + micros)
        for booking in business.bookings])


def at_present(scenario: Scenario, now: int) -> Scenario:
    """The scenario for the functions of the present: what was to expire about as_of expires about now."""
    asked = scenario.further.free_busy
    return replace(scenario, business=with_holds_moved(scenario.business, now - scenario.question.as_of),
                   further=scenario.further._replace(free_busy=asked and replace(asked, as_of=now)))
