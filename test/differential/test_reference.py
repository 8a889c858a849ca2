"""Tests of the reference itself: the fixed cases of the contract, and for each rule S1-S17 and S19 small cases whose answers were worked
out by hand, so that the reference is not merely consistent with itself. Needs no server: python3 -m unittest test_reference"""

import unittest
from dataclasses import replace
from datetime import date

import reference
from calendar_json import instant_text, read_instant, read_time_of_day
from fixed_cases import fixed_cases
from reference import Booking, Business, Employee, Override, Question, Service, UnknownService, WeeklyRow, find_available_slots

MONDAY = "2026-01-12"
TUESDAY = "2026-01-13"
SUN, MON, TUE, WED, THU, FRI, SAT = range(7)


def row(day_of_week, start, end):
    return WeeklyRow(day_of_week, read_time_of_day(start), read_time_of_day(end))


def off(day_of_week, start=None, end=None):
    return WeeklyRow(day_of_week, read_time_of_day(start), read_time_of_day(end), True)


def season(first, last, *rows):
    """The same rows from one date to another, both included; None is open."""
    valid_from, valid_to = (text and date.fromisoformat(text) for text in (first, last))
    return [replace(each, valid_from=valid_from, valid_to=valid_to) for each in rows]


def at(text):
    """`09:00` is on the Monday of most tests; anything longer is a whole instant. Always UTC."""
    return read_instant((f"{MONDAY}T{text}" if len(text) <= 8 else text) + "Z")


def available(start, end):
    return Override(at(start), at(end), False)


def unavailable(start, end):
    return Override(at(start), at(end), True)


class Shop:
    """A business with one service `s` that every employee does, unless a test changes it."""

    def __init__(self, zone="Etc/UTC", duration=60, before=0, after=0, settings=None, default=(), **service_settings):
        self.service = Service("s", duration, before, after, settings=service_settings)
        self.business = Business("shop", zone, settings=settings or {}, weekly_rows=list(default), services={"s": self.service})

    def employee(self, identity, rows=(), overrides=(), status="active", mapped=True, settings=None):
        self.business.employees[identity] = Employee(identity, status, list(rows), list(overrides), settings or {})
        if mapped:
            self.service.mapped_employees |= {identity}
        return self

    def override(self, *overrides):
        """Of the whole business."""
        self.business.overrides += overrides
        return self

    def other_service(self, identity, employees=(), duration=60, status="active"):
        self.business.services[identity] = Service(identity, duration, status=status, mapped_employees=frozenset(employees))
        return self

    def booking(self, employee, start, end, before=0, after=0, status="confirmed", service="s", identity=None, **more):
        number = len(self.business.bookings)
        if "hold_expires_at" in more:
            more["hold_expires_at"] = at(more["hold_expires_at"])
        self.business.bookings.append(
            Booking(identity or f"b{number}", service, employee, at(start), at(end), before, after, status, **more))
        return self

    def slots(self, step=None, start=f"{MONDAY}T00:00", end=f"{TUESDAY}T00:00", as_of="2000-01-01T00:00", employee=None, exclude=None,
              service="s"):
        return find_available_slots(self.business, Question(service, at(start), at(end), at(as_of), employee, step, exclude))

    def starts(self, *arguments, **named):
        return [instant_text(slot.start)[11:16] for slot in self.slots(*arguments, **named)]

    def full_starts(self, *arguments, **named):
        return [instant_text(slot.start)[5:16] for slot in self.slots(*arguments, **named)]

    def people(self, *arguments, **named):
        return {instant_text(slot.start)[11:16]: "".join(slot.employee_ids) for slot in self.slots(*arguments, **named)}

    def remaining(self, *arguments, **named):
        return {instant_text(slot.start)[11:16]: slot.remaining_capacity for slot in self.slots(*arguments, **named)}


class FixedCases(unittest.TestCase):
    def test_every_fixed_case(self):
        for case in fixed_cases():
            with self.subTest(case.name):
                slots = find_available_slots(case.business, case.question)
                self.assertEqual([(instant_text(slot.start), slot.employee_ids) for slot in slots],
                                 [(instant_text(start), people) for start, people in case.expected])

    def test_their_number(self):
        self.assertEqual(len(fixed_cases()), 14)


class S1WeeklyHours(unittest.TestCase):
    default = (row(MON, "09:00", "11:00"), row(TUE, "09:00", "11:00"))
    both_days = {"start": f"{MONDAY}T00:00", "end": "2026-01-14T00:00"}

    def test_default_hours_without_own_rows(self):
        self.assertEqual(Shop(default=self.default).employee("a").starts(60), ["09:00", "10:00"])

    def test_own_schedule_replaces_the_whole_default(self):
        shop = Shop(default=self.default).employee("a", [row(MON, "14:00", "15:00")])
        self.assertEqual(shop.full_starts(60, **self.both_days), ["01-12T14:00"])

    def test_an_off_row_of_another_day_is_a_schedule_too(self):
        self.assertEqual(Shop(default=self.default).employee("a", [off(SAT)]).full_starts(60, **self.both_days), [])

    def test_inheritance_by_day(self):
        shop = Shop(default=self.default, settings={"working_hours_inheritance": "day"}).employee("a", [row(MON, "14:00", "15:00")])
        self.assertEqual(shop.full_starts(60, **self.both_days), ["01-12T14:00", "01-13T09:00", "01-13T10:00"])

    def test_inheritance_by_day_stops_at_an_off_row(self):
        shop = Shop(default=self.default, settings={"working_hours_inheritance": "day"}).employee("a", [off(MON)])
        self.assertEqual(shop.full_starts(60, **self.both_days), ["01-13T09:00", "01-13T10:00"])

    def test_one_employee_with_own_rows_leaves_the_default_to_the_other(self):
        shop = Shop(default=self.default).employee("a", [row(MON, "10:00", "12:00")]).employee("b")
        self.assertEqual(shop.people(60), {"09:00": "b", "10:00": "ab", "11:00": "a"})


class S1Seasons(unittest.TestCase):
    every_day = [row(day, "09:00", "10:00") for day in range(7)]
    later = [row(day, "14:00", "15:00") for day in range(7)]
    week = {"start": "2026-01-12T00:00", "end": "2026-01-16T00:00"}  # Monday to Thursday

    def test_both_ends_are_included(self):
        shop = Shop().employee("a", season("2026-01-13", "2026-01-14", *self.every_day))
        self.assertEqual(shop.full_starts(60, **self.week), ["01-13T09:00", "01-14T09:00"])

    def test_open_ends(self):
        shop = Shop().employee("a", season("2026-01-14", None, *self.every_day))
        self.assertEqual(shop.full_starts(60, **self.week), ["01-14T09:00", "01-15T09:00"])
        shop = Shop().employee("a", season(None, "2026-01-13", *self.every_day))
        self.assertEqual(shop.full_starts(60, **self.week), ["01-12T09:00", "01-13T09:00"])

    def test_of_the_business(self):
        shop = Shop(default=season(None, "2026-01-13", *self.every_day) + season("2026-01-14", None, *self.later)).employee("a")
        self.assertEqual(shop.full_starts(60, **self.week), ["01-12T09:00", "01-13T09:00", "01-14T14:00", "01-15T14:00"])

    def test_seasons_that_overlap_merge(self):
        shop = Shop().employee("a", self.every_day + season("2026-01-13", "2026-01-13", row(TUE, "10:00", "11:00")))
        self.assertEqual(shop.full_starts(60, **self.week), ["01-12T09:00", "01-13T09:00", "01-13T10:00", "01-14T09:00", "01-15T09:00"])

    def test_who_replaces_is_decided_for_each_date(self):
        # a row for Saturdays is a schedule from the 13th to the 14th alone
        shop = Shop(default=self.every_day).employee("a", season("2026-01-13", "2026-01-14", row(SAT, "14:00", "15:00")))
        self.assertEqual(shop.full_starts(60, **self.week), ["01-12T09:00", "01-15T09:00"])

    def test_by_day_as_well(self):
        shop = Shop(default=self.every_day, settings={"working_hours_inheritance": "day"})
        shop.employee("a", season("2026-01-13", None, row(TUE, "14:00", "15:00")) + season(None, "2026-01-13", row(WED, "14:00", "15:00")))
        self.assertEqual(shop.full_starts(60, **self.week), ["01-12T09:00", "01-13T14:00", "01-14T09:00", "01-15T09:00"])

    def test_an_off_row_with_a_season(self):
        shop = Shop(default=self.every_day).employee("a", season("2026-01-13", "2026-01-13", off(TUE)))
        self.assertEqual(shop.full_starts(60, **self.week), ["01-12T09:00", "01-14T09:00", "01-15T09:00"])

    def test_dates_are_those_of_the_business(self):
        # Tuesday 00:30 in Berlin is 23:30Z of Monday
        rows = row(TUE, "00:30", "01:00"), row(MON, "23:30", "24:00")
        shop = Shop("Europe/Berlin", 30).employee("a", season(TUESDAY, TUESDAY, *rows))
        self.assertEqual(shop.full_starts(60, start="2026-01-11T00:00", end="2026-01-16T00:00"), ["01-12T23:30"])

    def test_a_night_belongs_to_the_date_on_which_it_starts(self):
        shop = Shop().employee("a", season(None, "2026-01-12", row(MON, "23:00", "02:00"), row(TUE, "23:00", "02:00")))
        self.assertEqual(shop.full_starts(60, **self.week), ["01-12T23:00", "01-13T00:00", "01-13T01:00"])


class S2Off(unittest.TestCase):
    def test_an_off_row_contributes_nothing_and_the_others_still_count(self):
        shop = Shop().employee("a", [off(MON, "08:00", "18:00"), off(MON), row(MON, "09:00", "10:00")])
        self.assertEqual(shop.starts(60), ["09:00"])

    def test_sunday_is_zero(self):
        shop = Shop().employee("a", [row(SUN, "09:00", "10:00")])
        self.assertEqual(shop.full_starts(60, start="2026-01-10T00:00", end="2026-01-20T00:00"), ["01-11T09:00", "01-18T09:00"])

    def test_split_shifts(self):
        shop = Shop().employee("a", [row(MON, "09:00", "10:00"), row(MON, "13:00", "15:00")])
        self.assertEqual(shop.starts(60), ["09:00", "13:00", "14:00"])

    def test_overlapping_rows_merge_and_keep_both_grids(self):
        shop = Shop(duration=90).employee("a", [row(MON, "09:00", "10:00"), row(MON, "09:30", "11:00")])
        self.assertEqual(shop.starts(60), ["09:00", "09:30"])


class S3Midnight(unittest.TestCase):
    def test_touching_rows_let_a_slot_cross_midnight(self):
        shop = Shop().employee("a", [row(MON, "22:30", "24:00"), row(TUE, "00:00", "02:00")])
        self.assertEqual(shop.full_starts(30, end="2026-01-14T00:00"),
                         ["01-12T22:30", "01-12T23:00", "01-12T23:30", "01-13T00:00", "01-13T00:30", "01-13T01:00"])

    def test_an_end_before_the_start_is_the_next_day_keyed_to_the_start_day(self):
        shop = Shop().employee("a", [row(MON, "22:30", "02:00")])
        self.assertEqual(shop.full_starts(60, end="2026-01-14T00:00"), ["01-12T22:30", "01-12T23:30", "01-13T00:30"])

    def test_the_tail_of_the_day_before_the_window_counts(self):
        shop = Shop().employee("a", [row(MON, "22:30", "02:00")])
        self.assertEqual(shop.full_starts(60, start="2026-01-13T00:00", end="2026-01-14T00:00"), ["01-13T00:30"])


class S4LocalTime(unittest.TestCase):
    def test_both_ends_in_a_gap_contribute_nothing(self):
        # Berlin 2026-03-29: 02:00 -> 03:00 at 01:00Z. 02:30 is 01:30Z, 03:15 is 01:15Z.
        shop = Shop("Europe/Berlin", 15).employee("a", [row(SUN, "02:30", "03:15")])
        self.assertEqual(shop.starts(15, start="2026-03-28T00:00", end="2026-03-30T00:00"), [])

    def test_start_in_an_overlap_is_the_first_occurrence(self):
        # Berlin 2026-10-25: 03:00 -> 02:00 at 01:00Z. 02:30 is 00:30Z (and again 01:30Z), 04:00 is 03:00Z.
        shop = Shop("Europe/Berlin").employee("a", [row(SUN, "02:30", "04:00")])
        self.assertEqual(shop.starts(60, start="2026-10-24T22:00", end="2026-10-25T23:00"), ["00:30", "01:30"])

    def test_end_in_an_overlap_is_the_first_occurrence(self):
        shop = Shop("Europe/Berlin", 30).employee("a", [row(SUN, "01:00", "02:30")])
        self.assertEqual(shop.starts(30, start="2026-10-24T22:00", end="2026-10-25T23:00"), ["23:00", "23:30", "00:00"])

    def test_midnight_in_a_gap(self):
        # Santiago 2024-09-08: 00:00 -> 01:00 at 04:00Z, so that 00:00-02:00 has one hour.
        shop = Shop("America/Santiago", 30).employee("a", [row(SUN, "00:00", "02:00")])
        self.assertEqual(shop.starts(30, start="2024-09-07T00:00", end="2024-09-09T00:00"), ["04:00", "04:30"])

    def test_half_an_hour_of_summer_time(self):
        # Lord Howe 2025-04-06: 02:00 (+11) -> 01:30 (+10:30) at 2025-04-05T15:00Z. 01:00 is 14:00Z, 03:00 is 16:30Z.
        shop = Shop("Australia/Lord_Howe", 30).employee("a", [row(SUN, "01:00", "03:00")])
        self.assertEqual(shop.starts(30, start="2025-04-05T00:00", end="2025-04-06T12:00"),
                         ["14:00", "14:30", "15:00", "15:30", "16:00"])

    def test_a_date_that_never_was(self):
        # Apia went from 2011-12-29 24:00 (-10) to 2011-12-31 00:00 (+14) at 2011-12-30T10:00Z.
        shop = Shop("Pacific/Apia").employee("a", [row(THU, "22:00", "24:00"), row(FRI, "09:00", "12:00"), row(SAT, "00:00", "01:00")])
        self.assertEqual(shop.full_starts(30, start="2011-12-29T10:00", end="2012-01-01T10:00"),
                         ["12-30T08:00", "12-30T08:30", "12-30T09:00", "12-30T09:30", "12-30T10:00"])
        self.assertFalse(reference.s4_date_exists("Pacific/Apia", date(2011, 12, 30)))
        self.assertTrue(reference.s4_date_exists("Pacific/Apia", date(2011, 12, 29)))
        self.assertTrue(reference.s4_date_exists("Pacific/Apia", date(2011, 12, 31)))

    def test_an_overlap_that_straddles_midnight(self):
        # Goose Bay 2006-10-29: 00:01 (-3) -> 2006-10-28 23:01 (-4) at 03:01Z.
        def texts(day):
            return [(instant_text(start), instant_text(end)) for start, end in reference.instants_of_date("America/Goose_Bay", day)]
        self.assertEqual(texts(date(2006, 10, 28)), [("2006-10-28T03:00:00Z", "2006-10-29T03:00:00Z"),
                                                     ("2006-10-29T03:01:00Z", "2006-10-29T04:00:00Z")])
        self.assertEqual(texts(date(2006, 10, 29)), [("2006-10-29T03:00:00Z", "2006-10-29T03:01:00Z"),
                                                     ("2006-10-29T04:00:00Z", "2006-10-30T04:00:00Z")])
        # Saturday's 24:00 and Sunday's 00:00 are the same, first, midnight: 03:00Z; Sunday 02:00 is 06:00Z.
        shop = Shop("America/Goose_Bay").employee("a", [row(SAT, "22:00", "24:00"), row(SUN, "00:00", "02:00")])
        self.assertEqual(shop.starts(60, start="2006-10-28T12:00", end="2006-10-29T12:00"), ["01:00", "02:00", "03:00", "04:00", "05:00"])

    def test_fold_zero_agrees_with_the_offset_before_the_transition(self):
        # Every quarter of an hour of two days around transitions: the wall time under the old offset, until the new one has taken over.
        for zone, first, transition, old, new in (
                ("Europe/Berlin", date(2026, 3, 28), "2026-03-29T01:00", 60, 120),
                ("Europe/Berlin", date(2026, 10, 24), "2026-10-25T01:00", 120, 60),
                ("America/Havana", date(2024, 11, 2), "2024-11-03T05:00", -240, -300),
                ("Asia/Beirut", date(2024, 3, 30), "2024-03-30T22:00", 120, 180)):
            for day in (first, date.fromordinal(first.toordinal() + 1)):
                midnight = read_instant(f"{day}T00:00Z")
                for quarter in range(96):
                    wall = quarter * 15 * reference.MINUTE
                    by_old = midnight + wall - old * reference.MINUTE
                    by_new = midnight + wall - new * reference.MINUTE
                    change = at(transition)
                    in_gap = by_old >= change and by_new < change
                    expected = by_old if by_old < change or in_gap else by_new
                    self.assertEqual(reference.s4_instant(zone, day, wall), expected, (zone, day, quarter))


class S5Overrides(unittest.TestCase):
    def test_available_adds_and_unavailable_wins(self):
        shop = Shop().employee("a", [row(MON, "09:00", "11:00")],
                               [available("10:00", "13:00"), unavailable("11:00", "11:30"), unavailable("09:00", "09:30")])
        # weekly grid 09:00 10:00, override grid 10:00 11:00 12:00; what is left is 09:30-11:00 and 11:30-13:00
        self.assertEqual(shop.starts(60), ["10:00", "12:00"])

    def test_replace(self):
        shop = Shop(settings={"availability_override_mode": "replace"}).employee(
            "a", [row(MON, "09:00", "11:00"), row(TUE, "09:00", "10:00")], [available("14:00", "15:00")])
        self.assertEqual(shop.full_starts(60, end="2026-01-14T00:00"), ["01-12T14:00", "01-13T09:00"])

    def test_replace_leaves_the_tail_of_the_day_before(self):
        shop = Shop(settings={"availability_override_mode": "replace"}).employee(
            "a", [row(SUN, "23:00", "02:00"), row(MON, "23:00", "02:00")], [available("14:00", "15:00")])
        self.assertEqual(shop.full_starts(60, start="2026-01-11T12:00", end="2026-01-13T12:00"),
                         ["01-11T23:00", "01-12T00:00", "01-12T01:00", "01-12T14:00"])

    def test_replace_by_an_override_that_ends_at_midnight(self):
        shop = Shop(settings={"availability_override_mode": "replace"}).employee(
            "a", [row(TUE, "09:00", "10:00")], [available("22:00", f"{TUESDAY}T00:00")])
        self.assertEqual(shop.full_starts(60, end="2026-01-14T00:00"), ["01-12T22:00", "01-12T23:00", "01-13T09:00"])

    def test_an_unavailable_override_replaces_nothing(self):
        shop = Shop(settings={"availability_override_mode": "replace"}).employee(
            "a", [row(MON, "09:00", "11:00")], [unavailable("09:00", "10:00")])
        self.assertEqual(shop.starts(60), ["10:00"])

    def test_replace_goes_by_local_dates(self):
        # 23:30Z on Monday is Tuesday 12:30 in Auckland (+13): Tuesday's row 09:00-10:00 (20:00Z on Monday) is replaced.
        shop = Shop("Pacific/Auckland", settings={"availability_override_mode": "replace"}).employee(
            "a", [row(MON, "09:00", "10:00"), row(TUE, "09:00", "10:00")], [available("23:00", f"{TUESDAY}T00:00")])
        self.assertEqual(shop.full_starts(60, start="2026-01-11T12:00", end="2026-01-13T12:00"), ["01-11T20:00", "01-12T23:00"])

    def test_replace_where_a_date_is_two_intervals(self):
        # 03:15Z-03:45Z is 23:16-23:46 of Saturday for the second time: Saturday is touched, Sunday (03:00Z-03:01Z, from 04:00Z) is not.
        shop = Shop("America/Goose_Bay", 30, settings={"availability_override_mode": "replace"}).employee(
            "a", [row(SAT, "22:00", "23:00"), row(SUN, "01:00", "02:00")],
            [available("2006-10-29T03:15", "2006-10-29T03:45")])
        self.assertEqual(shop.starts(30, start="2006-10-28T12:00", end="2006-10-29T12:00"), ["03:15", "05:00", "05:30"])


class S5OfTheWholeBusiness(unittest.TestCase):
    hours = [row(MON, "09:00", "11:00")]
    both_days = {"start": f"{MONDAY}T00:00", "end": "2026-01-14T00:00"}

    def test_a_closure_is_everybodys(self):
        shop = Shop(default=self.hours).override(unavailable("10:00", "11:00")).employee("a").employee("b", self.hours)
        self.assertEqual(shop.people(60), {"09:00": "ab"})

    def test_it_wins_over_own_and_common_openings(self):
        shop = Shop(default=self.hours).override(unavailable("10:00", "15:00"), available("11:00", "13:00"))
        shop.employee("a", overrides=[available("13:00", "16:00")])
        self.assertEqual(shop.starts(60), ["09:00", "15:00"])

    def test_a_business_that_is_its_own_resource(self):
        shop = Shop(default=self.hours).override(unavailable("10:00", "11:00"), available("14:00", "15:00"))
        self.assertEqual(shop.starts(60), ["09:00", "14:00"])

    def test_an_opening_is_for_who_follows_the_business(self):
        shop = Shop(default=self.hours).override(available(f"{TUESDAY}T09:00", f"{TUESDAY}T10:00"))
        shop.employee("a").employee("b", [off(SAT)]).employee("c", [row(TUE, "09:00", "09:30")])
        shop.employee("d", season(f"{MONDAY}", f"{MONDAY}", off(SAT)))
        self.assertEqual(shop.people(60, start=f"{TUESDAY}T00:00", end="2026-01-14T00:00"), {"09:00": "ad"})

    def test_by_day_for_who_has_no_row_that_day(self):
        shop = Shop(settings={"working_hours_inheritance": "day"}).override(available(f"{TUESDAY}T09:00", f"{TUESDAY}T10:00"))
        shop.employee("a", [row(MON, "09:00", "10:00")]).employee("b", [off(TUE)])
        self.assertEqual(shop.people(60, start=f"{TUESDAY}T00:00", end="2026-01-14T00:00"), {"09:00": "a"})

    def test_the_date_on_which_it_starts_decides_about_the_whole(self):
        opening = available("23:00", f"{TUESDAY}T01:00")
        shop = Shop().override(opening).employee("a", season(TUESDAY, None, off(SAT))).employee("b", season(None, MONDAY, off(SAT)))
        self.assertEqual(shop.people(60, **self.both_days), {"23:00": "a", "00:00": "a"})

    def test_its_date_is_that_of_the_business(self):
        # 23:30Z of Monday is Tuesday in Berlin
        shop = Shop("Europe/Berlin", 30).override(available("23:30", f"{TUESDAY}T00:00"))
        shop.employee("a", season(TUESDAY, TUESDAY, off(SAT))).employee("b", season(MONDAY, MONDAY, off(SAT)))
        self.assertEqual(shop.people(30), {"23:30": "b"})

    def test_an_opening_replaces_like_an_own_one(self):
        shop = Shop(default=self.hours, settings={"availability_override_mode": "replace"}).override(available("14:00", "15:00"))
        self.assertEqual(shop.starts(60), ["14:00"])
        shop.employee("a").employee("b", self.hours)
        self.assertEqual(shop.people(60), {"14:00": "a", "09:00": "b", "10:00": "b"})

    def test_it_replaces_each_date_that_it_touches(self):
        # a follows on Monday, when it starts; Tuesday's own row is replaced all the same. b follows on Tuesday, which is too late
        shop = Shop(default=self.hours, settings={"availability_override_mode": "replace"})
        shop.override(available("23:00", f"{TUESDAY}T01:00"))
        shop.employee("a", season(TUESDAY, None, row(TUE, "09:00", "10:00")))
        shop.employee("b", season(None, MONDAY, row(MON, "09:00", "10:00")))
        self.assertEqual(shop.people(60, **self.both_days), {"23:00": "a", "00:00": "a", "09:00": "b"})

    def test_a_closure_replaces_nothing(self):
        shop = Shop(default=self.hours, settings={"availability_override_mode": "replace"}).override(unavailable("09:00", "10:00"))
        self.assertEqual(shop.employee("a").starts(60), ["10:00"])

    def test_an_own_override_leaves_one_a_follower(self):
        shop = Shop(default=self.hours, settings={"availability_override_mode": "replace"}).override(available("14:00", "15:00"))
        self.assertEqual(shop.employee("a", overrides=[available("18:00", "19:00")]).starts(60), ["14:00", "18:00"])

    def test_on_a_day_on_which_the_business_is_off(self):
        shop = Shop(default=self.hours + [off(TUE)]).override(available(f"{TUESDAY}T09:00", f"{TUESDAY}T10:00")).employee("a")
        self.assertEqual(shop.full_starts(60, **self.both_days), ["01-12T09:00", "01-12T10:00", "01-13T09:00"])

    def test_buffers_may_reach_into_a_closure_unless_they_must_stay_within_hours(self):
        for within, expected in ((False, ["09:00", "09:30"]), (True, ["09:00"])):
            shop = Shop(duration=30, after=15, buffers_within_hours=within).override(unavailable("10:00", "11:00"))
            self.assertEqual(shop.employee("a", self.hours).starts(30), expected)

    def test_grids(self):
        # the opening has its own grid; the closure moves none
        shop = Shop(default=self.hours, duration=30).override(available("09:50", "11:00"), unavailable("09:00", "09:10")).employee("a")
        self.assertEqual(shop.starts(40), ["09:40", "09:50", "10:20", "10:30"])
        shop = Shop(default=self.hours, duration=30).override(available("09:50", "11:00")).employee("a", self.hours)
        self.assertEqual(shop.starts(40), ["09:00", "09:40", "10:20"])

    def test_who_is_hired_later(self):
        shop = Shop().override(unavailable(f"{MONDAY}T00:00", "2026-01-13T00:00")).employee("new", self.hours)
        self.assertEqual(shop.starts(60), [])


class S6Buffers(unittest.TestCase):
    def test_the_gap_is_the_sum_of_both_buffers(self):
        shop = Shop(before=10, after=5).employee("a", [row(MON, "08:00", "18:00")])
        shop.booking("a", "10:00", "11:00", before=20, after=15)
        # busy 09:40-11:15: the last slot before it ends, with 5 after, by 09:40; the next one starts at 11:25 or later
        self.assertEqual(shop.starts(5)[:8], ["08:00", "08:05", "08:10", "08:15", "08:20", "08:25", "08:30", "08:35"])
        self.assertEqual(shop.starts(5)[8], "11:25")

    def test_buffers_do_not_need_working_time(self):
        shop = Shop(duration=30, before=15, after=15)
        shop.employee("a", [row(MON, "09:00", "10:00")])
        self.assertEqual(shop.starts(15), ["09:00", "09:15", "09:30"])

    def test_buffers_within_hours(self):
        shop = Shop(duration=30, before=15, after=15, buffers_within_hours=True).employee("a", [row(MON, "09:00", "10:15")])
        self.assertEqual(shop.starts(15), ["09:15", "09:30"])

    def test_buffers_meet_an_unavailable_override_only_by_the_setting(self):
        for within, expected in ((False, ["09:00", "09:30", "11:00", "11:30"]), (True, ["11:30"])):
            shop = Shop(duration=30, before=15, after=15, buffers_within_hours=within)
            shop.employee("a", [row(MON, "09:00", "12:15")], [unavailable("10:00", "11:00")])
            self.assertEqual([start for start in shop.starts(30) if start != "12:00"], expected)

    def test_frozen_buffers_of_the_booking_count_not_the_services(self):
        shop = Shop(before=0, after=0).employee("a", [row(MON, "09:00", "13:00")]).booking("a", "10:00", "11:00", after=30)
        self.assertEqual(shop.starts(30), ["09:00", "11:30", "12:00"])


class S7Alignment(unittest.TestCase):
    def test_shift_grids_of_two_rows(self):
        shop = Shop(duration=30).employee("a", [row(MON, "09:00", "10:00"), row(MON, "09:50", "11:00")])
        self.assertEqual(shop.starts(20), ["09:00", "09:20", "09:40", "09:50", "10:10", "10:30"])

    def test_an_available_override_has_its_own_grid(self):
        shop = Shop(duration=30).employee("a", [row(MON, "09:00", "10:00")], [available("09:50", "11:00")])
        self.assertEqual(shop.starts(20), ["09:00", "09:20", "09:40", "09:50", "10:10", "10:30"])

    def test_neither_bookings_nor_unavailable_overrides_move_the_grid(self):
        shop = Shop(duration=30).employee("a", [row(MON, "09:00", "12:00")], [unavailable("09:00", "09:10")])
        shop.booking("a", "10:00", "10:10")
        self.assertEqual(shop.starts(40), ["10:20", "11:00"])

    def test_clock(self):
        shop = Shop(duration=20, slot_alignment="clock", slot_offset_minutes=5).employee("a", [row(MON, "09:10", "11:00")])
        self.assertEqual(shop.starts(30), ["09:35", "10:05", "10:35"])

    def test_clock_starts_anew_each_midnight(self):
        # steps of 7 hours from 00:30: 00:30 07:30 14:30 21:30; k >= 0, so that 00:00 itself is none
        shop = Shop(slot_alignment="clock", slot_offset_minutes=30).employee(
            "a", [row(MON, "00:00", "24:00"), row(TUE, "00:00", "24:00")])
        self.assertEqual(shop.starts(420, end="2026-01-13T12:00"), ["00:30", "07:30", "14:30", "21:30", "00:30", "07:30"])

    def test_clock_counts_elapsed_minutes(self):
        # Berlin 2026-03-29 has 23 hours: midnight is 23:00Z, 05:00 local is 03:00Z, four hours later
        shop = Shop("Europe/Berlin", slot_alignment="clock").employee("a", [row(SUN, "00:00", "24:00")])
        self.assertEqual(shop.starts(300, start="2026-03-28T12:00", end="2026-03-29T22:00"), ["23:00", "04:00", "09:00", "14:00", "19:00"])

    def test_clock_where_midnight_comes_twice(self):
        shop = Shop("America/Goose_Bay", 30, slot_alignment="clock").employee("a", [row(SUN, "00:00", "02:00")])
        self.assertEqual(shop.starts(50, start="2006-10-29T00:00", end="2006-10-29T12:00"), ["03:00", "03:50", "04:40", "05:30"])

    def test_optimized_adds_the_end_of_each_busy_range(self):
        for alignment, expected in (("shift", ["10:00", "11:00"]), ("optimized", ["09:55", "10:00", "11:00"])):
            shop = Shop(duration=30, before=5, slot_alignment=alignment).employee("a", [row(MON, "09:00", "12:00")])
            shop.booking("a", "09:00", "09:40", after=10)
            self.assertEqual(shop.starts(60), expected)

    def test_optimized_is_each_employees_own(self):
        shop = Shop(duration=30, slot_alignment="optimized")
        shop.employee("a", [row(MON, "09:00", "11:00")]).employee("b", [row(MON, "09:00", "11:00")])
        shop.booking("a", "09:00", "09:40")
        self.assertEqual(shop.people(60), {"09:00": "b", "09:40": "a", "10:00": "ab"})

    def test_each_employee_keeps_their_own_grid(self):
        shop = Shop(duration=30).employee("a", [row(MON, "09:00", "10:00")]).employee("b", [row(MON, "09:10", "10:10")])
        self.assertEqual(shop.people(30), {"09:00": "a", "09:10": "b", "09:30": "a", "09:40": "b"})

    def test_step_of_fifteen_by_default(self):
        self.assertEqual(Shop().employee("a", [row(MON, "09:00", "10:30")]).starts(), ["09:00", "09:15", "09:30"])


class S8Fit(unittest.TestCase):
    def test_two_peoples_times_are_never_joined(self):
        shop = Shop(duration=90).employee("a", [row(MON, "09:00", "10:00")]).employee("b", [row(MON, "10:00", "11:00")])
        self.assertEqual(shop.starts(15), [])

    def test_touching_times_of_one_are_joined(self):
        shop = Shop(duration=90).employee("a", [row(MON, "09:00", "10:00")], [available("10:00", "11:00")])
        self.assertEqual(shop.starts(15), ["09:00", "09:15", "09:30"])

    def test_for_the_whole_of_it(self):
        shop = Shop(duration=60).employee("a", [row(MON, "09:00", "12:00")], [unavailable("10:30", "10:31")])
        self.assertEqual(shop.starts(30), ["09:00", "09:30", "11:00"])


class S9Window(unittest.TestCase):
    shop = Shop().employee("a", [row(MON, "09:00", "12:00")])

    def test_from_is_in_and_to_is_out(self):
        self.assertEqual(self.shop.starts(30, start=f"{MONDAY}T09:30", end=f"{MONDAY}T10:30"), ["09:30", "10:00"])

    def test_a_slot_may_end_after_the_window(self):
        self.assertEqual(self.shop.starts(30, start=f"{MONDAY}T10:00", end=f"{MONDAY}T10:01"), ["10:00"])

    def test_an_empty_window(self):
        self.assertEqual(self.shop.starts(30, start=f"{MONDAY}T10:00", end=f"{MONDAY}T10:00"), [])

    def test_a_booking_beyond_the_window_still_blocks(self):
        shop = Shop().employee("a", [row(MON, "09:00", "12:00")]).booking("a", "11:00", "11:30", before=15)
        self.assertEqual(shop.starts(30, start=f"{MONDAY}T10:00", end=f"{MONDAY}T10:15"), [])

    def test_the_window_may_be_cut_anywhere(self):
        whole = self.shop.slots(20)
        for cut in ("09:00", "09:20", "09:20:30", "11:00"):
            self.assertEqual(self.shop.slots(20, end=f"{MONDAY}T{cut}") + self.shop.slots(20, start=f"{MONDAY}T{cut}"), whole)


class S10NoticeAndHorizon(unittest.TestCase):
    days = {"start": f"{MONDAY}T00:00", "end": "2026-01-15T00:00"}

    def test_the_notice_is_inclusive_and_the_last_day_whole(self):
        shop = Shop(min_notice_minutes=60, max_advance_days=1)
        shop.employee("a", [row(day, "09:00", "12:00") for day in (MON, TUE, WED)])
        tuesday = ["01-13T09:00", "01-13T10:00", "01-13T11:00"]
        self.assertEqual(shop.full_starts(60, as_of=f"{MONDAY}T10:00", **self.days), ["01-12T11:00"] + tuesday)
        self.assertEqual(shop.full_starts(60, as_of=f"{MONDAY}T10:00:01", **self.days), tuesday)
        self.assertEqual(shop.full_starts(60, as_of=f"{MONDAY}T09:59:59", **self.days), ["01-12T11:00"] + tuesday)

    def test_nothing_in_the_past_by_default(self):
        shop = Shop().employee("a", [row(MON, "09:00", "12:00")])
        self.assertEqual(shop.starts(60, as_of=f"{MONDAY}T10:00"), ["10:00", "11:00"])

    def test_days_of_the_horizon_are_dates_of_the_business(self):
        # 03:30Z of Monday is Sunday 23:30 in New York: tomorrow is Monday, until 04:00Z of Tuesday
        shop = Shop("America/New_York", max_advance_days=1).employee("a", [row(day, "22:00", "24:00") for day in range(7)])
        window = {"start": "2026-03-08T12:00", "end": "2026-03-12T00:00"}
        self.assertEqual(shop.full_starts(60, as_of="2026-03-09T03:30", **window), ["03-10T02:00", "03-10T03:00"])
        self.assertEqual(shop.full_starts(60, as_of="2026-03-09T04:30", **window),
                         ["03-10T02:00", "03-10T03:00", "03-11T02:00", "03-11T03:00"])

    def test_a_last_day_of_25_hours(self):
        # Berlin 2026-10-25 lasts from 22:00Z to 23:00Z
        shop = Shop("Europe/Berlin", max_advance_days=1).employee("a", [row(SUN, "00:00", "24:00"), row(MON, "00:00", "24:00")])
        starts = shop.full_starts(60, start="2026-10-24T00:00", end="2026-10-27T00:00", as_of="2026-10-24T08:00")
        self.assertEqual((len(starts), starts[0], starts[-1]), (25, "10-24T22:00", "10-25T22:00"))

    def test_a_date_that_never_was_is_a_day_of_the_horizon(self):
        # Apia: after Thursday the 29th came Saturday the 31st
        for days, expected in ((1, []), (2, ["12-30T10:00"])):
            shop = Shop("Pacific/Apia", max_advance_days=days).employee("a", [row(SAT, "00:00", "01:00")])
            self.assertEqual(shop.full_starts(60, start="2011-12-29T12:00", end="2012-01-02T00:00", as_of="2011-12-29T12:00"), expected)

    def test_where_a_date_is_two_intervals(self):
        # Saturday is until 03:00Z and again from 03:01Z to 04:00Z
        shop = Shop("America/Goose_Bay", 1, max_advance_days=0).employee("a", [row(SAT, "23:59", "24:00"), row(SUN, "00:00", "01:00")])
        starts = shop.full_starts(1, start="2006-10-28T12:00", end="2006-10-29T12:00", as_of="2006-10-28T12:00")
        self.assertEqual((starts[:2], starts[-1], len(starts)), (["10-29T02:59", "10-29T03:01"], "10-29T03:59", 60))

    def test_a_horizon_of_no_days_is_today(self):
        shop = Shop(max_advance_days=0).employee("a", [row(MON, "09:00", "12:00"), row(TUE, "09:00", "12:00")])
        self.assertEqual(shop.full_starts(60, as_of=f"{MONDAY}T10:00", **self.days), ["01-12T10:00", "01-12T11:00"])


class S11Statuses(unittest.TestCase):
    def test_each_status(self):
        for status, blocks in (("pending", True), ("confirmed", True), ("completed", True), ("checked_in", True),
                               ("cancelled", False), ("rejected", False), ("no_show", False)):
            shop = Shop().employee("a", [row(MON, "09:00", "11:00")]).booking("a", "09:00", "10:00", status=status)
            self.assertEqual(shop.starts(60), ["10:00"] if blocks else ["09:00", "10:00"], status)

    def test_a_booking_of_another_service(self):
        shop = Shop().employee("a", [row(MON, "09:00", "11:00")]).other_service("t").booking("a", "09:15", "09:30", service="t")
        self.assertEqual(shop.starts(60), ["10:00"])

    def test_an_overbooked_row(self):
        shop = Shop().employee("a", [row(MON, "09:00", "11:00")]).booking("a", "09:00", "10:00", overbooked=True)
        self.assertEqual(shop.starts(60), ["10:00"])

    def test_a_booking_of_somebody_else(self):
        shop = Shop().employee("a", [row(MON, "09:00", "11:00")]).employee("b").booking("b", "09:00", "10:00")
        self.assertEqual(shop.starts(60), ["09:00", "10:00"])


class S12Who(unittest.TestCase):
    hours = [row(MON, "09:00", "11:00")]

    def test_only_an_active_service_of_an_active_business(self):
        for status in ("inactive", "archived"):
            shop = Shop().employee("a", self.hours)
            shop.service.status = status
            self.assertEqual(shop.starts(60), [])
        for status in ("inactive", "suspended", "pending_setup"):
            shop = Shop().employee("a", self.hours)
            shop.business.status = status
            self.assertEqual(shop.starts(60), [])
        for status in ("inactive", "suspended"):
            shop = Shop().employee("a", self.hours)
            shop.business.tenant_status = status
            self.assertEqual(shop.starts(60), [])

    def test_only_active_employees_who_are_mapped(self):
        shop = Shop().employee("a", self.hours).employee("b", self.hours, mapped=False)
        for number, status in enumerate(("inactive", "terminated", "pending_onboarding")):
            shop.employee(f"x{number}", self.hours, status=status)
        self.assertEqual(shop.people(60), {"09:00": "a", "10:00": "a"})

    def test_nobody_mapped(self):
        self.assertEqual(Shop(default=self.hours).employee("a", self.hours, mapped=False).starts(60), [])

    def test_an_ineligible_or_unknown_name(self):
        shop = Shop().employee("a", self.hours).employee("b", self.hours, mapped=False).employee("c", self.hours, status="inactive")
        self.assertEqual([shop.starts(60, employee=name) for name in "abcz"], [["09:00", "10:00"], [], [], []])

    def test_a_business_that_is_its_own_resource(self):
        shop = Shop(default=self.hours).booking(None, "09:00", "10:00")
        self.assertEqual(shop.people(60), {"10:00": ""})
        self.assertEqual(shop.starts(60, employee="a"), [])

    def test_when_the_last_one_goes_on_leave(self):
        for status in ("inactive", "terminated", "pending_onboarding"):
            shop = Shop(default=self.hours).override(available("14:00", "15:00")).employee("a", status=status)
            self.assertEqual(shop.starts(60), [])
            self.assertEqual(shop.starts(60, employee="a"), [])

    def test_it_needs_no_mapping(self):
        self.assertEqual(Shop(default=self.hours).people(60), {"09:00": "", "10:00": ""})

    def test_an_unknown_service(self):
        with self.assertRaises(UnknownService):
            Shop().employee("a", self.hours).slots(60, service="?")


class S13AnyEmployee(unittest.TestCase):
    hours = [row(MON, "09:00", "11:00")]

    def test_all_of_the_free_ones_sorted(self):
        shop = Shop().employee("c", self.hours).employee("a", self.hours).employee("b", self.hours).booking("b", "10:00", "11:00")
        self.assertEqual(shop.people(60), {"09:00": "abc", "10:00": "ac"})

    def test_remaining_capacity_is_their_sum(self):
        shop = Shop(capacity=3).employee("a", self.hours).employee("b", self.hours).booking("a", "09:00", "10:00")
        self.assertEqual(shop.remaining(60), {"09:00": 5, "10:00": 6})
        self.assertEqual(shop.remaining(60, employee="a"), {"09:00": 2, "10:00": 3})

    def test_of_one_that_is_full_nothing_is_counted(self):
        shop = Shop().employee("a", self.hours).employee("b", self.hours).booking("a", "09:00", "10:00")
        self.assertEqual(shop.remaining(60), {"09:00": 1, "10:00": 2})


class S14UnassignedBookings(unittest.TestCase):
    hours = [row(MON, "09:00", "11:00")]

    def pair(self, **named):
        return Shop(**named).employee("a", self.hours).employee("b", self.hours)

    def test_the_free_ones_must_outnumber_them(self):
        self.assertEqual(self.pair().booking(None, "09:00", "10:00").people(60), {"09:00": "ab", "10:00": "ab"})
        self.assertEqual(self.pair().booking(None, "09:00", "10:00").booking(None, "09:30", "10:00").people(60), {"10:00": "ab"})
        self.assertEqual(self.pair().booking(None, "09:00", "10:00").booking("a", "09:00", "10:00").people(60), {"10:00": "ab"})

    def test_remaining_capacity_is_still_the_sum(self):
        self.assertEqual(self.pair().booking(None, "09:00", "10:00").remaining(60), {"09:00": 2, "10:00": 2})

    def test_they_do_not_block_a_named_employee(self):
        shop = self.pair().booking(None, "09:00", "10:00").booking(None, "09:00", "10:00")
        self.assertEqual(shop.people(60, employee="a"), {"09:00": "a", "10:00": "a"})

    def test_buffers_of_both_sides_count(self):
        shop = Shop(after=10).employee("a", self.hours).booking(None, "10:15", "11:00", before=5)
        # busy from 10:10; 09:00-10:00 with 10 after ends there exactly and does not meet it, 09:15 does
        self.assertEqual(shop.starts(15), ["09:00"])

    def test_only_of_services_that_share_an_eligible_employee(self):
        shop = self.pair().employee("c", mapped=False).employee("d", status="inactive")
        shop.other_service("mine", "ac").other_service("theirs", "cd").other_service("closed", "b", status="archived")
        self.assertEqual(shop.booking(None, "09:00", "10:00", service="theirs").starts(60), ["09:00", "10:00"])
        self.assertEqual(shop.booking(None, "09:00", "10:00", service="mine").starts(60), ["09:00", "10:00"])
        self.assertEqual(shop.booking(None, "09:00", "10:00", service="closed").starts(60), ["10:00"])

    def test_only_occupying_ones(self):
        shop = Shop().employee("a", self.hours).booking(None, "09:00", "10:00", status="cancelled")
        shop.booking(None, "10:00", "11:00", status="pending", hold_expires_at="08:00")
        self.assertEqual(shop.starts(60, as_of=f"{MONDAY}T07:59"), ["09:00"])
        self.assertEqual(shop.starts(60, as_of=f"{MONDAY}T08:00"), ["09:00", "10:00"])


class S15Capacity(unittest.TestCase):
    hours = [row(MON, "09:00", "11:00")]

    def shop(self, **named):
        return Shop(capacity=2, **named).employee("a", self.hours)

    def test_a_session_fills_up(self):
        self.assertEqual(self.shop().booking("a", "09:00", "10:00").remaining(30), {"09:00": 1, "10:00": 2})
        self.assertEqual(self.shop().booking("a", "09:00", "10:00").booking("a", "09:00", "10:00").remaining(30), {"10:00": 2})

    def test_another_end_is_another_session(self):
        self.assertEqual(self.shop().booking("a", "09:00", "09:45").remaining(30), {"10:00": 2})

    def test_another_service_conflicts(self):
        self.assertEqual(self.shop().other_service("t").booking("a", "09:00", "10:00", service="t").remaining(30), {"10:00": 2})

    def test_the_session_does_not_meet_its_own_buffers(self):
        shop = self.shop(before=10, after=10).booking("a", "09:00", "10:00", before=30, after=10)
        self.assertEqual(shop.remaining(60), {"09:00": 1})

    def test_overbooked_and_cancelled_seats(self):
        shop = self.shop().booking("a", "09:00", "10:00").booking("a", "09:00", "10:00", status="cancelled")
        self.assertEqual(shop.remaining(60), {"09:00": 1, "10:00": 2})
        for _ in range(2):
            shop.booking("a", "09:00", "10:00", overbooked=True)
        self.assertEqual(shop.remaining(60), {"10:00": 2})

    def test_a_capacity_that_was_lowered(self):
        shop = self.shop()
        for _ in range(3):
            shop.booking("a", "09:00", "10:00")
        self.assertEqual(shop.remaining(60), {"10:00": 2})
        self.assertEqual(Shop(capacity=4).employee("a", self.hours).employee("b", self.hours).booking("a", "09:00", "10:00")
                         .remaining(60), {"09:00": 7, "10:00": 8})
        # of one who has sold more than there is, nothing is taken from the sum
        shop.employee("b", self.hours)
        self.assertEqual(shop.remaining(60), {"09:00": 2, "10:00": 4})

    def test_of_a_business_that_is_its_own_resource(self):
        shop = Shop(capacity=2, default=self.hours).booking(None, "09:00", "10:00")
        self.assertEqual(shop.remaining(60), {"09:00": 1, "10:00": 2})


class S16Limits(unittest.TestCase):
    hours = [row(MON, "09:00", "11:00"), row(TUE, "09:00", "10:00")]
    days = {"start": f"{MONDAY}T00:00", "end": "2026-01-14T00:00"}

    def test_of_the_business_all_bookings_count(self):
        shop = Shop(settings={"max_bookings_per_day": 1}).employee("a", self.hours).other_service("t")
        shop.booking("a", "20:00", "21:00", service="t")
        self.assertEqual(shop.full_starts(60, **self.days), ["01-13T09:00"])

    def test_of_the_service_its_own_bookings_count(self):
        shop = Shop(max_bookings_per_day=1).employee("a", self.hours).other_service("t").booking("a", "20:00", "21:00", service="t")
        self.assertEqual(shop.full_starts(60, **self.days), ["01-12T09:00", "01-12T10:00", "01-13T09:00"])
        self.assertEqual(shop.booking("a", "22:00", "23:00").full_starts(60, **self.days), ["01-13T09:00"])

    def test_both_apply(self):
        shop = Shop(settings={"max_bookings_per_day": 1}, max_bookings_per_day=5).employee("a", self.hours).booking("a", "20:00", "21:00")
        self.assertEqual(shop.full_starts(60, **self.days), ["01-13T09:00"])

    def test_per_employee(self):
        shop = Shop(settings={"max_bookings_per_day": 1}).employee("a", self.hours).employee("b", self.hours)
        self.assertEqual(shop.booking("a", "20:00", "21:00").people(60), {"09:00": "b", "10:00": "b"})

    def test_what_counts(self):
        shop = Shop(settings={"max_bookings_per_day": 1}).employee("a", self.hours)
        shop.booking("a", "20:00", "21:00", status="no_show").booking("a", "21:00", "22:00", status="pending", hold_expires_at="08:00")
        self.assertEqual(shop.starts(60, as_of=f"{MONDAY}T07:59:59"), [])
        self.assertEqual(shop.starts(60, as_of=f"{MONDAY}T08:00"), ["09:00", "10:00"])

    def test_the_excluded_booking_does_not_count(self):
        shop = Shop(settings={"max_bookings_per_day": 1}).employee("a", self.hours).booking("a", "09:00", "10:00", identity="mine")
        self.assertEqual(shop.starts(60), [])
        self.assertEqual(shop.starts(60, exclude="mine"), ["09:00", "10:00"])

    def test_the_local_date_of_the_start_counts(self):
        # 23:30 on Sunday in New York is 04:30Z on Monday: Sunday's booking, whatever UTC says and wherever it ends
        shop = Shop("America/New_York", settings={"max_bookings_per_day": 1}).employee("a", [row(MON, "09:00", "10:00")])
        self.assertEqual(shop.booking("a", "04:30", "05:30").starts(60), ["14:00"])
        self.assertEqual(shop.booking("a", "05:30", "06:00").starts(60), [])

    def test_where_a_date_is_two_intervals(self):
        # 03:30Z is 23:30 of Saturday for the second time; 03:00Z is Sunday, and so is all from 04:00Z
        shop = Shop("America/Goose_Bay", 30, settings={"max_bookings_per_day": 1}).employee(
            "a", [row(SAT, "20:00", "24:00"), row(SUN, "00:00", "02:00")])
        shop.booking("a", "2006-10-29T03:30", "2006-10-29T04:00")
        self.assertEqual(shop.starts(30, start="2006-10-28T12:00", end="2006-10-29T12:00"), ["03:00", "04:00", "04:30", "05:00", "05:30"])

    def test_of_a_business_that_is_its_own_resource(self):
        shop = Shop(settings={"max_bookings_per_day": 1}, default=self.hours).booking(None, "20:00", "21:00")
        self.assertEqual(shop.full_starts(60, **self.days), ["01-13T09:00"])


class S17Settings(unittest.TestCase):
    hours = [row(MON, "09:00", "10:00")]

    def test_precedence(self):
        def starts(argument, service, business):
            settings = {} if service is Ellipsis else {"slot_interval_minutes": service}
            shop = Shop(duration=10, settings={} if business is Ellipsis else {"slot_interval_minutes": business}, **settings)
            return len(shop.employee("a", self.hours).starts(argument))
        self.assertEqual(starts(10, 20, 30), 6)
        self.assertEqual(starts(None, 20, 30), 3)
        self.assertEqual(starts(None, Ellipsis, 30), 2)
        self.assertEqual(starts(None, None, 30), 2)
        self.assertEqual(starts(None, None, None), 4)
        self.assertEqual(starts(None, Ellipsis, Ellipsis), 4)

    def test_false_of_the_service_overrides_true_of_the_business(self):
        shop = Shop(duration=30, after=15, settings={"buffers_within_hours": True}, buffers_within_hours=False)
        self.assertEqual(shop.employee("a", self.hours).starts(15), ["09:00", "09:15", "09:30"])

    def test_zero_of_the_service_overrides_the_notice_of_the_business(self):
        shop = Shop(settings={"min_notice_minutes": 600}, min_notice_minutes=0).employee("a", self.hours)
        self.assertEqual(shop.starts(60, as_of=f"{MONDAY}T09:00"), ["09:00"])

    def test_the_settings_of_an_employee_are_not_read(self):
        self.assertEqual(Shop().employee("a", self.hours, settings={"slot_interval_minutes": 1}).starts(), ["09:00"])

    def test_keys_are_read_only_where_the_contract_says(self):
        shop = Shop(settings={"capacity": 7}, default=[row(MON, "09:00", "11:00")], working_hours_inheritance="day")
        self.assertEqual(shop.employee("a", [row(TUE, "09:00", "10:00")]).starts(60), [])
        self.assertEqual(shop.employee("b", self.hours).remaining(60), {"09:00": 1})


class S19Holds(unittest.TestCase):
    def test_a_hold_blocks_until_it_expires(self):
        shop = Shop().employee("a", [row(MON, "09:00", "10:00")])
        shop.booking("a", "09:00", "10:00", status="pending", hold_expires_at="08:05")
        self.assertEqual([shop.starts(60, as_of=f"{MONDAY}T08:0{minute}") for minute in (4, 5, 6)], [[], ["09:00"], ["09:00"]])

    def test_it_takes_a_seat_of_its_session(self):
        shop = Shop(capacity=2).employee("a", [row(MON, "09:00", "10:00")])
        shop.booking("a", "09:00", "10:00", status="pending", hold_expires_at="08:05")
        self.assertEqual(shop.remaining(60, as_of=f"{MONDAY}T08:00"), {"09:00": 1})
        self.assertEqual(shop.remaining(60, as_of=f"{MONDAY}T08:30"), {"09:00": 2})


class ExcludedBooking(unittest.TestCase):
    def test_it_does_not_exist_for_the_question(self):
        shop = Shop(slot_alignment="optimized").employee("a", [row(MON, "09:00", "12:00")])
        shop.booking("a", "09:00", "10:10", identity="mine")
        self.assertEqual(shop.starts(60), ["10:10", "11:00"])
        self.assertEqual(shop.starts(60, exclude="mine"), ["09:00", "10:00", "11:00"])


if __name__ == "__main__":
    unittest.main()
