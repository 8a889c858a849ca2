"""Tests of the further questions: the same seed asks the same, check_slot is find_available_slots, and the questions are hard enough that
plausible mistakes in the further functions are noticed. Each mistake is made in the reference, and the questions of some scenario must be
answered differently. Needs no server: python3 -m unittest test_questions. SCENARIOS in the environment: how many at most for each."""

import collections
import os
import unittest
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from unittest import mock

import reference
import reference_functions
from questions import FUNCTIONS, at_present, with_questions
from reference import DAY, MINUTE
from reference_functions import REASONS, Check
from scenario import LABELS, features, make_scenario

SCENARIOS = int(os.environ.get("SCENARIOS", "3000"))


@lru_cache(maxsize=None)
def asked_and_answered(name, number):
    """The business, the question (None: not asked) and the right answer."""
    scenario = scenario_numbered(number)
    question = FUNCTIONS[name].question(scenario)
    return scenario.business, question, None if question is None else FUNCTIONS[name].answer(scenario.business, question)


@lru_cache(maxsize=None)
def scenario_numbered(number):
    scenario = with_questions(make_scenario(f"further:{number}"))
    return at_present(scenario, scenario.question.as_of + 1000 * DAY)


def first_notice(name, wrong):
    """The number of the first scenario whose answer the mistake changes."""
    for number in range(SCENARIOS):
        business, question, answer = asked_and_answered(name, number)
        if question is not None and wrong(business, question) != answer:
            return number
    return None


# ---- check_slot

def tests_changed(change):
    """A mistake in the list of tests, which change() is given with what they are made of."""
    right = reference_functions.tests

    def wrong(*arguments):
        return change(dict(right(*arguments)), *arguments)

    def answer(business, question):
        with mock.patch.object(reference_functions, "tests", lambda *arguments: list(wrong(*arguments).items())):
            return reference_functions.check_slots(business, question)
    return answer


def moved_before(reason, other):
    def change(found, *_):
        order = [each for each in found if each != reason]
        order.insert(order.index(other), reason)
        return {each: found[each] for each in order}
    return tests_changed(change)


def changed(reason, holds):
    return tests_changed(lambda found, *arguments: {**found, reason: holds(found, *arguments)})


def others_meet(busy, wanted):
    """booked, from other intervals than the appointments themselves."""
    def holds(_, business, service, question, prepared, start):
        return any(reference.meet(wanted(service, start), busy(booking)) for booking in prepared.own_bookings
                   if not reference.s15_same_session(booking, service, start))
    return changed("booked", holds)


def own_time(service, start):
    return start, start + service.duration * MINUTE


def appointment(booking):
    return booking.start, booking.end


def any_that_meets(_, business, service, question, prepared, start):
    return any(reference.meet(own_time(service, start), appointment(booking)) for booking in prepared.own_bookings)


def hours_left(_, business, service, question, prepared, start):
    """outside_hours where the unavailable overrides are taken off already."""
    wanted = own_time(service, start)
    return not reference.s8_fits(wanted, prepared.offered, prepared.unavailable)


def hours_left_by_closures(_, business, service, question, prepared, start):
    return not reference.s8_fits(own_time(service, start), prepared.offered, prepared.closed)


def closures_without_buffers(found, business, service, question, prepared, start):
    return any(reference.meet(own_time(service, start), closure) for closure in prepared.closed)


def closures_at_the_start(found, business, service, question, prepared, start):
    return any(first <= start < last for first, last in prepared.closed)


def closures_are_absences(found, business, service, question, prepared, start):
    """One reason for both."""
    return {**found, "closed": False, "unavailable_override": found["closed"] or found["unavailable_override"]}


def closed_even_when_nobody_works(found, business, service, question, prepared, start):
    return {**found, "outside_hours": found["outside_hours"] and not found["closed"]}


def hours_without_buffers(found, business, service, question, prepared, start):
    return not any(reference.inside(own_time(service, start), period) for period in prepared.offered)


def absences_without_buffers(found, business, service, question, prepared, start):
    return any(reference.meet(own_time(service, start), absence) for absence in prepared.unavailable)


def too_far_in_hours(found, business, service, question, prepared, start):
    horizon = reference.s17_setting("max_advance_days", business, service)
    return horizon is not None and start > question.as_of + horizon * DAY


def too_soon_inclusive(found, business, service, question, prepared, start):
    notice = reference.s17_setting("min_notice_minutes", business, service)
    return notice > 0 and start <= question.as_of + notice * MINUTE


def who_speaks(choose):
    """Among several employees another one speaks."""
    def answer(business, question):
        order = sorted(REASONS, key=choose)
        with mock.patch.object(reference_functions, "REASONS", tuple(order)):
            return reference_functions.check_slots(business, question)
    return answer


def without_unassigned(business, question):
    with mock.patch.object(reference, "s14_unassigned_meeting", lambda *_: 0):
        return reference_functions.check_slots(business, question)


def lists_who_is_free_but_outnumbered(business, question):
    """full by S14, but with the employees."""
    return [right._replace(employee_ids=other.employee_ids) for right, other in
            zip(reference_functions.check_slots(business, question), without_unassigned(business, question))]


def outnumbered_is_booked(business, question):
    return [right if right.reason == other.reason else Check(right.start, False, "booked", ()) for right, other in
            zip(reference_functions.check_slots(business, question), without_unassigned(business, question))]


def grids_of_all(business, question):
    """An instant of one employee's grid is taken for aligned for each."""
    grids = []
    right = reference_functions.prepare

    def prepare(*arguments):
        grids.append(right(*arguments).grid)
        return right(*arguments)._replace(grid=Union(grids))

    with mock.patch.object(reference_functions, "prepare", prepare):
        return reference_functions.check_slots(business, question)


class Union:
    def __init__(self, sets):
        self.sets = sets

    def __contains__(self, item):
        return any(item in each for each in self.sets)


def ineligible_is_outside_hours(business, question):
    return [check._replace(reason="outside_hours") if check.reason == "not_offered" and question.question.employee_id else check
            for check in reference_functions.check_slots(business, question)]


# ---- check_slots

def in_order(business, asked):
    return sorted(reference_functions.check_slots(business, asked))


def each_once(business, asked):
    return list(dict.fromkeys(reference_functions.check_slots(business, asked)))


def within_a_year(business, asked):
    """What is more than a year behind the first is not looked at."""
    return [check if check.start < min(asked.starts) + 366 * DAY else Check(check.start, False, "outside_hours", ())
            for check in reference_functions.check_slots(business, asked)]


def as_if_booked_together(business, asked):
    """What is ok is taken for the next one of the same time."""
    taken, answers = set(), []
    for check in reference_functions.check_slots(business, asked):
        answers.append(Check(check.start, False, "booked", ()) if check.start in taken else check)
        taken |= {check.start} if check.available else set()
    return answers


def without_the_step(business, asked):
    return reference_functions.check_slots(business, replace(asked, question=replace(asked.question, step=None)))


def without_the_employee(business, asked):
    return reference_functions.check_slots(business, replace(asked, question=replace(asked.question, employee_id=None)))


# ---- the others: a wrong business, a wrong question, or a wrong end

def dates_between_midnights(business, asked):
    """A window from midnight to midnight, which misses the pieces that an overlap puts beyond."""
    start = reference.s4_instant(business.time_zone, asked.first, 0)
    end = reference.s4_instant(business.time_zone, asked.last + timedelta(days=1), 0)
    return [found for found in reference_functions.find_available_dates(business, asked) if start <= found.first_slot < end]


def dates_interrupted(business, asked):
    """A date begins anew whenever the wall clock comes back to it."""
    found = []
    for slot in reference.find_available_slots(business, replace(asked.question, from_time=min(
            reference.s4_instant(business.time_zone, asked.first, 0), asked.question.from_time), to_time=asked.question.to_time + 2 * DAY)):
        day = reference.local_date(business.time_zone, slot.start)
        if asked.first <= day <= asked.last and (not found or found[-1].date != day):
            found.append(reference_functions.AvailableDate(day, slot.start))
    return found


def next_with(**changes):
    def answer(business, asked):
        question = replace(asked.question, **{name: getattr(asked.question, name) + more for name, more in changes.items()})
        return reference_functions.next_available_slots(business, replace(asked, question=question))
    return answer


def next_horizon(days):
    def answer(business, asked):
        with mock.patch.object(reference_functions, "DEFAULT_HORIZON", days * DAY):
            return reference_functions.next_available_slots(business, asked)
    return answer


def horizon_in_hours(business, asked):
    horizon = reference.s17_setting("max_advance_days", business, business.services[asked.question.service_id])
    return [slot for slot in reference_functions.next_available_slots(business, asked)
            if horizon is None or slot.start <= asked.question.as_of + horizon * DAY]


def horizon_from_after_time(business, asked):
    return reference_functions.next_available_slots(business, replace(asked, question=replace(asked.question,
                                                    as_of=max(asked.question.as_of, asked.question.from_time))))


def busy_of(change_bookings=None, change_employee=None, later=0):
    def answer(business, asked):
        if change_bookings:
            business = replace(business, bookings=[change_bookings(booking, asked) for booking in business.bookings])
        if change_employee:
            business = replace(business, employees={identity: change_employee(each) for identity, each in business.employees.items()})
        return reference_functions.free_busy(business, replace(asked, as_of=asked.as_of + later))
    return answer


def free_busy_with(**mistakes):
    """Mistakes in the rules that it is made of."""
    def answer(business, asked):
        with mock.patch.multiple(reference, **mistakes):
            return reference_functions.free_busy(business, asked)
    return answer


def labels_are_tentative(booking, _):
    return replace(booking, status="pending") if booking.status in LABELS else booking


def labels_are_free(booking, _):
    return replace(booking, status="no_show") if booking.status in LABELS else booking


def openings_for_everybody(business, _):
    return [override for override in business.overrides if not override.is_unavailable]


def of_active_businesses(business, asked):
    """A suspended business or tenant has no working time."""
    if business.status == business.tenant_status == "active":
        return reference_functions.free_busy(business, asked)
    return reference_functions.free_busy(replace(business, overrides=[reference.Override(-10**18, 10**18, True)]), asked)


def only_holds_are_tentative(booking, _):
    return replace(booking, status="confirmed") if booking.status == "pending" and booking.hold_expires_at is None else booking


def all_are_firm(booking, asked):
    return replace(booking, status="confirmed") if booking.status == "pending" and not reference.s19_expired(booking, asked.as_of) else booking


def unassigned_too(booking, asked):
    return booking if booking.employee_id is not None else replace(booking, employee_id=asked.employee_id)


def tentative_wins(business, asked):
    firm = replace(business, bookings=[booking for booking in business.bookings if booking.status == "pending"])
    right, tentative = (reference_functions.free_busy(each, asked) for each in (business, firm))
    wins = [period for period in tentative if period.type == "BUSY-TENTATIVE"]
    return right if all(period in right for period in wins) else tentative


def not_merged(business, asked):
    with mock.patch.object(reference_functions.Period, "_replace", lambda period, **_: period):
        return reference_functions.free_busy(business, asked)


def compact_people(business, question):
    heading, *slots = reference_functions.compact_slots(business, question)
    return [heading._replace(people=tuple(sorted({identity for slot in slots for identity in slot.employee_ids})))] + slots


MISTAKES = {
    "check_slot: past is too soon": ("check_slot", changed("in_past", lambda *_: False)),
    "check_slot: the notice exclusive": ("check_slot", changed("too_soon", too_soon_inclusive)),
    "check_slot: the horizon in hours": ("check_slot", changed("too_far", too_far_in_hours)),
    "check_slot: hours before the horizon": ("check_slot", moved_before("outside_hours", "too_far")),
    "check_slot: absent is outside hours": ("check_slot", changed("outside_hours", hours_left)),
    "check_slot: hours without buffers": ("check_slot", changed("outside_hours", hours_without_buffers)),
    "check_slot: absences without buffers": ("check_slot", changed("unavailable_override", absences_without_buffers)),
    "check_slot: absences before hours": ("check_slot", moved_before("unavailable_override", "outside_hours")),
    "check_slot: closed is outside hours": ("check_slot", changed("outside_hours", hours_left_by_closures)),
    "check_slot: closed is absent": ("check_slot", tests_changed(closures_are_absences)),
    "check_slot: closed when nobody works anyway": ("check_slot", tests_changed(closed_even_when_nobody_works)),
    "check_slot: closures without buffers": ("check_slot", changed("closed", closures_without_buffers)),
    "check_slot: closed at the start alone": ("check_slot", changed("closed", closures_at_the_start)),
    "check_slot: closures before hours": ("check_slot", moved_before("closed", "outside_hours")),
    "check_slot: closures before the horizon": ("check_slot", moved_before("closed", "too_far")),
    "check_slot: absences before closures": ("check_slot", moved_before("unavailable_override", "closed")),
    "check_slot: the grid before closures": ("check_slot", moved_before("not_aligned", "closed")),
    "check_slots: in the order of time": ("check_slots", in_order),
    "check_slots: each instant once": ("check_slots", each_once),
    "check_slots: a year at most": ("check_slots", within_a_year),
    "check_slots: the elements see each other": ("check_slots", as_if_booked_together),
    "check_slots: without the step": ("check_slots", without_the_step),
    "check_slots: without the employee": ("check_slots", without_the_employee),
    "check_slot: the grid before hours": ("check_slot", moved_before("not_aligned", "outside_hours")),
    "check_slot: the grid before absences": ("check_slot", moved_before("not_aligned", "unavailable_override")),
    "check_slot: the limit before the grid": ("check_slot", moved_before("limit_reached", "not_aligned")),
    "check_slot: booked before the limit": ("check_slot", moved_before("booked", "limit_reached")),
    "check_slot: buffer before booked": ("check_slot", moved_before("buffer", "booked")),
    "check_slot: full before the limit": ("check_slot", moved_before("full", "limit_reached")),
    "check_slot: full before booked": ("check_slot", moved_before("full", "booked")),
    "check_slot: full before buffer": ("check_slot", moved_before("full", "buffer")),
    "check_slot: booked with the other's buffers": ("check_slot", others_meet(reference.s6_busy, own_time)),
    "check_slot: booked with the own buffers": ("check_slot", others_meet(appointment, reference.s6_needed)),
    "check_slot: a full session is booked": ("check_slot", changed("booked", any_that_meets)),
    "check_slot: the one who got least far speaks": ("check_slot", who_speaks(lambda reason: -REASONS.index(reason))),
    "check_slot: unassigned bookings ignored": ("check_slot", without_unassigned),
    "check_slot: outnumbered, but listed": ("check_slot", lists_who_is_free_but_outnumbered),
    "check_slot: outnumbered is booked": ("check_slot", outnumbered_is_booked),
    "check_slot: aligned on another's grid": ("check_slot", grids_of_all),
    "check_slot: who is not eligible has no hours": ("check_slot", ineligible_is_outside_hours),
    "dates: dates of UTC": ("find_available_dates", lambda business, asked: reference_functions.find_available_dates(
        replace(business, time_zone="Etc/UTC"), asked)),
    "dates: the last one excluded": ("find_available_dates", lambda business, asked: reference_functions.find_available_dates(
        business, replace(asked, last=asked.last - timedelta(days=1)))),
    "dates: from midnight to midnight": ("find_available_dates", dates_between_midnights),
    "dates: an interrupted date twice": ("find_available_dates", dates_interrupted),
    "next: after_time exclusive": ("next_available_slots", next_with(from_time=1)),
    "next: one too few": ("next_available_slots", lambda business, asked: reference_functions.next_available_slots(
        business, replace(asked, max_slots=max(1, asked.max_slots - 1)))),
    "next: a horizon of 365 days": ("next_available_slots", next_horizon(365)),
    "next: a horizon of 367 days": ("next_available_slots", next_horizon(367)),
    "next: the horizon in hours": ("next_available_slots", horizon_in_hours),
    "next: the horizon from after_time": ("next_available_slots", horizon_from_after_time),
    "free_busy: only holds are tentative": ("free_busy", busy_of(only_holds_are_tentative)),
    "free_busy: nothing is tentative": ("free_busy", busy_of(all_are_firm)),
    "free_busy: tentative wins": ("free_busy", tentative_wins),
    "free_busy: without buffers": ("free_busy", busy_of(lambda booking, _: replace(booking, before=0, after=0))),
    "free_busy: unassigned bookings count": ("free_busy", busy_of(unassigned_too)),
    "free_busy: a hold blocks at its expiry": ("free_busy", busy_of(later=-1)),
    "free_busy: a hold expires early": ("free_busy", busy_of(later=1)),
    "free_busy: the status of the employee counts": ("free_busy", busy_of(change_employee=lambda employee: replace(
        employee, overrides=employee.overrides if employee.status == "active" else [reference.Override(-10**18, 10**18, True)]))),
    "free_busy: absences ignored": ("free_busy", busy_of(change_employee=lambda employee: replace(
        employee, overrides=[override for override in employee.overrides if not override.is_unavailable]))),
    "free_busy: closures ignored": ("free_busy", free_busy_with(s5_closed=lambda business: [])),
    "free_busy: openings ignored": ("free_busy", free_busy_with(s5_openings_of_business=lambda *_: [])),
    "free_busy: openings for everybody": ("free_busy", free_busy_with(s5_openings_of_business=openings_for_everybody)),
    "free_busy: seasons ignored": ("free_busy", free_busy_with(s1_valid=lambda rows, day: rows)),
    "free_busy: labels of the application are tentative": ("free_busy", busy_of(labels_are_tentative)),
    "free_busy: labels of the application are free": ("free_busy", busy_of(labels_are_free)),
    "free_busy: the business and its tenant must be active": ("free_busy", of_active_businesses),
    "free_busy: neighbours not merged": ("free_busy", not_merged),
    "json: only the employees of some slot": ("find_available_slots_json", compact_people),
}


class Power(unittest.TestCase):
    def test_each_mistake_is_noticed(self):
        for title, (name, wrong) in MISTAKES.items():
            with self.subTest(title):
                number = first_notice(name, wrong)
                if os.environ.get("VERBOSE"):
                    print(f"{title}: scenario {number}", flush=True)
                self.assertIsNotNone(number, f"no scenario out of {SCENARIOS} notices it")

    def test_what_is_no_mistake_is_not_noticed(self):
        for name, right in [(name, function.answer) for name, function in FUNCTIONS.items()] + [
                ("check_slot", tests_changed(lambda found, *_: found)), ("check_slot", who_speaks(REASONS.index)),
                ("next_available_slots", next_horizon(366)), ("free_busy", busy_of())]:
            number = next((number for number in range(100) if asked_and_answered(name, number)[1] is not None
                           and right(*asked_and_answered(name, number)[:2]) != asked_and_answered(name, number)[2]), None)
            self.assertIsNone(number, name)

    def test_every_reason_is_asked_for(self):
        given = collections.Counter(check.reason for number in range(600)
                                    for check in asked_and_answered("check_slot", number)[2] or [])
        self.assertEqual([reason for reason in REASONS if given[reason] < 10], [])


class Questions(unittest.TestCase):
    def test_the_same_seed_asks_the_same(self):
        for number in range(50):
            scenario = make_scenario(f"seed:{number}")
            self.assertEqual(with_questions(scenario), with_questions(make_scenario(f"seed:{number}")))

    def test_every_five_minutes(self):
        """Check = find, with closures, openings, seasons and horizons: what is ok is listed, and what is listed is ok."""
        for number in range(400):
            scenario = make_scenario(f"every:{number}")
            question = replace(scenario.question, to_time=min(scenario.question.to_time, scenario.question.from_time + DAY))
            if len(features(scenario)) < 2:
                continue
            slots = reference.find_available_slots(scenario.business, question)
            starts = {slot.start for slot in slots} | set(range(question.from_time, question.to_time, 5 * MINUTE))
            checks = reference_functions.check_slots(scenario.business, reference_functions.CheckQuestion(question, tuple(starts)))
            self.assertEqual({check.start: check.employee_ids for check in checks if check.available},
                             {slot.start: slot.employee_ids for slot in slots}, scenario.seed)

    def test_ok_is_what_is_found(self):
        """Find = check, for each start that is listed, of one person and of all."""
        for number in range(300):
            scenario = scenario_numbered(number)
            slots = reference.find_available_slots(scenario.business, scenario.question)
            asked = reference_functions.CheckQuestion(scenario.question, tuple(slot.start for slot in slots))
            self.assertEqual(reference_functions.check_slots(scenario.business, asked),
                             [Check(slot.start, True, "ok", slot.employee_ids) for slot in slots])


if __name__ == "__main__":
    unittest.main()
