"""The further functions of the contract as a reference, made of the rules in reference.py: next_available_slots, find_available_dates,
check_slot, free_busy, and what find_available_slots_json says beside its slots.
Called by the differential test (run.py) and by its own unit tests (test_reference_functions.py); it never talks to a server.

Where the contract can be read in more than one way, this is the reading:
- next_available_slots: a slot may start at after_time itself. The horizon is that of S10 where one is set (also where it is further away
  than a year), else 366 days (exclusive) after the first instant that could be one: after_time, or as_of and the notice where that is later.
- find_available_dates: a date's slots are those whose start the wall clock shows on it, so that a date which an overlap interrupts
  (America/Goose_Bay) is one date with the slots of both its pieces.
- check_slot: the ladder of reasons is in tests(). outside_hours looks at what is offered before closures and absences are taken off (S5),
  with the buffers where buffers_within_hours, which count for these two as well. On a day on which nobody works anyway a closure is not the
  reason. booked means that the appointment meets another's own time, buffer that only the buffers are
  in the way. full is a session without a seat left, or for any employee unassigned bookings that are not outnumbered (S14). The
  employees are listed only with ok.
- check_slots: the answers of check_slot, one an element and in their order: an instant that is given twice is answered twice, and the
  elements may be as far apart as they like. No booking can be excluded.
- free_busy: a matter of the schedule and the bookings alone; no status of the employee, the business or its tenant is asked. The present is
  now(). Closures and openings count as in searches; a label that the application added is BUSY. Between two types
  that are the same there is no border.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import List, NamedTuple, Optional, Tuple

import reference
from reference import DAY, MINUTE, Booking, Business, Interval, Question, Service, Slot

# In the order in which they are tested; among several employees the one that got furthest speaks.
REASONS = ("not_offered", "in_past", "too_soon", "too_far", "outside_hours", "closed", "unavailable_override", "not_aligned",
           "limit_reached", "booked", "buffer", "full", "ok")

JSON_KEYS = ("from", "to", "timezone", "service_id", "duration_minutes", "employees", "slots")

DEFAULT_HORIZON = 366 * DAY


# ---------------------------------------------------------------------------------------------------------------------------------
# find_available_slots_json

class Heading(NamedTuple):
    """All but the slots. people: whom the question is about, free or not."""
    keys: Tuple[str, ...]
    from_time: int
    to_time: int
    time_zone: str
    service_id: str
    duration: int
    people: Tuple[str, ...]


def compact_slots(business: Business, question: Question) -> list:
    """The heading, then the slots."""
    slots = reference.find_available_slots(business, question)
    service = business.services[question.service_id]
    asked = reference.s12_asked(business, service, question) if reference.s12_bookable(business, service) else []
    people = tuple(identity for identity in asked if identity is not None)
    return [Heading(JSON_KEYS, question.from_time, question.to_time, business.time_zone, service.id, service.duration, people)] + slots


# ---------------------------------------------------------------------------------------------------------------------------------
# next_available_slots

@dataclass(frozen=True)
class NextQuestion:
    """from_time of the question is after_time; its to_time is not asked for."""
    question: Question
    max_slots: int


def next_available_slots(business: Business, asked: NextQuestion, look_ahead: Optional[int] = None) -> Optional[List[Slot]]:
    """look_ahead: None when the slots are not found so early, for who has no time to look at a whole year."""
    question = asked.question
    service = business.services[question.service_id]
    horizon = reference.s17_setting("max_advance_days", business, service)
    notice = reference.s17_setting("min_notice_minutes", business, service) * MINUTE
    first = max(question.from_time, question.as_of + notice)
    # with a horizon the slots themselves end with its last local day, and none of those is further off than this
    end = first + DEFAULT_HORIZON if horizon is None else question.as_of + (horizon + 3) * DAY
    found: List[Slot] = []
    start, length = first, 2 * DAY  # by window invariance any length will do
    while start < end and len(found) < asked.max_slots:
        if look_ahead is not None and start >= first + look_ahead:
            return None
        window = replace(question, from_time=start, to_time=min(end, start + length))
        found += reference.find_available_slots(business, window)
        start, length = window.to_time, 2 * length
    return found[:asked.max_slots]


# ---------------------------------------------------------------------------------------------------------------------------------
# find_available_dates

@dataclass(frozen=True)
class DatesQuestion:
    """Of the question neither from_time nor to_time is asked for."""
    question: Question
    first: date
    last: date


class AvailableDate(NamedTuple):
    date: date
    first_slot: int


def find_available_dates(business: Business, asked: DatesQuestion) -> List[AvailableDate]:
    zone = business.time_zone
    days = [asked.first + timedelta(days=count) for count in range((asked.last - asked.first).days + 1)]
    pieces = [piece for day in days for piece in reference.instants_of_date(zone, day)]
    if not pieces:
        return []
    window = replace(asked.question, from_time=min(piece[0] for piece in pieces), to_time=max(piece[1] for piece in pieces))
    first_slots = {}
    for slot in reference.find_available_slots(business, window):
        first_slots.setdefault(reference.local_date(zone, slot.start), slot.start)
    return [AvailableDate(day, first_slots[day]) for day in days if day in first_slots]


# ---------------------------------------------------------------------------------------------------------------------------------
# check_slot, check_slots

@dataclass(frozen=True)
class CheckQuestion:
    """One call of check_slot for each of the starts, or one of check_slots for all; of the question neither from_time nor to_time is asked
    for."""
    question: Question
    starts: Tuple[int, ...]


class Check(NamedTuple):
    start: int
    available: bool
    reason: str
    employee_ids: Tuple[str, ...]


def check_slots(business: Business, asked: CheckQuestion) -> List[Check]:
    answers = {each.start: each for starts in groups(asked.starts) for each in check_near(business, asked.question, starts)}
    return [answers[start] for start in asked.starts]


def groups(starts) -> List[List[int]]:
    """In each group of the sorted starts one is at most a day from the next: nothing need be worked out for the time between groups."""
    found: List[List[int]] = []
    for start in sorted(set(starts)):
        if found and start - found[-1][-1] <= DAY:
            found[-1].append(start)
        else:
            found.append([start])
    return found


def check_near(business: Business, asked: Question, starts: List[int]) -> List[Check]:
    question = replace(asked, from_time=min(starts), to_time=max(starts) + 1)
    service = business.services.get(question.service_id)
    if service is None:
        raise reference.UnknownService(question.service_id)
    bookings = reference.occupying_bookings(business, question)
    resources = reference.s12_asked(business, service, question) if reference.s12_bookable(business, service) else []
    prepared = [prepare(business, service, question, bookings, resource) for resource in resources]
    return [check(business, service, question, bookings, prepared, start) for start in starts]


class Prepared(NamedTuple):
    """What the reasons of one resource are read from, for all the starts of a question."""
    resource: Optional[str]
    own_bookings: List[Booking]
    offered: List[Interval]
    closed: List[Interval]
    unavailable: List[Interval]
    grid: frozenset


def prepare(business: Business, service: Service, question: Question, bookings: List[Booking], resource: Optional[str]) -> Prepared:
    employee = business.employees[resource] if resource is not None else None
    own_bookings = [booking for booking in bookings if booking.employee_id == resource]
    days = reference.days_that_matter(business, service, question)
    offered = reference.s5_offered(business, employee, days)
    grid = reference.s7_candidates(business, service, question, offered, own_bookings, days)
    return Prepared(resource, own_bookings, reference.merged(offered), reference.s5_closed(business), reference.s5_unavailable(employee),
                    frozenset(grid))


def check(business: Business, service: Service, question: Question, bookings: List[Booking], prepared: List[Prepared],
          start: int) -> Check:
    reasons = {each.resource: explain(business, service, question, each, start) for each in prepared}
    reason = max(reasons.values(), key=REASONS.index, default="not_offered")
    free = tuple(sorted(resource for resource in reasons if reasons[resource] == "ok" and resource is not None))
    if (reason == "ok" and question.employee_id is None and not reference.s12_own_resource(business)
            and len(free) <= reference.s14_unassigned_meeting(business, service, bookings, start)):
        return Check(start, False, "full", ())
    return Check(start, reason == "ok", reason, free)


def explain(business: Business, service: Service, question: Question, prepared: Prepared, start: int) -> str:
    """The first test that fails for one resource, else ok."""
    return next((reason for reason, failed in tests(business, service, question, prepared, start) if failed), "ok")


def tests(business: Business, service: Service, question: Question, prepared: Prepared, start: int) -> List[Tuple[str, bool]]:
    """Each reason, and whether it holds, in the order of the contract; not_offered is left to who has no resource."""
    notice = reference.s17_setting("min_notice_minutes", business, service)
    own_time = (start, start + service.duration * MINUTE)
    wanted = reference.s6_needed(service, start) if reference.s17_setting("buffers_within_hours", business, service) else own_time
    others = [booking for booking in prepared.own_bookings if not reference.s15_same_session(booking, service, start)]
    return [
        ("in_past", start < question.as_of),
        ("too_soon", start < question.as_of + notice * MINUTE),
        ("too_far", reference.s10_too_far(business, service, question, start)),
        ("outside_hours", not any(reference.inside(wanted, period) for period in prepared.offered)),
        ("closed", any(reference.meet(wanted, closure) for closure in prepared.closed)),
        ("unavailable_override", any(reference.meet(wanted, absence) for absence in prepared.unavailable)),
        ("not_aligned", start not in prepared.grid),
        ("limit_reached", reference.s16_limit_reached(business, service, prepared.own_bookings, start)),
        ("booked", any(reference.meet(own_time, (booking.start, booking.end)) for booking in others)),
        ("buffer", reference.s6_conflicts(service, prepared.own_bookings, start)),
        ("full", reference.s15_remaining(business, service, prepared.own_bookings, start) <= 0)]


# ---------------------------------------------------------------------------------------------------------------------------------
# free_busy

@dataclass(frozen=True)
class FreeBusyQuestion:
    employee_id: str
    from_time: int
    to_time: int
    as_of: int  # the present of the server's transaction


class Period(NamedTuple):
    start: int
    end: int
    type: str


def free_busy(business: Business, asked: FreeBusyQuestion) -> List[Period]:
    employee = business.employees[asked.employee_id]
    own_bookings = [booking for booking in business.bookings
                    if booking.employee_id == employee.id and reference.s11_occupies(booking, asked.as_of)]
    first = reference.local_date(business.time_zone, asked.from_time) - timedelta(days=2)
    last = reference.local_date(business.time_zone, asked.to_time) + timedelta(days=2)
    offered = reference.s5_offered(business, employee, [first + timedelta(days=count) for count in range((last - first).days + 1)])
    unavailable = reference.s5_unavailable(employee) + reference.s5_closed(business)
    firm = [reference.s6_busy(booking) for booking in own_bookings if booking.status != "pending"]
    tentative = [reference.s6_busy(booking) for booking in own_bookings if booking.status == "pending"]

    def type_at(instant: int) -> str:
        def within(intervals):
            return any(start <= instant < end for start, end in intervals)
        if within(firm):
            return "BUSY"
        if within(tentative):
            return "BUSY-TENTATIVE"
        return "FREE" if within(offered) and not within(unavailable) else "BUSY-UNAVAILABLE"

    edges = {edge for interval in firm + tentative + offered + unavailable for edge in interval
             if asked.from_time < edge < asked.to_time}
    borders = sorted(edges | {asked.from_time, asked.to_time})
    periods: List[Period] = []
    for start, end in zip(borders, borders[1:]):
        found = type_at(start)
        if periods and periods[-1].type == found:
            periods[-1] = periods[-1]._replace(end=end)
        else:
            periods.append(Period(start, end, found))
    return periods
