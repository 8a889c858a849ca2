"""Tests of reference_functions.py: small cases whose answers were worked out by hand from the contract.
Needs no server: python3 -m unittest test_reference_functions"""

import unittest
from datetime import date

from calendar_json import instant_text
from reference import Question
from reference_functions import (REASONS, CheckQuestion, DatesQuestion, FreeBusyQuestion, NextQuestion, check_slots, compact_slots,
                                 find_available_dates, free_busy, next_available_slots)
from test_reference import MON, MONDAY, SAT, SUN, THU, TUE, Shop, at, available, off, row, unavailable


def question(step=None, as_of="2000-01-01T00:00", employee=None, exclude=None, start=f"{MONDAY}T00:00", end="2026-01-13T00:00"):
    return Question("s", at(start), at(end), at(as_of), employee, step, exclude)


def checks(shop, *starts, **named):
    return check_slots(shop.business, CheckQuestion(question(**named), tuple(at(start) for start in starts)))


def reasons(shop, *starts, **named):
    return [check.reason for check in checks(shop, *starts, **named)]


class CheckSlot(unittest.TestCase):
    hours = [row(MON, "09:00", "12:00")]

    def test_ok_lists_the_free_ones(self):
        shop = Shop().employee("b", self.hours).employee("a", self.hours).employee("c", self.hours).booking("c", "09:00", "10:00")
        self.assertEqual(checks(shop, "09:00")[0][1:], (True, "ok", ("a", "b")))
        self.assertEqual(checks(shop, "09:01")[0][1:], (False, "not_aligned", ()))

    def test_not_offered(self):
        inactive, closed, unpaid = (Shop().employee("a", self.hours) for _ in range(3))
        inactive.service.status, closed.business.status, unpaid.business.tenant_status = "archived", "suspended", "suspended"
        on_leave = Shop(default=self.hours).employee("a", status="inactive")
        for shop in (inactive, closed, unpaid, on_leave, Shop(default=self.hours).employee("a", self.hours, mapped=False)):
            self.assertEqual(reasons(shop, "09:00"), ["not_offered"])
        shop = Shop().employee("a", self.hours).employee("b", self.hours, status="terminated")
        self.assertEqual([reasons(shop, "09:00", employee=name) for name in "ab?"], [["ok"], ["not_offered"], ["not_offered"]])

    def test_a_business_that_is_its_own_resource(self):
        shop = Shop(default=self.hours).booking(None, "09:00", "10:00")
        self.assertEqual(checks(shop, "09:00")[0][1:], (False, "full", ()))
        self.assertEqual(checks(shop, "10:00")[0][1:], (True, "ok", ()))
        self.assertEqual(reasons(shop, "10:00", employee="a"), ["not_offered"])

    def test_past_notice_and_horizon(self):
        shop = Shop(duration=1, min_notice_minutes=30, max_advance_days=1).employee("a", self.hours + [row(TUE, "00:00", "24:00")])
        self.assertEqual(reasons(shop, "08:59", "09:00", "09:29", "09:30", "2026-01-13T23:59", "2026-01-14T00:00", step=1,
                                 as_of=f"{MONDAY}T09:00"),
                         ["in_past", "too_soon", "too_soon", "ok", "ok", "too_far"])

    def test_no_notice_leaves_nothing_too_soon(self):
        shop = Shop().employee("a", self.hours)
        self.assertEqual(reasons(shop, "08:59:59", "09:00", step=1, as_of=f"{MONDAY}T09:00"), ["in_past", "ok"])

    def test_outside_hours_or_absent(self):
        shop = Shop().employee("a", self.hours, [unavailable("10:30", "10:31"), unavailable("14:00", "15:00")])
        self.assertEqual(reasons(shop, "08:30", "09:00", "09:30", "10:00", "11:15", "14:00", step=15),
                         ["outside_hours", "ok", "ok", "unavailable_override", "outside_hours", "outside_hours"])

    def test_closed(self):
        shop = Shop(default=self.hours).employee("a", overrides=[unavailable("10:30", "11:30")])
        shop.override(unavailable("10:00", "11:00"), unavailable("13:00", "18:00"))
        # a closure comes before an absence and the grid, but not before the hours
        self.assertEqual(reasons(shop, "08:45", "09:00", "09:15", "09:16", "10:30", "11:00", "11:15", "14:00", step=15),
                         ["outside_hours", "ok", "closed", "closed", "closed", "unavailable_override", "outside_hours", "outside_hours"])

    def test_closed_for_buffers_that_must_stay_within_hours(self):
        for within, expected in ((True, ["closed", "ok"]), (False, ["ok", "ok"])):
            shop = Shop(duration=30, after=15, buffers_within_hours=within).override(unavailable("10:00", "11:00"))
            self.assertEqual(reasons(shop.employee("a", self.hours), "09:30", "11:00"), expected)

    def test_an_opening_that_does_not_count_is_outside_hours(self):
        shop = Shop(default=self.hours).employee("a").employee("b", [off(SAT)]).override(available("14:00", "15:00"))
        self.assertEqual([reasons(shop, "14:00", employee=name) for name in "ab"], [["ok"], ["outside_hours"]])

    def test_closed_for_a_business_that_is_its_own_resource(self):
        shop = Shop(default=self.hours).override(unavailable("10:00", "11:00"), available("14:00", "15:00"))
        self.assertEqual(reasons(shop, "09:00", "10:00", "14:00"), ["ok", "closed", "ok"])

    def test_hours_with_buffers(self):
        for within, expected in ((True, ["outside_hours", "unavailable_override", "ok"]), (False, ["ok", "ok", "ok"])):
            shop = Shop(duration=30, before=15, buffers_within_hours=within).employee("a", self.hours, [unavailable("10:00", "10:30")])
            self.assertEqual(reasons(shop, "09:00", "10:30", "11:00"), expected)

    def test_a_replaced_day_is_outside_hours(self):
        shop = Shop(settings={"availability_override_mode": "replace"}).employee("a", self.hours, [available("14:00", "15:00")])
        self.assertEqual(reasons(shop, "09:00", "14:00"), ["outside_hours", "ok"])

    def test_aligned_by_busy_ends_when_optimized(self):
        shop = Shop(duration=30, slot_alignment="optimized").employee("a", self.hours).booking("a", "09:00", "09:40", after=2)
        self.assertEqual(reasons(shop, "09:42", "09:43"), ["ok", "not_aligned"])

    def test_limit_comes_before_booked(self):
        shop = Shop(settings={"max_bookings_per_day": 1}).employee("a", self.hours).booking("a", "09:00", "10:00", identity="mine")
        self.assertEqual(reasons(shop, "09:00", "09:05", "11:00"), ["limit_reached", "not_aligned", "limit_reached"])
        self.assertEqual(reasons(shop, "09:00", exclude="mine"), ["ok"])

    def test_booked_buffer_full(self):
        shop = Shop(before=10, after=5, capacity=2).employee("a", self.hours)
        shop.booking("a", "10:00", "10:30", before=0, after=15)
        # 08:55-10:00 is needed for 09:05; busy is 10:00-10:45
        self.assertEqual(reasons(shop, "09:00", "09:05", "10:25", "10:30", "10:50", "10:55", step=5),
                         ["buffer", "booked", "booked", "buffer", "buffer", "ok"])
        self.assertEqual(reasons(Shop().employee("a", self.hours).booking("a", "09:00", "10:00"), "09:00", "09:15"), ["full", "booked"])

    def test_seats_of_a_session(self):
        shop = Shop(capacity=2).employee("a", self.hours).booking("a", "09:00", "10:00")
        self.assertEqual(reasons(shop, "09:00"), ["ok"])
        self.assertEqual(reasons(shop.booking("a", "09:00", "10:00"), "09:00"), ["full"])
        self.assertEqual(reasons(shop.booking("a", "09:00", "10:00"), "09:00"), ["full"])  # more than the capacity is now

    def test_another_booking_beside_a_full_session(self):
        shop = Shop(capacity=1).employee("a", self.hours).other_service("t")
        shop.booking("a", "09:00", "10:00").booking("a", "09:45", "10:00", service="t", overbooked=True)
        self.assertEqual(reasons(shop, "09:00"), ["booked"])

    def test_the_one_who_got_furthest_speaks(self):
        shop = Shop().employee("a", self.hours, [unavailable("10:00", "11:00")]).employee("b", [row(MON, "09:10", "12:00")])
        shop.employee("c", self.hours).booking("c", "09:30", "10:30")
        # 10:00: a is absent, b not aligned (09:10 + k * 15), c booked
        self.assertEqual(reasons(shop, "10:00"), ["booked"])
        self.assertEqual([reasons(shop, "10:00", employee=name) for name in "abc"],
                         [["unavailable_override"], ["not_aligned"], ["booked"]])

    def test_unassigned_bookings_make_it_full(self):
        shop = Shop().employee("a", self.hours).employee("b", self.hours).booking("a", "09:00", "10:00").booking(None, "09:00", "10:00")
        self.assertEqual(checks(shop, "09:00")[0][1:], (False, "full", ()))
        self.assertEqual(checks(shop, "09:00", employee="b")[0][1:], (True, "ok", ("b",)))
        self.assertEqual(reasons(shop, "09:00", employee="a"), ["full"])

    def test_the_order_of_the_contract(self):
        self.assertEqual(" ".join(REASONS), "not_offered in_past too_soon too_far outside_hours closed unavailable_override "
                                            "not_aligned limit_reached booked buffer full ok")

    def test_several_instants_in_their_order(self):
        shop = Shop().employee("a", self.hours)
        starts = ("2030-01-14T09:00", "09:00", "08:00", "09:00", "1990-01-01T09:00", "2026-01-13T09:00", "09:15")
        self.assertEqual([(check.start, check.reason) for check in checks(shop, *starts)], list(zip(map(at, starts), (
            "ok", "ok", "outside_hours", "ok", "in_past", "outside_hours", "ok"))))
        self.assertEqual(checks(shop), [])


class Dates(unittest.TestCase):
    def dates(self, shop, first, last, **named):
        asked = DatesQuestion(question(**named), date.fromisoformat(first), date.fromisoformat(last))
        return [(found.date.isoformat(), instant_text(found.first_slot)) for found in find_available_dates(shop.business, asked)]

    def test_both_ends_are_included(self):
        shop = Shop().employee("a", [row(day, "09:00", "11:00") for day in range(7)]).booking("a", f"{MONDAY}T09:00", f"{MONDAY}T10:00")
        self.assertEqual(self.dates(shop, MONDAY, "2026-01-13", step=60),
                         [("2026-01-12", "2026-01-12T10:00:00Z"), ("2026-01-13", "2026-01-13T09:00:00Z")])
        self.assertEqual(self.dates(shop, MONDAY, MONDAY, step=60), [("2026-01-12", "2026-01-12T10:00:00Z")])

    def test_a_full_day_is_left_out(self):
        shop = Shop().employee("a", [row(day, "09:00", "10:00") for day in range(7)]).booking("a", f"{MONDAY}T09:00", f"{MONDAY}T10:00")
        self.assertEqual([day for day, _ in self.dates(shop, "2026-01-11", "2026-01-13")], ["2026-01-11", "2026-01-13"])

    def test_dates_are_those_of_the_business(self):
        # 23:00 in New York on Monday is 04:00Z of Tuesday
        shop = Shop("America/New_York").employee("a", [row(MON, "23:00", "24:00")])
        self.assertEqual(self.dates(shop, MONDAY, "2026-01-14"), [("2026-01-12", "2026-01-13T04:00:00Z")])

    def test_a_date_that_an_overlap_interrupts(self):
        # Goose Bay 2006-10-29: Sunday is 03:00Z-03:01Z and from 04:00Z, Saturday goes on from 03:01Z to 04:00Z
        shop = Shop("America/Goose_Bay", 1, slot_alignment="clock").employee(
            "a", [], [available("2006-10-29T03:00", "2006-10-29T03:01"), available("2006-10-29T03:30", "2006-10-29T03:31")])
        self.assertEqual(self.dates(shop, "2006-10-28", "2006-10-29", step=1),
                         [("2006-10-28", "2006-10-29T03:30:00Z"), ("2006-10-29", "2006-10-29T03:00:00Z")])
        self.assertEqual(self.dates(shop, "2006-10-29", "2006-10-29", step=1), [("2006-10-29", "2006-10-29T03:00:00Z")])

    def test_a_date_that_never_was(self):
        shop = Shop("Pacific/Apia").employee("a", [row(THU, "23:00", "24:00"), row(SAT, "00:00", "01:00")])
        self.assertEqual([day for day, _ in self.dates(shop, "2011-12-28", "2011-12-31")], ["2011-12-29", "2011-12-31"])
        self.assertEqual(self.dates(shop, "2011-12-30", "2011-12-30"), [])


class NextSlots(unittest.TestCase):
    def next(self, shop, after, count=1, **named):
        asked = NextQuestion(question(start=after, **named), count)
        return [instant_text(slot.start) for slot in next_available_slots(shop.business, asked)]

    shop = Shop().employee("a", [row(MON, "09:00", "11:00")])

    def test_the_first_ones_from_after_time(self):
        self.assertEqual(self.next(self.shop, f"{MONDAY}T09:00", 3, step=60),
                         ["2026-01-12T09:00:00Z", "2026-01-12T10:00:00Z", "2026-01-19T09:00:00Z"])
        self.assertEqual(self.next(self.shop, f"{MONDAY}T09:00:01", step=60), ["2026-01-12T10:00:00Z"])

    def test_as_of_may_be_later(self):
        self.assertEqual(self.next(self.shop, f"{MONDAY}T09:00", step=60, as_of=f"{MONDAY}T10:30"), ["2026-01-19T09:00:00Z"])

    def test_the_last_day_of_the_horizon_is_whole(self):
        shop = Shop(max_advance_days=7).employee("a", [row(MON, "09:00", "11:00"), row(TUE, "09:00", "11:00")])
        self.assertEqual(self.next(shop, "2026-01-14T00:00", 5, step=60, as_of=f"{MONDAY}T09:00"),
                         ["2026-01-19T09:00:00Z", "2026-01-19T10:00:00Z"])
        # Kiritimati is 14 hours ahead: Monday 23:00 there is 09:00Z, and Tuesday begins at 10:00Z
        shop = Shop("Pacific/Kiritimati", max_advance_days=1).employee("a", [row(day, "23:00", "24:00") for day in range(7)])
        self.assertEqual(self.next(shop, "09:30", 5, step=60, as_of=f"{MONDAY}T09:30"), ["2026-01-13T09:00:00Z"])
        self.assertEqual(self.next(shop, "10:30", 5, step=60, as_of=f"{MONDAY}T10:30"), ["2026-01-13T09:00:00Z", "2026-01-14T09:00:00Z"])

    def test_a_horizon_beyond_a_year(self):
        shop = Shop(max_advance_days=400).employee("a", [], [available("2027-02-16T09:00", "2027-02-16T10:00"),
                                                             available("2027-02-17T09:00", "2027-02-17T10:00")])
        self.assertEqual(self.next(shop, f"{MONDAY}T09:00", 5, step=60, as_of=f"{MONDAY}T09:00"), ["2027-02-16T09:00:00Z"])

    def test_without_one_it_is_366_days(self):
        shop = Shop(duration=30).employee("a", [], [available("2027-01-12T23:00", "2027-01-14T00:00")])
        self.assertEqual(self.next(shop, f"{MONDAY}T23:30", 2, step=30), ["2027-01-12T23:00:00Z", "2027-01-12T23:30:00Z"])
        self.assertEqual(self.next(shop, "2026-01-11T23:00", 2, step=30), [])
        self.assertEqual(self.next(shop, f"{MONDAY}T23:30", 99, step=30)[-1], "2027-01-13T23:00:00Z")

    def test_of_a_service_that_nobody_does(self):
        self.assertEqual(self.next(Shop().employee("a", mapped=False), f"{MONDAY}T09:00"), [])


class FreeBusy(unittest.TestCase):
    def periods(self, shop, start, end, employee="a", as_of="2000-01-01T00:00"):
        return [(instant_text(period.start)[11:16], instant_text(period.end)[11:16], period.type)
                for period in free_busy(shop.business, FreeBusyQuestion(employee, at(start), at(end), at(as_of)))]

    def test_precedence_and_buffers(self):
        shop = Shop().employee("a", [row(MON, "09:00", "12:00")], [unavailable("11:00", "11:30")])
        shop.booking("a", "09:30", "10:00", before=45, after=15)              # 08:45-10:15, from before the shift
        shop.booking("a", "10:00", "11:15", status="pending")                 # tentative where nothing is firm
        self.assertEqual(self.periods(shop, "08:00", "13:00"), [
            ("08:00", "08:45", "BUSY-UNAVAILABLE"), ("08:45", "10:15", "BUSY"), ("10:15", "11:15", "BUSY-TENTATIVE"),
            ("11:15", "11:30", "BUSY-UNAVAILABLE"), ("11:30", "12:00", "FREE"), ("12:00", "13:00", "BUSY-UNAVAILABLE")])

    def test_holds(self):
        shop = Shop().employee("a", [row(MON, "09:00", "10:00")])
        shop.booking("a", "09:00", "09:30", status="pending", hold_expires_at="08:00")
        self.assertEqual(self.periods(shop, "09:00", "10:00", as_of=f"{MONDAY}T07:59"),
                         [("09:00", "09:30", "BUSY-TENTATIVE"), ("09:30", "10:00", "FREE")])
        self.assertEqual(self.periods(shop, "09:00", "10:00", as_of=f"{MONDAY}T08:00"), [("09:00", "10:00", "FREE")])

    def test_closures_and_openings_of_the_business(self):
        shop = Shop(default=[row(MON, "09:00", "10:00")]).override(available("10:00", "11:00"), unavailable("09:15", "10:15"))
        shop.employee("a").employee("b", [row(MON, "09:00", "12:00")]).booking("b", "10:00", "10:30")
        self.assertEqual(self.periods(shop, "09:00", "12:00"), [
            ("09:00", "09:15", "FREE"), ("09:15", "10:15", "BUSY-UNAVAILABLE"), ("10:15", "11:00", "FREE"),
            ("11:00", "12:00", "BUSY-UNAVAILABLE")])
        self.assertEqual(self.periods(shop, "09:00", "12:00", employee="b"), [
            ("09:00", "09:15", "FREE"), ("09:15", "10:00", "BUSY-UNAVAILABLE"), ("10:00", "10:30", "BUSY"), ("10:30", "12:00", "FREE")])

    def test_a_label_of_the_application_is_busy(self):
        shop = Shop().employee("a", [row(MON, "09:00", "10:00")]).booking("a", "09:00", "10:00", status="checked_in")
        self.assertEqual(self.periods(shop, "09:00", "10:00"), [("09:00", "10:00", "BUSY")])

    def test_neighbours_of_one_type_are_one_period(self):
        shop = Shop().employee("a", [row(MON, "09:00", "10:00"), row(MON, "10:00", "11:00"), row(MON, "09:30", "10:30")])
        shop.booking("a", "09:00", "09:15").booking("a", "09:15", "09:30", status="completed")
        self.assertEqual(self.periods(shop, "09:00", "11:00"), [("09:00", "09:30", "BUSY"), ("09:30", "11:00", "FREE")])

    def test_the_window_is_covered_exactly_and_clips(self):
        shop = Shop().employee("a", [row(MON, "00:00", "24:00")]).booking("a", "08:00", "10:00")
        self.assertEqual(self.periods(shop, "09:00", "09:30"), [("09:00", "09:30", "BUSY")])
        self.assertEqual(self.periods(shop, "09:00", "09:00"), [])

    def test_only_own_occupying_bookings_whatever_the_status_of_the_employee(self):
        shop = Shop().employee("a", [row(MON, "09:00", "10:00")], status="terminated").employee("b")
        shop.booking("a", "09:00", "09:30", status="cancelled").booking("b", "09:00", "10:00").booking(None, "09:00", "10:00")
        self.assertEqual(self.periods(shop, "09:00", "10:00"), [("09:00", "10:00", "FREE")])

    def test_an_overnight_row_reaches_in(self):
        shop = Shop().employee("a", [row(SUN, "22:30", "02:00")])
        self.assertEqual(self.periods(shop, "00:00", "03:00"), [("00:00", "02:00", "FREE"), ("02:00", "03:00", "BUSY-UNAVAILABLE")])


class CompactSlots(unittest.TestCase):
    def test_the_heading_names_all_who_are_asked_about(self):
        shop = Shop("Europe/Berlin", 30).employee("b", [row(MON, "10:00", "10:30")]).employee("a")
        shop.employee("c", mapped=False).employee("d", status="inactive")
        heading, slot = compact_slots(shop.business, question())
        self.assertEqual(heading[1:], (at("00:00"), at("2026-01-13T00:00"), "Europe/Berlin", "s", 30, ("a", "b")))
        self.assertEqual((slot.start, slot.employee_ids), (at("09:00"), ("b",)))
        self.assertEqual(compact_slots(shop.business, question(employee="a"))[0].people, ("a",))


if __name__ == "__main__":
    unittest.main()
