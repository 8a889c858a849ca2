"""The availability rules S1-S17, and what S19 says about searching, as a brute-force reference: one small function a rule.
Written from the contract alone and for evident correctness, not for speed. Called by the differential test (run.py), by the fixed
cases (cases.py) and by its own unit tests (test_reference.py); it never talks to a server.
Instants are integers: microseconds since 1970-01-01 00:00 UTC. Every interval is half-open, a pair (start, end).

Where the contract can be read in more than one way, this is the reading:
- S1  The date of a row is the one that its shift is keyed to: on the last date of a season a shift that ends on the next day counts whole.
- S4  A local date exists when at least one instant has it. A clock time of 24:00 is 00:00 of the next calendar date and is mapped as such,
      whether that date exists or not.
- S4, S5, S16  The local date of an instant is what the wall clock shows at it. Where an overlap straddles midnight (America/Goose_Bay,
      00:01 back to 23:01) the instants of one date are therefore two intervals: a date is touched, or counted, by these instants.
- S5  Who follows the business's hours on a date is a matter of S1 alone: whoever has no own row valid on that date (with inheritance by
      day: none of that weekday). An own available override, or that the business has no hours on the date, changes nothing about it.
- S5  An opening of the business counts whole or not at all, by the date on which it starts: for its tail on the next date nobody is asked
      whether they follow on that one too, and in the mode `replace` it replaces what is keyed to each date that it touches, own rows
      included.
- S5  A closure takes time away and nothing else: it moves no grid, replaces no hours, and buffers may reach into it, as into an absence,
      unless buffers_within_hours.
- S7  Alignment belongs to the person: an instant of one employee's grid is no candidate for another, unless it lies on the other's grid too.
- S7  clock: the grid of date d is midnight(d) + offset + k * step for k >= 0, up to and without midnight(d + 1), each midnight mapped by
      S4 (so the first one in an overlap). The offset is elapsed minutes too; on the instants before midnight + offset nothing is offered.
- S7  optimized: `busy end` is that of each booking that occupies the employee (or the business that is its own resource), sessions of the
      same service included, unassigned bookings of a business with employees not.
- S7  A weekly row that an override replaces (S5) has no grid either. An occurrence that contributes nothing (S4) has none.
- S10 Each instant goes by its own local date: where an overlap straddles midnight, a date beyond the horizon may begin, stop for the rest
      of the one before, which is within it, and go on. Dates are counted in the calendar, those that never were included.
- S11 A status is compared with the three that free the time and with `pending` (S19) alone.
- S12 Being its own resource depends on the present rows of employees; the bookings that occupy such a business are those whose
      employee_id is NULL now, whatever resource_id says. In a business with employees of whom none is active nothing is offered. Naming
      an employee who is not eligible, or unknown, gives no slots.
- S13 remaining_capacity is the sum over the free employees; unassigned bookings (S14) are not subtracted from it.
- S14 An unassigned booking counts one, whatever the capacity of its service. Eligible employees of another service are the active ones
      mapped to it, whatever that service's own status.
- S15 Rows of one session need not have equal buffers; a session is the employee, the service, the start and the end alone. Seats are
      counted, not looked at: one that is free among more sold ones than the capacity allows is not offered.
- S16 For a business that is its own resource the limit counts the bookings that occupy it.
- S19 A hold blocks while hold_expires_at > as_of: at the very instant of its expiry it blocks no more.
- The further functions have their readings in reference_functions.py.
- An excluded booking is treated in every rule as if it did not exist.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Dict, FrozenSet, List, Optional, Tuple
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

Interval = Tuple[int, int]


# ---------------------------------------------------------------------------------------------------------------------------------
# What a question is asked about. Durations and buffers are minutes, as in the tables; times of day are microseconds since 00:00.

@dataclass(frozen=True)
class WeeklyRow:
    """A row of working_hours; start and end may be None only when it is off. The season: both dates included, None is open."""
    day_of_week: int
    start: Optional[int]
    end: Optional[int]
    is_off: bool = False
    valid_from: Optional[date] = None
    valid_to: Optional[date] = None


@dataclass(frozen=True)
class Override:
    """A row of employee_availability_overrides, or of business_availability_overrides: a closure or an opening of the whole business."""
    start: int
    end: int
    is_unavailable: bool


@dataclass
class Employee:
    id: str
    status: str = "active"
    weekly_rows: List[WeeklyRow] = field(default_factory=list)
    overrides: List[Override] = field(default_factory=list)
    settings: dict = field(default_factory=dict)  # never read (S17)


@dataclass
class Service:
    id: str
    duration: int
    before: int = 0
    after: int = 0
    status: str = "active"
    settings: dict = field(default_factory=dict)
    mapped_employees: FrozenSet[str] = frozenset()


@dataclass(frozen=True)
class Booking:
    id: str
    service_id: str
    employee_id: Optional[str]
    start: int
    end: int
    before: int = 0
    after: int = 0
    status: str = "confirmed"
    hold_expires_at: Optional[int] = None
    overbooked: bool = False


@dataclass
class Business:
    id: str
    time_zone: str
    status: str = "active"
    settings: dict = field(default_factory=dict)
    weekly_rows: List[WeeklyRow] = field(default_factory=list)
    employees: Dict[str, Employee] = field(default_factory=dict)
    services: Dict[str, Service] = field(default_factory=dict)
    bookings: List[Booking] = field(default_factory=list)
    overrides: List[Override] = field(default_factory=list)
    tenant_status: str = "active"


@dataclass(frozen=True)
class Question:
    """The arguments of find_available_slots."""
    service_id: str
    from_time: int
    to_time: int
    as_of: int
    employee_id: Optional[str] = None
    step: Optional[int] = None
    excluded_booking_id: Optional[str] = None


@dataclass(frozen=True)
class Slot:
    start: int
    end: int
    employee_ids: Tuple[str, ...]
    remaining_capacity: int


class UnknownService(Exception):
    """The question names a service that does not exist."""


# ---------------------------------------------------------------------------------------------------------------------------------
# Intervals

def meet(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def inside(inner: Interval, outer: Interval) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def merged(intervals: List[Interval]) -> List[Interval]:
    """Overlapping and touching intervals become one."""
    result: List[Interval] = []
    for start, end in sorted(intervals):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


# ---------------------------------------------------------------------------------------------------------------------------------
# Instants and the local calendar

def to_datetime(instant: int) -> datetime:
    return EPOCH + timedelta(microseconds=instant)


def to_instant(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=None)
def zone_named(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def utc_offset(zone: str, instant: int) -> int:
    offset = to_datetime(instant).astimezone(zone_named(zone)).utcoffset()
    return offset // timedelta(microseconds=1)


def local_date(zone: str, instant: int) -> date:
    return to_datetime(instant).astimezone(zone_named(zone)).date()


@lru_cache(maxsize=None)
def instants_of_date(zone: str, day: date) -> Tuple[Interval, ...]:
    """All instants whose local date is this one: usually one interval, none for a date that was skipped, two where an overlap
    straddles midnight. Looks at each hour around the date (no zone changes twice within an hour)."""
    midnight_utc = to_instant(datetime.combine(day, time.min, timezone.utc))
    found: List[Interval] = []
    for hour in range(midnight_utc - DAY, midnight_utc + 2 * DAY, HOUR):
        for start, end, offset in pieces_of_equal_offset(zone, hour, hour + HOUR):
            first = max(start, midnight_utc - offset)
            last = min(end, midnight_utc + DAY - offset)
            if first < last:
                found.append((first, last))
    return tuple(merged(found))


def pieces_of_equal_offset(zone: str, start: int, end: int):
    """Splits an interval with at most one change of the UTC offset at that change."""
    before, after = utc_offset(zone, start), utc_offset(zone, end)
    if before == after:
        return [(start, end, before)]
    low, high = start, end  # the offset at low is the old one, at high the new one
    while high - low > 1:
        middle = (low + high) // 2
        if utc_offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return [(start, high, before), (high, end, after)]


# ---------------------------------------------------------------------------------------------------------------------------------
# Working time: S1-S5. An employee of None is the business that is its own resource.

def s1_valid(rows: List[WeeklyRow], day: date) -> List[WeeklyRow]:
    """The rows whose season this date belongs to."""
    return [row for row in rows
            if (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)]


def s1_of_weekday(rows: List[WeeklyRow], day: date) -> List[WeeklyRow]:
    return [row for row in rows if row.day_of_week == day.isoweekday() % 7]  # S2: 0 = Sunday


def s1_follows_business(business: Business, employee: Optional[Employee], day: date) -> bool:
    """Whether the business's hours count on this date: a schedule replaces a schedule, or (by the setting) a day replaces a day."""
    if employee is None:
        return True
    own = s1_valid(employee.weekly_rows, day)
    if s17_setting("working_hours_inheritance", business) == "day":
        own = s1_of_weekday(own, day)
    return not own


def s1_rows_of_day(business: Business, employee: Optional[Employee], day: date) -> List[WeeklyRow]:
    """The weekly rows that count on this date."""
    rows = business.weekly_rows if s1_follows_business(business, employee, day) else employee.weekly_rows
    return s1_of_weekday(s1_valid(rows, day), day)


def s2_shifts(rows: List[WeeklyRow]) -> List[WeeklyRow]:
    """A row that is off contributes no time; the others of that day still count."""
    return [row for row in rows if not row.is_off]


def s3_end_date(row: WeeklyRow, day: date) -> date:
    """An end that is not after the start belongs to the next day (24:00 is after every start)."""
    return day + timedelta(days=1) if row.end <= row.start else day


@lru_cache(maxsize=None)
def s4_instant(zone: str, day: date, time_of_day: int) -> int:
    """The instant of a local wall time, with the UTC offset before the transition in a gap and in an overlap (fold=0)."""
    wall = datetime.combine(day, time.min) + timedelta(microseconds=time_of_day)
    return to_instant(wall.replace(tzinfo=zone_named(zone), fold=0))


def s4_date_exists(zone: str, day: date) -> bool:
    return len(instants_of_date(zone, day)) > 0


def s4_occurrence(zone: str, row: WeeklyRow, day: date) -> Optional[Interval]:
    """The shift of one date, or None when it contributes nothing."""
    if not s4_date_exists(zone, day):
        return None
    start = s4_instant(zone, day, row.start)
    end = s4_instant(zone, s3_end_date(row, day), row.end)
    return (start, end) if end > start else None


def s5_openings_of_business(business: Business, employee: Optional[Employee]) -> List[Override]:
    """The business's available overrides that count for somebody: who follows its hours on the local date on which one starts."""
    return [override for override in business.overrides
            if not override.is_unavailable
            and s1_follows_business(business, employee, local_date(business.time_zone, override.start))]


def s5_available(business: Business, employee: Optional[Employee]) -> List[Override]:
    """The own available overrides, and the business's that count like one."""
    own = employee.overrides if employee is not None else []
    return [override for override in own if not override.is_unavailable] + s5_openings_of_business(business, employee)


def s5_replaced(business: Business, employee: Optional[Employee], day: date) -> bool:
    """In the mode `replace` an available override that touches a date replaces the weekly rows keyed to it."""
    if s17_setting("availability_override_mode", business) != "replace":
        return False
    return any(meet((override.start, override.end), piece)
               for override in s5_available(business, employee)
               for piece in instants_of_date(business.time_zone, day))


def s5_offered(business: Business, employee: Optional[Employee], days: List[date]) -> List[Interval]:
    """Shift occurrences and available overrides, not merged: each is a grid of S7."""
    offered: List[Interval] = []
    for day in days:
        if not s5_replaced(business, employee, day):
            for row in s2_shifts(s1_rows_of_day(business, employee, day)):
                occurrence = s4_occurrence(business.time_zone, row, day)
                if occurrence is not None:
                    offered.append(occurrence)
    return offered + [(override.start, override.end) for override in s5_available(business, employee)]


def s5_unavailable(employee: Optional[Employee]) -> List[Interval]:
    """The own absences."""
    if employee is None:
        return []
    return [(override.start, override.end) for override in employee.overrides if override.is_unavailable]


def s5_closed(business: Business) -> List[Interval]:
    """The closures of the whole business: nobody's working time, whatever is offered."""
    return [(override.start, override.end) for override in business.overrides if override.is_unavailable]


# ---------------------------------------------------------------------------------------------------------------------------------
# Busy time: S6, S11, S15, S19

def s6_busy(booking: Booking) -> Interval:
    """With the booking's own buffers, as frozen when it was booked."""
    return booking.start - booking.before * MINUTE, booking.end + booking.after * MINUTE


def s6_needed(service: Service, start: int) -> Interval:
    return start - service.before * MINUTE, start + (service.duration + service.after) * MINUTE


def s11_occupies(booking: Booking, as_of: int) -> bool:
    """Every status occupies but the three that free the time: the application may add labels."""
    return booking.status not in ("cancelled", "rejected", "no_show") and not s19_expired(booking, as_of)


def s19_expired(booking: Booking, as_of: int) -> bool:
    return booking.status == "pending" and booking.hold_expires_at is not None and booking.hold_expires_at <= as_of


def s15_same_session(booking: Booking, service: Service, start: int) -> bool:
    """Of the same employee: only that employee's bookings are asked."""
    return booking.service_id == service.id and booking.start == start and booking.end == start + service.duration * MINUTE


def s15_remaining(business: Business, service: Service, own_bookings: List[Booking], start: int) -> int:
    session = [booking for booking in own_bookings if s15_same_session(booking, service, start)]
    return s17_setting("capacity", business, service) - len(session)


def s6_conflicts(service: Service, own_bookings: List[Booking], start: int) -> bool:
    """Whether the candidate and its buffers meet a busy range of that employee, the candidate's own session (S15) apart."""
    needed = s6_needed(service, start)
    return any(meet(needed, s6_busy(booking)) and not s15_same_session(booking, service, start) for booking in own_bookings)


# ---------------------------------------------------------------------------------------------------------------------------------
# Candidates and their tests: S7-S10, S16

def s7_candidates(business: Business, service: Service, question: Question, offered: List[Interval],
                  own_bookings: List[Booking], days: List[date]) -> List[int]:
    step = s17_setting("slot_interval_minutes", business, service, question.step) * MINUTE
    alignment = s17_setting("slot_alignment", business, service)
    candidates = set()
    if alignment == "clock":
        offset = s17_setting("slot_offset_minutes", business, service) * MINUTE
        for day in days:
            midnight = s4_instant(business.time_zone, day, 0)
            next_midnight = s4_instant(business.time_zone, day + timedelta(days=1), 0)
            candidates.update(s7_grid(midnight + offset, next_midnight, step, question))
    else:
        for start, end in offered:
            candidates.update(s7_grid(start, end, step, question))
    if alignment == "optimized":
        candidates.update(s6_busy(booking)[1] + service.before * MINUTE for booking in own_bookings)
    return sorted(instant for instant in candidates if s9_in_window(question, instant))


def s7_grid(start: int, end: int, step: int, question: Question) -> range:
    """start + k * step before the end; the instants before the window are skipped, not computed."""
    skipped = max(0, (question.from_time - start) // step)
    return range(start + skipped * step, min(end, question.to_time), step)


def s8_fits(interval: Interval, working_time: List[Interval], unavailable: List[Interval]) -> bool:
    """Inside one merged interval of what is offered, and meeting nothing that is unavailable (S5: unavailable wins)."""
    return (any(inside(interval, period) for period in working_time)
            and not any(meet(interval, period) for period in unavailable))


def s9_in_window(question: Question, start: int) -> bool:
    return question.from_time <= start < question.to_time


def s10_in_time(business: Business, service: Service, question: Question, start: int) -> bool:
    notice = s17_setting("min_notice_minutes", business, service)
    return start >= question.as_of + notice * MINUTE and not s10_too_far(business, service, question, start)


def s10_too_far(business: Business, service: Service, question: Question, start: int) -> bool:
    """The horizon is a local date, and is meant whole: so many days after the local date of as_of."""
    horizon = s17_setting("max_advance_days", business, service)
    return horizon is not None and (local_date(business.time_zone, start)
                                    > local_date(business.time_zone, question.as_of) + timedelta(days=horizon))


def s16_limit_reached(business: Business, service: Service, own_bookings: List[Booking], start: int) -> bool:
    """The service's limit counts that service's bookings of the local date, the business's limit all of them; both apply."""
    of_service = service.settings.get("max_bookings_per_day")
    of_business = business.settings.get("max_bookings_per_day")
    if of_service is None and of_business is None:
        return False
    day = local_date(business.time_zone, start)
    that_day = [booking for booking in own_bookings if local_date(business.time_zone, booking.start) == day]
    of_this_service = [booking for booking in that_day if booking.service_id == service.id]
    return ((of_service is not None and len(of_this_service) >= of_service)
            or (of_business is not None and len(that_day) >= of_business))


# ---------------------------------------------------------------------------------------------------------------------------------
# Settings: S17

_READ_IN_SERVICE = {"slot_interval_minutes", "slot_alignment", "slot_offset_minutes", "min_notice_minutes", "max_advance_days",
                    "buffers_within_hours", "capacity"}
_READ_IN_BUSINESS = {"slot_interval_minutes", "slot_alignment", "slot_offset_minutes", "min_notice_minutes", "max_advance_days",
                     "buffers_within_hours", "working_hours_inheritance", "availability_override_mode"}
_DEFAULT = {"slot_interval_minutes": 15, "slot_alignment": "shift", "slot_offset_minutes": 0, "min_notice_minutes": 0,
            "max_advance_days": None, "buffers_within_hours": False, "capacity": 1,
            "working_hours_inheritance": "schedule", "availability_override_mode": "add"}


def s17_setting(key: str, business: Business, service: Optional[Service] = None, argument=None):
    """Argument, then the service's, then the business's, then the default; null is unset. max_bookings_per_day: see S16."""
    if argument is not None:
        return argument
    if service is not None and key in _READ_IN_SERVICE and service.settings.get(key) is not None:
        return service.settings[key]
    if key in _READ_IN_BUSINESS and business.settings.get(key) is not None:
        return business.settings[key]
    return _DEFAULT[key]


# ---------------------------------------------------------------------------------------------------------------------------------
# Who: S12-S14

def s12_active_employees(business: Business) -> List[str]:
    return sorted(employee.id for employee in business.employees.values() if employee.status == "active")


def s12_eligible(business: Business, service: Service) -> List[str]:
    return [identity for identity in s12_active_employees(business) if identity in service.mapped_employees]


def s12_own_resource(business: Business) -> bool:
    """No row in employees at all: one whose last employee is on leave is none."""
    return not business.employees


def s12_asked(business: Business, service: Service, question: Question) -> List[Optional[str]]:
    """Who could take the booking: eligible employees, or the business itself (None) when it is its own resource."""
    if s12_own_resource(business):
        return [None] if question.employee_id is None else []
    return [identity for identity in s12_eligible(business, service) if question.employee_id in (None, identity)]


def s12_bookable(business: Business, service: Service) -> bool:
    return business.tenant_status == "active" and business.status == "active" and service.status == "active"


def s13_slot(service: Service, start: int, remaining: Dict[Optional[str], int]) -> Slot:
    """All of the free ones, sorted by id, and the sum of what they have left; a business as its own resource (None) lists nobody."""
    return Slot(start, start + service.duration * MINUTE,
                tuple(sorted(identity for identity in remaining if identity is not None)), sum(remaining.values()))


def s14_unassigned_meeting(business: Business, service: Service, bookings: List[Booking], start: int) -> int:
    """How many unassigned bookings meet the candidate and could need one of the employees of this service."""
    eligible = set(s12_eligible(business, service))
    return sum(1 for booking in bookings
               if booking.employee_id is None
               and meet(s6_busy(booking), s6_needed(service, start))
               and eligible & set(s12_eligible(business, business.services[booking.service_id])))


# ---------------------------------------------------------------------------------------------------------------------------------
# The whole

def find_available_slots(business: Business, question: Question) -> List[Slot]:
    service = business.services.get(question.service_id)
    if service is None:
        raise UnknownService(question.service_id)
    if not s12_bookable(business, service):
        return []
    bookings = occupying_bookings(business, question)
    remaining_at: Dict[int, Dict[Optional[str], int]] = {}
    for resource in s12_asked(business, service, question):
        for start, remaining in free_starts(business, service, question, bookings, resource).items():
            remaining_at.setdefault(start, {})[resource] = remaining
    slots = [s13_slot(service, start, remaining) for start, remaining in sorted(remaining_at.items())]
    if question.employee_id is not None or s12_own_resource(business):
        return slots
    return [slot for slot in slots
            if len(slot.employee_ids) > s14_unassigned_meeting(business, service, bookings, slot.start)]


def occupying_bookings(business: Business, question: Question) -> List[Booking]:
    return [booking for booking in business.bookings
            if booking.id != question.excluded_booking_id and s11_occupies(booking, question.as_of)]


def free_starts(business: Business, service: Service, question: Question, bookings: List[Booking],
                employee_id: Optional[str]) -> Dict[int, int]:
    """The starts at which one employee (None: the business itself) is free, each with the capacity that remains."""
    employee = business.employees[employee_id] if employee_id is not None else None
    own_bookings = [booking for booking in bookings if booking.employee_id == employee_id]
    days = days_that_matter(business, service, question)
    offered = s5_offered(business, employee, days)
    working_time, unavailable = merged(offered), s5_unavailable(employee) + s5_closed(business)
    buffers_within_hours = s17_setting("buffers_within_hours", business, service)

    free: Dict[int, int] = {}
    for start in s7_candidates(business, service, question, offered, own_bookings, days):
        remaining = s15_remaining(business, service, own_bookings, start)
        if (s10_in_time(business, service, question, start)
                and s8_fits((start, start + service.duration * MINUTE), working_time, unavailable)
                and (not buffers_within_hours or s8_fits(s6_needed(service, start), working_time, unavailable))
                and not s6_conflicts(service, own_bookings, start)
                and not s16_limit_reached(business, service, own_bookings, start)
                and remaining > 0):
            free[start] = remaining
    return free


def days_that_matter(business: Business, service: Service, question: Question) -> List[date]:
    """Every local date whose shifts may reach into a candidate of the window or its buffers, with two days to spare."""
    first = local_date(business.time_zone, question.from_time - service.before * MINUTE) - timedelta(days=2)
    last = local_date(business.time_zone, question.to_time + (service.duration + service.after) * MINUTE) + timedelta(days=2)
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]
