"""Makes random businesses and questions for the differential test, each from its own seed, with everything that makes availability hard:
zone transitions, split and overnight shifts, seasons, overrides, closures, frozen buffers, holds, sessions, limits. Called by run.py.
What it makes can be inserted: colliding bookings are marked as overbooked where the guard of the schema (S18) would refuse them."""

import random
import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import List, Optional, Set, Tuple

import reference
from calendar_json import read_instant
from reference import DAY, HOUR, MINUTE, SECOND, Booking, Business, Employee, Override, Question, Service, WeeklyRow

# Zones and the years whose transitions are worth visiting.
ZONES = (
    ("America/New_York", 2024, 2027),
    ("Europe/Berlin", 2024, 2027),
    ("Australia/Lord_Howe", 2023, 2027),   # half an hour of summer time
    ("America/Santiago", 2022, 2027),      # the gap is at midnight
    ("Asia/Kathmandu", 1985, 1986),        # a gap of 15 minutes at midnight of a new year
    ("Asia/Kathmandu", 2025, 2026),        # +05:45
    ("Pacific/Apia", 2010, 2012),          # 2011-12-30 never was
    ("Pacific/Kwajalein", 1993, 1993),     # nor was 1993-08-21
    ("Africa/Casablanca", 2023, 2026),     # summer time but for Ramadan
    ("Pacific/Chatham", 2024, 2027),       # +12:45, transitions at 02:45
    ("America/Goose_Bay", 2000, 2010),     # the overlap at 00:01 straddles midnight
    ("America/Goose_Bay", 2000, 2010),     # twice, because it is the hardest
    ("America/St_Johns", 2000, 2010),      # the same, at half past the UTC hour
    ("America/Havana", 2004, 2027),        # gap at midnight, overlap 01:00 -> 00:00
    ("Asia/Beirut", 2020, 2026),           # gap at midnight, overlap 24:00 -> 23:00
    ("Africa/Cairo", 2023, 2026),
    ("America/Sao_Paulo", 2014, 2018),
    ("Atlantic/Azores", 2023, 2026),
    ("Asia/Pyongyang", 2015, 2018),        # half an hour back at midnight, then forward from 23:30 to 24:00
    ("Antarctica/Troll", 2023, 2026),      # two hours
    ("Africa/Monrovia", 1972, 1972),       # an offset with seconds: -00:44:30
    ("Asia/Tehran", 2018, 2022),
    ("Etc/UTC", 2025, 2026),
    ("America/New_York", 1945, 1946),      # war time
    ("Europe/Berlin", 2090, 2091),         # by the rule that follows the last transition of the file
)

# What the application has added to the statuses of a booking (S11).
LABELS = ("checked_in",)

# Rarely: windows of up to the longest that may be asked for, over several transitions, with large steps.
LONG_WINDOWS = 0.01
LONG_STEPS = (240, 480, 720, 1440)
LONGEST_WINDOW = 367 * DAY

SESSION_ZONES = ("UTC", "America/St_Johns", "Pacific/Kiritimati", "Asia/Kathmandu", "America/New_York", "Pacific/Pago_Pago",
                 "Australia/Lord_Howe")

LONGEST_BOOKING = 7 * DAY

FAR_PAST = read_instant("1960-01-01T00:00Z")


@dataclass
class Scenario:
    seed: str
    business: Business
    question: Question
    cut: int  # a point in the window, for window invariance
    further: Optional[object] = None  # questions.Questions, once they are made


class Dice(random.Random):
    def chance(self, probability):
        return self.random() < probability

    def weighted(self, choices):
        """choices: pairs of a value and its weight."""
        return self.choices([value for value, _ in choices], [weight for _, weight in choices])[0]

    def identity(self):
        return str(uuid.UUID(int=self.getrandbits(128), version=4))

    def near(self, center, spread, fine):
        """An instant around another: mostly on a quarter of an hour, sometimes on a minute, now and then on no whole minute."""
        instant = center + self.randint(-spread, spread)
        if fine and self.chance(0.4):
            return instant
        unit = self.weighted(((15 * MINUTE, 8), (5 * MINUTE, 3), (MINUTE, 2)))
        return instant - instant % unit


@lru_cache(maxsize=None)
def transitions(zone: str, first_year: int, last_year: int) -> Tuple[int, ...]:
    start, end = read_instant(f"{first_year}-01-01T00:00Z"), read_instant(f"{last_year + 1}-01-01T00:00Z")
    found = []
    for day in range(start, end, DAY):
        pieces = reference.pieces_of_equal_offset(zone, day, day + DAY)
        if len(pieces) > 1:
            found.append(pieces[1][0])
    return tuple(found)


def make_scenario(seed: str) -> Scenario:
    dice = Dice(seed)
    zone, first_year, last_year = dice.choice(ZONES)
    fine = dice.chance(0.06)  # times that are not on whole minutes
    changes = transitions(zone, first_year, last_year)
    sharp = False  # all that can be is put within two hours of the transition
    if changes and dice.chance(0.75):
        anchor = dice.choice(changes)
        sharp = dice.chance(0.25)
    else:
        anchor = dice.randrange(read_instant(f"{first_year}-01-01T00:00Z"), read_instant(f"{last_year + 1}-01-01T00:00Z"))

    business = Business(dice.identity(), zone,
                        status=dice.weighted((("active", 120), ("inactive", 1), ("suspended", 1), ("pending_setup", 1))),
                        tenant_status=dice.weighted((("active", 120), ("inactive", 1), ("suspended", 1))))
    make_people_and_services(dice, business, anchor, fine, sharp)
    question = make_question(dice, business, anchor, fine, sharp)
    if dice.chance(0.5 if sharp else 0.1):
        end_horizon_near(dice, business, question, anchor)
    make_bookings(dice, business, question, fine)
    if business.bookings and dice.chance(0.25):
        question = replace(question, excluded_booking_id=dice.choice(business.bookings).id)
    elif dice.chance(0.02):
        question = replace(question, excluded_booking_id=dice.identity())
    cut = dice.near((question.from_time + question.to_time) // 2, (question.to_time - question.from_time) // 2, dice.chance(0.3))
    return Scenario(seed, business, question, min(max(cut, question.from_time), question.to_time))


# ---------------------------------------------------------------------------------------------------------------------------------

def make_people_and_services(dice: Dice, business: Business, anchor: int, fine: bool, sharp: bool):
    business.settings = business_settings(dice)
    if sharp and dice.chance(0.6):
        business.settings["availability_override_mode"] = "replace"
    if sharp and dice.chance(0.3):
        business.settings["max_bookings_per_day"] = dice.choice((1, 2))
    around = reference.local_date(business.time_zone, anchor)
    seasons = dice.chance(0.4)
    if dice.chance(0.85):
        business.weekly_rows = weekly_rows_with_seasons(dice, fine, around, 0.5 if seasons else 0)

    nobody_active = dice.chance(0.14)  # mostly the business is its own resource
    turnover = dice.chance(0.15)       # many employees who left, and many who do not do everything
    if nobody_active:
        count, gone = dice.weighted(((0, 5), (1, 1), (2, 0.3))), 1
    elif turnover:
        count, gone = dice.choice((3, 4)), 0.4
    else:
        count, gone = dice.weighted(((1, 5), (2, 4), (3, 2), (4, 1))), 0.06
    for _ in range(count):
        employee = make_employee(dice, business, anchor, fine, sharp, 0.7 if seasons else 0)
        if dice.chance(gone):
            employee.status = dice.choice(("inactive", "terminated", "pending_onboarding"))
        business.employees[employee.id] = employee
    if not nobody_active and not reference.s12_active_employees(business) and dice.chance(0.8):
        dice.choice(list(business.employees.values())).status = "active"
    if dice.chance(0.45):
        business.overrides = overrides_of_business(dice, business, anchor, fine, sharp)
        if dice.chance(0.4):
            follow_at_one_end(dice, business)

    specialists = dice.chance(0.7 if turnover else 0.1)  # who is active does one service, who left did all
    mapped = dice.choice((1, 0.95, 0.9, 0.7))
    for number in range(dice.choice((2, 3)) if specialists else dice.weighted(((1, 5), (2, 4), (3, 1)))):
        service = Service(
            dice.identity(),
            dice.weighted(((30, 6), (60, 6), (15, 3), (20, 3), (45, 3), (90, 3), (5, 1), (7, 1), (50, 2), (120, 2), (240, 0.7), (480, 0.4),
                           (1440, 0.3), (1560, 0.2), (2880, 0.2), (10080, 0.1))),
            dice.weighted(((0, 8), (5, 2), (10, 2), (15, 2), (30, 1), (7, 0.5), (180, 0.3), (1440, 0.1))),
            dice.weighted(((0, 8), (5, 2), (10, 2), (15, 2), (30, 1), (7, 0.5), (180, 0.3), (1440, 0.1))),
            dice.weighted((("active", 80), ("inactive", 1), ("archived", 1))) if number == 0 else
            dice.weighted((("active", 4), ("inactive", 1), ("archived", 1))),
            service_settings(dice),
            frozenset() if specialists else frozenset(identity for identity in business.employees if dice.chance(mapped)))
        business.services[service.id] = service
    if specialists:
        for employee in business.employees.values():
            for service in [dice.choice(list(business.services.values()))] if employee.status == "active" else business.services.values():
                service.mapped_employees |= {employee.id}
    asked, active = next(iter(business.services.values())), reference.s12_active_employees(business)
    if active and not reference.s12_eligible(business, asked) and dice.chance(0.8):
        asked.mapped_employees |= {dice.choice(active)}


def make_employee(dice: Dice, business: Business, anchor: int, fine: bool, sharp: bool = False, seasons: float = 0) -> Employee:
    employee = Employee(dice.identity())
    if dice.chance(0.6):
        employee.weekly_rows = weekly_rows_with_seasons(dice, fine, reference.local_date(business.time_zone, anchor), seasons)
    for _ in range(dice.weighted(((0, 5), (1, 4), (2, 3), (3, 2), (5, 1)))):
        employee.overrides.append(make_override(dice, anchor, fine, dice.chance(0.3 if sharp else 0.5), sharp))
    if dice.chance(0.05):
        employee.settings = {"slot_interval_minutes": 5, "capacity": 9, "min_notice_minutes": 0}  # not read (S17)
    return employee


def make_override(dice: Dice, anchor: int, fine: bool, is_unavailable: bool, sharp: bool = False) -> Override:
    if sharp:
        start = dice.near(anchor, 110 * MINUTE, fine)
        return Override(start, start + dice.choice((1, 5, 15, 30, 60, 61, 90, 120)) * MINUTE, is_unavailable)
    start = dice.near(anchor, 2 * HOUR, fine) if dice.chance(0.2) else dice.near(anchor, 2 * DAY, fine)
    length = dice.weighted(((dice.randint(1, 16) * 15 * MINUTE, 8), (dice.randint(1, 600) * MINUTE, 4), (DAY, 1),
                            (dice.randint(1, 20) * 12 * HOUR, 1), (dice.randint(1, 5) * MINUTE, 1)))
    if dice.chance(0.05):  # begins long before and reaches in
        start -= dice.randint(1, 30) * DAY
        length += max(0, anchor - start)
    if fine and dice.chance(0.5):
        length += dice.randint(1, 59_999_999)
    return Override(start, start + length, is_unavailable)


def overrides_of_business(dice: Dice, business: Business, anchor: int, fine: bool, sharp: bool) -> List[Override]:
    overrides = []
    own_openings = [override for employee in business.employees.values() for override in employee.overrides if not override.is_unavailable]
    around = reference.local_date(business.time_zone, anchor)
    for _ in range(dice.weighted(((1, 5), (2, 4), (3, 2), (4, 1)))):
        kind = dice.weighted((("any", 3), ("dates", 4), ("weeks", 1), ("night", 3), ("over an own opening", 3)))
        if kind in ("dates", "weeks"):  # whole local dates
            first = around + timedelta(days=dice.randint(-2, 2))
            last = first + timedelta(days=dice.choice((1, 1, 1, 2, 7)))
            if kind == "weeks":  # began long before
                first -= timedelta(days=dice.randint(8, 60))
            start, end = (reference.s4_instant(business.time_zone, day, 0) for day in (first, last))
            overrides += [Override(start, end, dice.chance(0.6))] if start < end else []
        elif kind == "night":  # starts on one local date and ends on another
            day = around + timedelta(days=dice.randint(-2, 1))
            start = reference.s4_instant(business.time_zone, day, time_of_day(dice, 17 * HOUR, DAY - HOUR, fine))
            overrides.append(Override(start, start + dice.randint(8, 48) * 30 * MINUTE, dice.chance(0.2)))
        elif kind == "over an own opening" and own_openings:
            own = dice.choice(own_openings)
            start = own.start + dice.choice((-60, -15, 0, 0, 15, 30, 60)) * MINUTE
            overrides.append(Override(start, start + dice.choice((15, 30, 60, 120, 480)) * MINUTE, dice.chance(0.8)))
        else:
            overrides.append(make_override(dice, anchor, fine, dice.chance(0.5), sharp))
    return overrides


def follow_at_one_end(dice: Dice, business: Business):
    """Some people follow the business's hours on one of the two dates that an opening touches alone."""
    for override in business.overrides:
        first, last = (reference.local_date(business.time_zone, instant) for instant in (override.start, override.end - 1))
        if first < last and not override.is_unavailable:
            for employee in business.employees.values():
                season = {"valid_from": last, "valid_to": None} if dice.chance(0.5) else {"valid_from": None, "valid_to": first}
                if dice.chance(0.5):
                    employee.weekly_rows = [replace(row, **season) for row in employee.weekly_rows]
            if dice.chance(0.5):
                business.settings["availability_override_mode"] = "replace"


def time_of_day(dice: Dice, earliest: int, latest: int, fine: bool) -> int:
    unit = dice.weighted(((30 * MINUTE, 6), (15 * MINUTE, 4), (5 * MINUTE, 2), (MINUTE, 1)))
    moment = dice.randrange(earliest, latest + 1)
    if fine and dice.chance(0.5):
        return moment - moment % dice.choice((1, SECOND))
    return moment - moment % unit


def shift(dice: Dice, day_of_week: int, earliest: int, latest: int, fine: bool) -> List[WeeklyRow]:
    start, end = sorted((time_of_day(dice, earliest, latest, fine), time_of_day(dice, earliest, latest, fine)))
    return [WeeklyRow(day_of_week, start, end)] if start < end else []


def weekly_rows_with_seasons(dice: Dice, fine: bool, around: date, seasons: float) -> List[WeeklyRow]:
    """With seasons that begin and end about a date, in this share of the weeks."""
    def day(least=-2, most=3):
        return around + timedelta(days=dice.randint(least, most))

    rows = weekly_rows(dice, fine)
    if not dice.chance(seasons):
        return rows
    style = dice.weighted((("two weeks", 4), ("one season", 4), ("each row", 3), ("another year", 1)))
    if style == "two weeks":  # one after the other, now and then with both or neither between them
        last, first = day(), dice.choice((1, 1, 1, 0, 2, 3))
        rows = [replace(row, valid_to=last) for row in rows] + [
            replace(row, valid_from=last + timedelta(days=first)) for row in weekly_rows(dice, fine)]
    elif style == "one season":
        first = dice.choice((None, day(-3, 2), day(-3, 2)))
        last = dice.choice((None, max(first or around, day(-1, 4)), first or day()))
        rows = [replace(row, valid_from=first, valid_to=last) for row in rows]
    elif style == "each row":
        for index, row in enumerate(rows):
            first, last = day() if dice.chance(0.4) else None, None
            if dice.chance(0.4):
                last = (first or around) + timedelta(days=dice.choice((0, 0, 1, 2, 7) if first else (-1, 0, 1, 2)))
            rows[index] = replace(row, valid_from=first, valid_to=last)
    else:
        far = dice.choice((-1, 1)) * 200
        rows = [replace(row, valid_from=day() + timedelta(days=far), valid_to=day() + timedelta(days=far + 90)) for row in rows]
    dice.shuffle(rows)
    return rows


def weekly_rows(dice: Dice, fine: bool) -> List[WeeklyRow]:
    style = dice.weighted((("office", 4), ("split", 3), ("random", 4), ("night", 3), ("always", 1), ("small hours", 4), ("late", 2)))
    rows: List[WeeklyRow] = []
    opening, closing = time_of_day(dice, 6 * HOUR, 11 * HOUR, fine), time_of_day(dice, 15 * HOUR, 21 * HOUR, fine)
    pause = time_of_day(dice, 12 * HOUR, 13 * HOUR, fine)
    evening, morning = time_of_day(dice, 18 * HOUR, 23 * HOUR + 30 * MINUTE, fine), time_of_day(dice, 30 * MINUTE, 6 * HOUR, fine)
    for day in range(7):
        if style == "office":
            rows.append(WeeklyRow(day, opening, closing))
        elif style == "split":
            # touching, overlapping or apart
            again = pause + dice.choice((0, 0, 30, 45, 60, -20, -30)) * MINUTE
            rows += [WeeklyRow(day, opening, pause), WeeklyRow(day, again, closing)]
        elif style == "random":
            for _ in range(dice.choice((0, 1, 1, 2, 3))):
                rows += shift(dice, day, 0, DAY, fine)
        elif style == "night":
            rows += [WeeklyRow(day, evening, DAY), WeeklyRow(day, 0, morning)]
        elif style == "always":
            rows.append(WeeklyRow(day, 0, DAY))
        elif style == "small hours":
            for _ in range(dice.choice((1, 2))):
                rows += shift(dice, day, 0, 4 * HOUR, fine)
            if dice.chance(0.5):
                rows.append(WeeklyRow(day, opening, closing))
        else:
            rows += shift(dice, day, 22 * HOUR, DAY, fine)
            if dice.chance(0.5):
                rows.append(WeeklyRow(day, 0, dice.choice((15, 30, 45, 60)) * MINUTE))
    if dice.chance(0.3):
        rows = [row for row in rows if dice.chance(0.85)]
    for _ in range(dice.weighted(((0, 6), (1, 3), (2, 1)))):
        day = dice.randrange(7)
        timed = shift(dice, day, 0, DAY, fine) if dice.chance(0.5) else []
        rows.append(WeeklyRow(day, timed[0].start, timed[0].end, True) if timed else WeeklyRow(day, None, None, True))
    if dice.chance(0.15):  # an off row takes the place of a day
        day = dice.randrange(7)
        rows = [row for row in rows if row.day_of_week != day] + [WeeklyRow(day, None, None, True)]
    dice.shuffle(rows)
    return rows


STEPS = ((15, 6), (30, 6), (60, 4), (20, 3), (45, 2), (10, 2), (90, 1), (7, 1), (25, 1), (5, 1), (240, 0.5), (1440, 0.3), (1, 0.2))


def common_settings(dice: Dice, often: float) -> dict:
    settings = {}

    def perhaps(key, probability, choose):
        if dice.chance(probability * often):
            settings[key] = None if dice.chance(0.04) else choose()

    perhaps("slot_interval_minutes", 0.4, lambda: dice.weighted(STEPS))
    perhaps("slot_alignment", 0.5, lambda: dice.choice(("shift", "clock", "clock", "optimized", "optimized")))
    perhaps("slot_offset_minutes", 0.25, lambda: dice.choice((0, 5, 10, 15, 30, 59, 90, 600, 1439)))
    perhaps("min_notice_minutes", 0.25, lambda: dice.choice((0, 1, 15, 30, 60, 120, 600, 1440)))
    perhaps("max_advance_days", 0.2, lambda: dice.choice((0, 1, 2, 3, 3, 4, 5, 30, 366)))
    perhaps("buffers_within_hours", 0.25, lambda: dice.chance(0.7))
    perhaps("max_bookings_per_day", 0.25, lambda: dice.choice((1, 1, 2, 2, 3, 10)))
    perhaps("hold_minutes", 0.05, lambda: 10)
    perhaps("assignment", 0.05, lambda: "first")
    return settings


def service_settings(dice: Dice) -> dict:
    settings = common_settings(dice, 0.8)
    if dice.chance(0.35):
        settings["capacity"] = dice.choice((1, 2, 2, 3, 5))
    if dice.chance(0.03):
        settings["colour"] = "red"
    return settings


def business_settings(dice: Dice) -> dict:
    settings = common_settings(dice, 0.8)
    if dice.chance(0.35):
        settings["working_hours_inheritance"] = dice.choice(("day", "day", "schedule"))
    if dice.chance(0.35):
        settings["availability_override_mode"] = dice.choice(("replace", "replace", "add"))
    return settings


# ---------------------------------------------------------------------------------------------------------------------------------

def make_question(dice: Dice, business: Business, anchor: int, fine: bool, sharp: bool) -> Question:
    service = next(iter(business.services.values()))
    step = dice.weighted(STEPS + ((1500, 0.2),)) if dice.chance(0.6) else None

    if dice.chance(0.25):  # whole local days
        day = reference.local_date(business.time_zone, anchor) - timedelta(days=dice.randint(0, 2))
        from_time = reference.s4_instant(business.time_zone, day, 0)
        to_time = reference.s4_instant(business.time_zone, day + timedelta(days=dice.randint(1, 4)), 0)
    elif sharp:
        from_time = dice.near(anchor - 6 * HOUR, 8 * HOUR, fine)
        to_time = from_time + dice.randint(4, 30) * HOUR
    else:
        from_time = dice.near(anchor - DAY // 2, DAY, fine or dice.chance(0.2))
        to_time = from_time + dice.weighted(((dice.randint(3, 84) * HOUR, 9), (dice.randint(0, 72 * 3600) * SECOND, 3), (0, 0.1)))
    if dice.chance(LONG_WINDOWS):
        step = dice.choice(LONG_STEPS)
        to_time = from_time + dice.choice((dice.randint(10, 366) * DAY, LONGEST_WINDOW))
    # small steps over long windows would only cost time
    most = 700 * reference.s17_setting("slot_interval_minutes", business, service, step) * MINUTE // max(1, len(business.employees))
    to_time = min(to_time, from_time + most)

    before = from_time - dice.randint(0, 2 * 96) * 15 * MINUTE
    as_of = dice.weighted(((before - before % (15 * MINUTE), 5), (before, 2), (dice.near(from_time, DAY, True), 3),
                           (from_time, 1), (dice.near((from_time + to_time) // 2, DAY // 2, fine), 2), (FAR_PAST, 1)))

    employee_id = None
    if business.employees and dice.chance(0.07 if reference.s12_own_resource(business) else 0.3):
        employee_id = dice.choice(list(business.employees))
    elif dice.chance(0.01):
        employee_id = dice.identity()
    return Question(service.id, from_time, to_time, as_of, employee_id, step)


def end_horizon_near(dice: Dice, business: Business, question: Question, anchor: int):
    """The last local date of the horizon is that of the anchor, or lies in the window."""
    as_of = reference.local_date(business.time_zone, question.as_of)
    last = reference.local_date(business.time_zone, dice.choice((anchor, anchor, dice.randint(question.from_time, question.to_time))))
    days = (last - as_of).days + dice.choice((0, 0, 0, -1))
    if 0 <= days <= 60:
        owner = dice.choice((business, business.services[question.service_id]))
        owner.settings["max_advance_days"] = days


def make_bookings(dice: Dice, business: Business, question: Question, fine: bool):
    for employee_id in [None] + list(business.employees):
        own_resource = employee_id is None and reference.s12_own_resource(business)
        if employee_id is None and not own_resource:
            count = dice.weighted(((0, 5), (1, 2), (2, 2), (4, 2)))
        else:
            count = dice.weighted(((0, 2), (1, 2), (2, 2), (3, 2), (5, 1), (8, 0.3)))
        for _ in range(count):
            business.bookings.append(make_booking(dice, business, question, employee_id, fine))
    dice.shuffle(business.bookings)
    # now and then they were sold under a larger capacity (S15)
    mark_overbooked(business, business if dice.chance(0.85) else with_more_capacity(business))


def make_booking(dice: Dice, business: Business, question: Question, employee_id, fine: bool) -> Booking:
    services = list(business.services.values())
    service = services[0] if dice.chance(0.65 if employee_id is not None else 0.4) else dice.choice(services)
    repeatable = [booking for booking in business.bookings if booking.employee_id == employee_id]
    if repeatable and dice.chance(0.35 if employee_id is not None else 0.6):  # the same session again, or nearly
        model = dice.choice(repeatable)
        service, start, end = business.services[model.service_id], model.start, model.end
        if dice.chance(0.2):
            end += 5 * MINUTE
        elif dice.chance(0.2):
            service = dice.choice(services)
    else:
        start = booking_start(dice, business, question, employee_id, service, fine)
        if dice.chance(0.7):
            end = start + service.duration * MINUTE
        else:
            end = start + dice.choice((15, 20, 30, 45, 60, 75, 180, 600, 1440)) * MINUTE
        if fine and dice.chance(0.3):
            end += dice.randint(1, 59_999_999)
        if dice.chance(0.03):  # the longest that there may be, from before the window into it
            start -= LONGEST_BOOKING - DAY
            end = start + LONGEST_BOOKING
        elif dice.chance(0.05):  # of half a day or days, and ends about where the window begins
            end = dice.near(question.from_time, 2 * HOUR, fine)
            start = end - dice.choice((359, 360, 361, 390, 600, 1440, 4320, 10080)) * MINUTE
    end = min(end, start + LONGEST_BOOKING)

    before, after = service.before, service.after
    if dice.chance(0.25):  # frozen when the service had others
        before, after = (dice.choice((0, 0, 5, 10, 15, 30, 60, 240, 360, 1440)) for _ in range(2))
    status = dice.weighted((("confirmed", 10), ("pending", 4), ("completed", 2), ("cancelled", 2), ("rejected", 1), ("no_show", 1),
                            (dice.choice(LABELS), 1)))
    expires = None
    if status == "pending" and dice.chance(0.6):
        expires = question.as_of + dice.choice((-DAY, -5 * MINUTE, -1, 0, 0, 1, 5 * MINUTE, DAY))
    return Booking(dice.identity(), service.id, employee_id, start, end, before, after, status, expires, dice.chance(0.03))


def booking_start(dice: Dice, business: Business, question: Question, employee_id, service: Service, fine: bool) -> int:
    """Half of them on the employee's own grid, so that sessions are met."""
    employee = business.employees.get(employee_id)
    if dice.chance(0.5):
        days = reference.days_that_matter(business, service, question)
        offered = [interval for interval in reference.s5_offered(business, employee, days)
                   if reference.meet(interval, (question.from_time - DAY // 2, question.to_time + DAY // 2))]
        if offered:
            start, end = dice.choice(offered)
            step = reference.s17_setting("slot_interval_minutes", business, service, question.step) * MINUTE
            return start + dice.randrange(0, min(40, (end - start + step - 1) // step)) * step
    middle = (question.from_time + question.to_time) // 2
    return dice.near(middle, (question.to_time - question.from_time) // 2 + DAY // 4, fine)


def with_more_capacity(business: Business) -> Business:
    return replace(business, services={identity: replace(service, settings={**service.settings, "capacity": 10})
                                       for identity, service in business.services.items()})


def mark_overbooked(business: Business, at_the_time: Business):
    """In the order of insertion: what the guard (S18) would have refused is forced in as overbooked."""
    for index, booking in enumerate(business.bookings):
        if not booking.overbooked and refused_by_guard(at_the_time, business.bookings[:index], booking):
            business.bookings[index] = replace(booking, overbooked=True)


def refused_by_guard(business: Business, earlier: List[Booking], booking: Booking) -> bool:
    """One exclusion constraint per resource, and seats up to the capacity within a session; holds count, expired or not."""
    if not guarded(booking):
        return False
    if booking.employee_id is None and not reference.s12_own_resource(business):
        return False  # no resource
    rivals = [other for other in earlier
              if guarded(other) and other.employee_id == booking.employee_id
              and reference.meet(reference.s6_busy(other), reference.s6_busy(booking))]
    session = [other for other in rivals
               if (other.service_id, other.start, other.end) == (booking.service_id, booking.start, booking.end)]
    capacity = reference.s17_setting("capacity", business, business.services[booking.service_id])
    return len(session) < len(rivals) or len(session) >= capacity


def guarded(booking: Booking) -> bool:
    return not booking.overbooked and booking.status not in ("cancelled", "rejected", "no_show")


def features(scenario: Scenario) -> Set[str]:
    """What of the rules that take time away or give it, whoever it is, is there at all."""
    business = scenario.business
    rows = [row for owner in [business] + list(business.employees.values()) for row in owner.weekly_rows]
    found = {"closure" if override.is_unavailable else "opening" for override in business.overrides}
    found |= {"season" for row in rows if row.valid_from is not None or row.valid_to is not None}
    horizon = reference.s17_setting("max_advance_days", business, business.services[scenario.question.service_id])
    return found | ({"horizon"} if horizon is not None else set())


# ---------------------------------------------------------------------------------------------------------------------------------
# Changes for the properties of the contract: each leaves the first business alone and gives a second one.

def with_another_employee(dice: Dice, scenario: Scenario) -> Tuple[Business, Employee]:
    business = scenario.business
    employee = make_employee(dice, business, scenario.question.from_time, False)
    services = {identity: replace(service, mapped_employees=service.mapped_employees | {employee.id}) if dice.chance(0.8) else service
                for identity, service in business.services.items()}
    return replace(business, employees={**business.employees, employee.id: employee}, services=services), employee


def with_another_booking(dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, Booking]:
    employee_id = dice.choice([None] + list(business.employees))
    booking = make_booking(dice, business, scenario.question, employee_id, False)
    if not booking.overbooked and refused_by_guard(business, business.bookings, booking):
        booking = replace(booking, overbooked=True)
    return replace(business, bookings=business.bookings + [booking]), booking


def with_another_absence(dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, str, Override]:
    """Needs an employee."""
    employee = business.employees[dice.choice(list(business.employees))]
    middle = (scenario.question.from_time + scenario.question.to_time) // 2
    override = make_override(dice, middle, False, True)
    changed = replace(employee, overrides=employee.overrides + [override])
    return replace(business, employees={**business.employees, employee.id: changed}), employee.id, override


def with_another_closure(dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, Override]:
    return with_override_of_business(dice, scenario, business, True)


def with_another_opening(dice: Dice, scenario: Scenario, business: Business) -> Tuple[Business, Override]:
    return with_override_of_business(dice, scenario, business, False)


def with_override_of_business(dice: Dice, scenario: Scenario, business: Business, is_unavailable: bool) -> Tuple[Business, Override]:
    middle = (scenario.question.from_time + scenario.question.to_time) // 2
    override = make_override(dice, middle, False, is_unavailable)
    return replace(business, overrides=business.overrides + [override]), override
