"""Tests of the scenario generator: the same seed gives the same scenario, and the scenarios are hard enough that plausible mistakes in any
rule are noticed. Each mistake is made in the reference itself, and some scenario of the first few thousand must answer differently.
Needs no server: python3 -m unittest test_scenario (about a minute). SCENARIOS in the environment: how many at most for each mistake."""

import collections
import json
import os
import unittest
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from functools import lru_cache
from unittest import mock

import calendar_json
import reference
from reference import DAY, MINUTE, find_available_slots
from scenario import (LABELS, LONGEST_WINDOW, Dice, features, make_scenario, refused_by_guard, with_another_absence, with_another_booking,
                      with_another_closure, with_another_employee, with_another_opening, with_more_capacity)

FEATURES = ("closure", "opening", "season", "horizon")

SCENARIOS = int(os.environ.get("SCENARIOS", "8000"))


@lru_cache(maxsize=None)
def scenario_and_answer(number):
    scenario = make_scenario(f"power:{number}")
    return scenario, find_available_slots(scenario.business, scenario.question)


def first_notice(mistake):
    """The number of the first scenario whose answer the mistake changes."""
    for number in range(SCENARIOS):
        scenario, answer = scenario_and_answer(number)
        with ExitStack() as stack:
            for name, function in mistake.items():
                stack.enter_context(mock.patch.object(reference, name, function))
            if find_available_slots(scenario.business, scenario.question) != answer:
                return number
    return None


right = {name: getattr(reference, name) for name in dir(reference)}


def setting_that_ignores(*ignored):
    def s17_setting(key, business, service=None, argument=None):
        return reference._DEFAULT[key] if key in ignored else right["s17_setting"](key, business, service, argument)
    return {"s17_setting": s17_setting}


def s17_business_first(key, business, service=None, argument=None):
    if argument is None and key in reference._READ_IN_BUSINESS and business.settings.get(key) is not None:
        return business.settings[key]
    return right["s17_setting"](key, business, service, argument)


def s17_settings_before_argument(key, business, service=None, argument=None):
    found = right["s17_setting"](key, business, service)
    return argument if argument is not None and found == reference._DEFAULT[key] else found


def s1_every_row(rows, day):
    return rows


def valid(first_in=True, last_in=True, day_of=lambda day: day, without=()):
    """Seasons with another end, or without one of theirs."""
    def s1_valid(rows, day):
        day = day_of(day)
        return [row for row in rows
                if (row.valid_from is None or "from" in without or row.valid_from < day or first_in and row.valid_from == day)
                and (row.valid_to is None or "to" in without or day < row.valid_to or last_in and day == row.valid_to)]
    return {"s1_valid": s1_valid}


def follows(own_rows):
    """Another reading of which own rows take the place of the business's."""
    return {"s1_follows_business": lambda business, employee, day: employee is None or not own_rows(business, employee, day)}


def any_own_row(business, employee, day):
    """Decided once for all dates; in the mode of days for each weekday."""
    by_day = reference.s17_setting("working_hours_inheritance", business) == "day"
    return reference.s1_of_weekday(employee.weekly_rows, day) if by_day else employee.weekly_rows


def own_row_of_weekday(business, employee, day):
    return reference.s1_of_weekday(reference.s1_valid(employee.weekly_rows, day), day)


def own_row_of_schedule_or_weekday_of_any_season(business, employee, day):
    by_day = reference.s17_setting("working_hours_inheritance", business) == "day"
    return reference.s1_of_weekday(employee.weekly_rows, day) if by_day else reference.s1_valid(employee.weekly_rows, day)


def own_row_that_is_on(business, employee, day):
    return [row for row in own_row_of_weekday(business, employee, day) if not row.is_off]


def s1_seasons_of_own_rows_alone(business, employee, day):
    if not reference.s1_follows_business(business, employee, day):
        return right["s1_rows_of_day"](business, employee, day)
    return reference.s1_of_weekday(business.weekly_rows, day)


def s1_decided_on_the_first_day(business, service, question, bookings, employee_id):
    """Of the window: all rows are those of that day's season."""
    day = reference.local_date(business.time_zone, question.from_time)
    def of_season(rows):
        return [replace(row, valid_from=None, valid_to=None) for row in reference.s1_valid(rows, day)]
    business = replace(business, weekly_rows=of_season(business.weekly_rows),
                       employees={identity: replace(employee, weekly_rows=of_season(employee.weekly_rows))
                                  for identity, employee in business.employees.items()})
    return business, service, question, bookings, employee_id


def s1_season_of_the_utc_date(business, employee, day):
    rows = business.weekly_rows if reference.s1_follows_business(business, employee, day) else employee.weekly_rows
    return [row for row in reference.s1_of_weekday(rows, day) if reference.s1_valid([row], reference.local_date(
        "Etc/UTC", reference.s4_instant(business.time_zone, day, row.start or 0)))]


def s1_own_and_default(business, employee, day):
    rows = right["s1_rows_of_day"](business, employee, day)
    return rows or reference.s1_of_weekday(reference.s1_valid(business.weekly_rows, day), day)


def s1_off_rows_are_no_schedule(business, employee, day):
    if employee is not None:
        employee = replace(employee, weekly_rows=[row for row in employee.weekly_rows if not row.is_off])
    return right["s1_rows_of_day"](business, employee, day)


def s2_off_stops_the_day(rows):
    return [] if any(row.is_off for row in rows) else rows


def fold(value):
    def s4_instant(zone, day, time_of_day):
        wall = datetime.combine(day, time.min) + timedelta(microseconds=time_of_day)
        return reference.to_instant(wall.replace(tzinfo=reference.zone_named(zone), fold=value))
    return s4_instant


def in_overlaps_only(zone, day, time_of_day):
    """The second occurrence in an overlap, as AT TIME ZONE does; right in gaps."""
    return max(fold(0)(zone, day, time_of_day), fold(1)(zone, day, time_of_day))


def in_gaps_only(zone, day, time_of_day):
    return min(fold(0)(zone, day, time_of_day), fold(1)(zone, day, time_of_day))


def s4_offset_of_noon(zone, day, time_of_day):
    """One offset for the whole day."""
    noon = fold(0)(zone, day, DAY // 2)
    return noon + time_of_day - DAY // 2


def s5_dates_from_first_to_last(business, employee, day):
    """Compares the dates of both ends, which is wrong where an overlap straddles midnight."""
    if reference.s17_setting("availability_override_mode", business) != "replace":
        return False
    return any(reference.local_date(business.time_zone, override.start) <= day
               <= reference.local_date(business.time_zone, override.end - 1) for override in reference.s5_available(business, employee))


def s5_end_date_included(business, employee, day):
    if reference.s17_setting("availability_override_mode", business) != "replace":
        return False
    return any(override.start <= piece[1] and piece[0] <= override.end for override in reference.s5_available(business, employee)
               for piece in reference.instants_of_date(business.time_zone, day))


def s5_utc_dates(business, employee, day):
    return right["s5_replaced"](replace(business, time_zone="Etc/UTC"), employee, day)


def s5_both_kinds_replace(business, employee, day):
    if employee is not None:
        employee = replace(employee, overrides=[replace(override, is_unavailable=False) for override in employee.overrides])
    return right["s5_replaced"](business, employee, day)


def s5_closures_replace(business, employee, day):
    return right["s5_replaced"](replace(business, overrides=[replace(each, is_unavailable=False) for each in business.overrides]),
                                employee, day)


def s5_own_alone_replace(business, employee, day):
    return right["s5_replaced"](replace(business, overrides=[]), employee, day)


def s5_openings_replace_for_everybody(business, employee, day):
    if employee is not None:
        employee = replace(employee, overrides=employee.overrides + business.overrides)
    return right["s5_replaced"](business, employee, day)


def s5_openings_replace_their_first_date(business, employee, day):
    first = [each for each in business.overrides if reference.local_date(business.time_zone, each.start) == day]
    return right["s5_replaced"](replace(business, overrides=first), employee, day)


def s5_openings_replace_what_is_followed(business, employee, day):
    if not reference.s1_follows_business(business, employee, day):
        business = replace(business, overrides=[])
    return right["s5_replaced"](business, employee, day)


def openings(counts):
    """Another reading of for whom an opening of the business counts."""
    return {"s5_openings_of_business": lambda business, employee: [
        each for each in business.overrides if not each.is_unavailable and counts(business, employee, each)]}


def follows_on(day_of):
    return lambda business, employee, each: reference.s1_follows_business(business, employee, day_of(business, each))


def first_date(business, each):
    return reference.local_date(business.time_zone, each.start)


def last_date(business, each):
    return reference.local_date(business.time_zone, each.end - 1)


def dates_touched(business, each):
    first = first_date(business, each)
    return [first + timedelta(days=count) for count in range((last_date(business, each) - first).days + 1)]


def follows_always(business, employee, each):
    return all(reference.s1_follows_business(business, employee, day) for day in dates_touched(business, each))


def follows_sometime(business, employee, each):
    return any(reference.s1_follows_business(business, employee, day) for day in dates_touched(business, each))


def follows_by(mode):
    return lambda business, employee, each: reference.s1_follows_business(
        replace(business, settings={**business.settings, "working_hours_inheritance": mode}), employee, first_date(business, each))


def follows_where_nothing_replaces(business, employee, each):
    """An own override in the mode `replace` is taken for own hours."""
    replaced = right["s5_replaced"](replace(business, overrides=[]), employee, first_date(business, each))
    return not replaced and reference.s1_follows_business(business, employee, first_date(business, each))


def follows_where_there_is_something(business, employee, each):
    """On a day off of the business nobody follows."""
    return bool(reference.s2_shifts(reference.s1_rows_of_day(business, None, first_date(business, each)))) and (
        reference.s1_follows_business(business, employee, first_date(business, each)))


def s5_openings_day_by_day(business, employee, days):
    """An opening counts on each date on which the business is followed, and is cut at midnight."""
    pieces = [replace(each, start=max(each.start, start), end=min(each.end, end))
              for each in business.overrides if not each.is_unavailable
              for day in dates_touched(business, each) if reference.s1_follows_business(business, employee, day)
              for start, end in reference.instants_of_date(business.time_zone, day) if reference.meet((each.start, each.end), (start, end))]
    with mock.patch.object(reference, "s5_openings_of_business", lambda *_: pieces):
        return right["s5_offered"](business, employee, days)


def with_overrides_of_business_that(count):
    """free_starts of a business with other overrides."""
    def changed(business, service, question, bookings, employee_id):
        kept = [each for each in business.overrides if count(business, question, employee_id, each)]
        return replace(business, overrides=kept), service, question, bookings, employee_id
    return whole_search(changed)


def s5_own_openings_beat_closures(business, service, question, bookings, employee_id):
    """A closure is cut by the own available overrides: here simply left out where it meets one."""
    own = [] if employee_id is None else [each for each in business.employees[employee_id].overrides if not each.is_unavailable]
    kept = [each for each in business.overrides
            if not each.is_unavailable or not any(reference.meet((each.start, each.end), (other.start, other.end)) for other in own)]
    return replace(business, overrides=kept), service, question, bookings, employee_id


def s5_openings_beat_closures(business, service, question, bookings, employee_id):
    openings = [each for each in business.overrides if not each.is_unavailable]
    kept = [each for each in business.overrides
            if not each.is_unavailable or not any(reference.meet((each.start, each.end), (other.start, other.end)) for other in openings)]
    return replace(business, overrides=kept), service, question, bookings, employee_id


def s5_closures_with_buffers(interval, working_time, unavailable):
    """Buffers may not reach into what is unavailable (some are everybody's)."""
    return right["s8_fits"](interval, working_time, [(start - 10 * MINUTE, end + 10 * MINUTE) for start, end in unavailable])


def s7_openings_without_a_grid(business, service, question, offered, own_bookings, days):
    theirs = {(each.start, each.end) for each in business.overrides}
    return right["s7_candidates"](business, service, question, [each for each in offered if each not in theirs], own_bookings, days)


def s7_closures_move_the_grid(business, service, question, offered, own_bookings, days):
    """What begins within a closure begins behind it."""
    def moved(start, end):
        return max([start] + [closed[1] for closed in reference.s5_closed(business) if closed[0] <= start < closed[1] < end]), end
    return right["s7_candidates"](business, service, question, [moved(*each) for each in offered], own_bookings, days)


def s7_grids_of_all_openings(business, service, question, offered, own_bookings, days):
    """Also of those that do not count."""
    more = [(each.start, each.end) for each in business.overrides if not each.is_unavailable]
    return right["s7_candidates"](business, service, question, offered + more, own_bookings, days)


def s5_available_wins(employee):
    if employee is None:
        return []
    cut = []
    for start, end in right["s5_unavailable"](employee):
        edges = [start]
        for override in sorted(employee.overrides, key=lambda item: item.start):
            if not override.is_unavailable and override.start < end and override.end > edges[-1]:
                edges += [max(override.start, edges[-1]), override.end]
        edges.append(end)
        cut += [(edges[i], edges[i + 1]) for i in range(0, len(edges) - 1, 2) if edges[i] < edges[i + 1]]
    return cut


def s6_conflicts_by_the_larger_buffer(service, own_bookings, start):
    end = start + service.duration * MINUTE
    return any(start < booking.end + max(booking.after, service.before) * MINUTE
               and booking.start - max(booking.before, service.after) * MINUTE < end
               and not reference.s15_same_session(booking, service, start) for booking in own_bookings)


def s6_closed_intervals(service, own_bookings, start):
    needed = reference.s6_needed(service, start)
    return any(needed[0] <= reference.s6_busy(booking)[1] and reference.s6_busy(booking)[0] <= needed[1]
               and not reference.s15_same_session(booking, service, start) for booking in own_bookings)


def busy_without(before, after):
    return lambda booking: (booking.start - (0 if before else booking.before) * MINUTE, booking.end + (0 if after else booking.after) * MINUTE)


def s7_on_merged_time(business, service, question, offered, own_bookings, days):
    return right["s7_candidates"](business, service, question, reference.merged(offered), own_bookings, days)


def s7_optimized_without_own_buffer(business, service, question, offered, own_bookings, days):
    return right["s7_candidates"](business, replace(service, before=0), question, offered, own_bookings, days)


def s7_clock_before_the_offset(business, service, question, offered, own_bookings, days):
    step = reference.s17_setting("slot_interval_minutes", business, service, question.step)
    offset = reference.s17_setting("slot_offset_minutes", business, service)
    return right["s7_candidates"](business, replace(service, settings={**service.settings, "slot_offset_minutes": offset % step}), question,
                                  offered, own_bookings, days)


def s7_clock_by_the_epoch(business, service, question, offered, own_bookings, days):
    return right["s7_candidates"](replace(business, time_zone="Etc/UTC"), service, question, offered, own_bookings, days)


def s7_clock_goes_on_past_midnight(start, end, step, question):
    return right["s7_grid"](start, end + 3 * 60 * MINUTE, step, question)


def s7_grid_from_the_window(start, end, step, question):
    return right["s7_grid"](max(start, question.from_time), end, step, question)


def s9_to_included(start, end, step, question):
    return right["s7_grid"](start, end, step, replace(question, to_time=question.to_time + 1))


def s10_exclusive(business, service, question, start):
    return right["s10_in_time"](business, service, question, start) and start != question.as_of + reference.s17_setting(
        "min_notice_minutes", business, service) * MINUTE


def horizon_by(limit):
    """The first instant beyond the horizon."""
    def s10_too_far(business, service, question, start):
        horizon = reference.s17_setting("max_advance_days", business, service)
        return horizon is not None and start >= limit(business, question, horizon)
    return {"s10_too_far": s10_too_far}


def last_day(business, question, horizon):
    return reference.local_date(business.time_zone, question.as_of) + timedelta(days=horizon)


def by_the_clock(business, question, horizon):
    """The same time of day so many days later."""
    wall = reference.to_datetime(question.as_of).astimezone(reference.zone_named(business.time_zone)) + timedelta(days=horizon)
    return reference.to_instant(wall) + 1


def at_the_next_midnight(business, question, horizon):
    """Misses what an overlap puts behind that midnight."""
    return reference.s4_instant(business.time_zone, last_day(business, question, horizon) + timedelta(days=1), 0)


def behind_the_last_piece(business, question, horizon):
    """Takes what an overlap puts of the next date between for within."""
    return max([piece[1] for piece in reference.instants_of_date(business.time_zone, last_day(business, question, horizon))],
               default=at_the_next_midnight(business, question, horizon))


def s10_days(more=0, zone=None, of_as_of=lambda question: question.as_of):
    def s10_too_far(business, service, question, start):
        horizon = reference.s17_setting("max_advance_days", business, service)
        name = zone or business.time_zone
        days = (reference.local_date(name, start) - reference.local_date(name, of_as_of(question))).days
        return horizon is not None and days > horizon + more
    return {"s10_too_far": s10_too_far}


def s10_from_the_notice(business, service, question, start):
    notice = reference.s17_setting("min_notice_minutes", business, service)
    return right["s10_too_far"](business, service, replace(question, as_of=question.as_of + notice * MINUTE), start)


def occupying(*statuses):
    return lambda booking, as_of: booking.status in statuses and not reference.s19_expired(booking, as_of)


def s15_by_start(booking, service, start):
    return booking.service_id == service.id and booking.start == start


def s15_any_service(booking, service, start):
    return booking.start == start and booking.end == start + service.duration * MINUTE


def s15_not_oversold(business, service, own_bookings, start):
    """Seats that are sold beyond the capacity do not make it full."""
    remaining = right["s15_remaining"](business, service, own_bookings, start)
    return remaining if remaining >= 0 else 1


def s15_not_the_overbooked(business, service, own_bookings, start):
    return right["s15_remaining"](business, service, [booking for booking in own_bookings if not booking.overbooked], start)


def s14_any_service(business, service, bookings, start):
    return sum(1 for booking in bookings
               if booking.employee_id is None and reference.meet(reference.s6_busy(booking), reference.s6_needed(service, start)))


def s14_mapped_not_eligible(business, service, bookings, start):
    return sum(1 for booking in bookings
               if booking.employee_id is None and reference.meet(reference.s6_busy(booking), reference.s6_needed(service, start))
               and service.mapped_employees & business.services[booking.service_id].mapped_employees)


def s14_active_services_only(business, service, bookings, start):
    return right["s14_unassigned_meeting"](business, service, [booking for booking in bookings
                                                              if business.services[booking.service_id].status == "active"], start)


def s14_once(business, service, bookings, start):
    return min(1, right["s14_unassigned_meeting"](business, service, bookings, start))


def s16_in_utc(business, service, own_bookings, start):
    return right["s16_limit_reached"](replace(business, time_zone="Etc/UTC"), service, own_bookings, start)


def s16_service_overrides_business(business, service, own_bookings, start):
    if service.settings.get("max_bookings_per_day") is not None:
        business = replace(business, settings={**business.settings, "max_bookings_per_day": None})
    return right["s16_limit_reached"](business, service, own_bookings, start)


def s16_of_service_counts_all(business, service, own_bookings, start):
    return right["s16_limit_reached"](business, service, [replace(booking, service_id=service.id) for booking in own_bookings], start)


def s16_of_business_counts_the_service(business, service, own_bookings, start):
    return right["s16_limit_reached"](business, service, [booking for booking in own_bookings if booking.service_id == service.id], start)


def whole_search(change):
    """A mistake about what is read at all."""
    return {"free_starts": lambda *arguments: right["free_starts"](*change(*arguments))}


def without_the_bookings_outside(business, service, question, bookings, employee_id):
    """S9: the window clips busy time, buffers not considered."""
    return business, service, question, [booking for booking in bookings
                                         if booking.end > question.from_time and booking.start < question.to_time], employee_id


def without_bookings_that_began_a_day_before(business, service, question, bookings, employee_id):
    return business, service, question, [booking for booking in bookings if booking.start > question.from_time - DAY], employee_id


def without_bookings_that_begin_after_the_window(business, service, question, bookings, employee_id):
    return business, service, question, [booking for booking in bookings if booking.start < question.to_time], employee_id


def without_bookings_that_began_half_a_day_before(business, service, question, bookings, employee_id):
    """Nothing is looked for but what is usual: long bookings are missed."""
    return business, service, question, [booking for booking in bookings
                                         if booking.start >= question.from_time - (service.before + 360) * MINUTE], employee_id


def without_bookings_that_begin_half_a_day_behind(business, service, question, bookings, employee_id):
    reach = (service.duration + service.after + 360) * MINUTE
    return business, service, question, [booking for booking in bookings if booking.start < question.to_time + reach], employee_id


def without_overrides_that_began_a_week_before(business, service, question, bookings, employee_id):
    if employee_id is not None:
        employee = business.employees[employee_id]
        kept = [override for override in employee.overrides if override.start > question.from_time - 7 * DAY]
        business = replace(business, employees={**business.employees, employee_id: replace(employee, overrides=kept)})
    return business, service, question, bookings, employee_id


def began_within_the_week(business, question, _, each):
    return each.start > question.from_time - 7 * DAY


def s16_of_the_window(business, service, question, bookings, employee_id):
    """Bookings outside the window are missed where they could matter to the count alone."""
    moved = [booking for booking in bookings if question.from_time <= booking.start < question.to_time]
    if len(moved) < len(bookings) and not any(reference.s6_busy(booking)[1] > question.from_time and booking not in moved
                                              and reference.s6_busy(booking)[0] < question.to_time + 2 * DAY for booking in bookings):
        bookings = moved
    return business, service, question, bookings, employee_id


MISTAKES = {
    "S1 inheritance by day ignored": setting_that_ignores("working_hours_inheritance"),
    "S1 the default fills free days": {"s1_rows_of_day": s1_own_and_default},
    "S1 off rows are no schedule": {"s1_rows_of_day": s1_off_rows_are_no_schedule},
    "S1 seasons ignored": {"s1_valid": s1_every_row},
    "S1 the first date excluded": valid(first_in=False),
    "S1 the last date excluded": valid(last_in=False),
    "S1 seasons never begin": valid(without=("from",)),
    "S1 seasons never end": valid(without=("to",)),
    "S1 seasons of the day before": valid(day_of=lambda day: day - timedelta(days=1)),
    "S1 an own schedule of any season replaces": follows(any_own_row),
    "S1 by day, an own row of any season replaces": follows(own_row_of_schedule_or_weekday_of_any_season),
    "S1 a day replaces a day always": follows(own_row_of_weekday),
    "S1 only a shift replaces": follows(own_row_that_is_on),
    "S1 the business has no seasons": {"s1_rows_of_day": s1_seasons_of_own_rows_alone},
    "S1 the season of the window's first day": whole_search(s1_decided_on_the_first_day),
    "S1 the season of the date of UTC": {"s1_rows_of_day": s1_season_of_the_utc_date},
    "S2 an off row stops the day": {"s2_shifts": s2_off_stops_the_day},
    "S3 touching rows do not merge": {"merged": lambda intervals: sorted(intervals)},
    "S4 second occurrence in overlaps": {"s4_instant": in_overlaps_only},
    "S4 offset after the transition in gaps": {"s4_instant": in_gaps_only},
    "S4 one offset a day": {"s4_instant": s4_offset_of_noon},
    "S4 dates that never were": {"s4_date_exists": lambda zone, day: True},
    "S5 replace ignored": setting_that_ignores("availability_override_mode"),
    "S5 dates from the first to the last": {"s5_replaced": s5_dates_from_first_to_last},
    "S5 an end at midnight touches the next date": {"s5_replaced": s5_end_date_included},
    "S5 dates of UTC": {"s5_replaced": s5_utc_dates},
    "S5 unavailable overrides replace": {"s5_replaced": s5_both_kinds_replace},
    "S5 available wins": {"s5_unavailable": s5_available_wins},
    "S5 the business has no overrides": with_overrides_of_business_that(lambda *_: False),
    "S5 the business has no openings": {"s5_openings_of_business": lambda *_: []},
    "S5 the business has no closures": {"s5_closed": lambda business: []},
    "S5 no openings for its own resource": with_overrides_of_business_that(lambda _, __, who, each: who is not None or each.is_unavailable),
    "S5 no closures for its own resource": with_overrides_of_business_that(
        lambda _, __, who, each: who is not None or not each.is_unavailable),
    "S5 no openings for people": with_overrides_of_business_that(lambda _, __, who, each: who is None or each.is_unavailable),
    "S5 no closures for people": with_overrides_of_business_that(lambda _, __, who, each: who is None or not each.is_unavailable),
    "S5 own openings beat closures": whole_search(s5_own_openings_beat_closures),
    "S5 openings of the business beat closures": whole_search(s5_openings_beat_closures),
    "S5 buffers keep away from what is unavailable": {"s8_fits": s5_closures_with_buffers},
    "S5 openings for everybody": openings(lambda *_: True),
    "S5 openings for whoever has no own hours at all": openings(lambda _, employee, __: employee is None or not employee.weekly_rows),
    "S5 openings for who follows on the last date": openings(follows_on(last_date)),
    "S5 openings for who follows on the next date": openings(follows_on(
        lambda business, each: first_date(business, each) + timedelta(days=1))),
    "S5 openings for who follows on the date of UTC": openings(follows_on(lambda _, each: reference.local_date("Etc/UTC", each.start))),
    "S5 openings for who follows on every date": openings(follows_always),
    "S5 openings for who follows on some date": openings(follows_sometime),
    "S5 openings by schedules alone": openings(follows_by("schedule")),
    "S5 openings by days alone": openings(follows_by("day")),
    "S5 no openings beside an own override": openings(follows_where_nothing_replaces),
    "S5 no openings on a day off of the business": openings(follows_where_there_is_something),
    "S5 openings day by day": {"s5_offered": s5_openings_day_by_day},
    "S5 closures replace": {"s5_replaced": s5_closures_replace},
    "S5 openings of the business replace nothing": {"s5_replaced": s5_own_alone_replace},
    "S5 openings replace for everybody": {"s5_replaced": s5_openings_replace_for_everybody},
    "S5 openings replace their first date": {"s5_replaced": s5_openings_replace_their_first_date},
    "S5 openings replace what is followed": {"s5_replaced": s5_openings_replace_what_is_followed},
    "S6 the larger buffer instead of the sum": {"s6_conflicts": s6_conflicts_by_the_larger_buffer},
    "S6 closed intervals": {"s6_conflicts": s6_closed_intervals},
    "S6 no buffer before the booking": {"s6_busy": busy_without(True, False)},
    "S6 no buffer after the booking": {"s6_busy": busy_without(False, True)},
    "S6 buffers_within_hours ignored": setting_that_ignores("buffers_within_hours"),
    "S7 alignment ignored": setting_that_ignores("slot_alignment"),
    "S7 offset ignored": setting_that_ignores("slot_offset_minutes"),
    "S7 grid of merged time": {"s7_candidates": s7_on_merged_time},
    "S7 openings of the business have no grid": {"s7_candidates": s7_openings_without_a_grid},
    "S7 grids of openings that do not count": {"s7_candidates": s7_grids_of_all_openings},
    "S7 closures move the grid": {"s7_candidates": s7_closures_move_the_grid},
    "S7 optimized without the own buffer": {"s7_candidates": s7_optimized_without_own_buffer},
    "S7 clock before the offset": {"s7_candidates": s7_clock_before_the_offset},
    "S7 clock of UTC": {"s7_candidates": s7_clock_by_the_epoch},
    "S7 grids go on": {"s7_grid": s7_clock_goes_on_past_midnight},
    "S7 grid from the window": {"s7_grid": s7_grid_from_the_window},
    "S8 the start alone must fit": {"s8_fits": lambda interval, working, unavailable:
                                    right["s8_fits"]((interval[0], interval[0] + 1), working, unavailable)},
    "S9 the end of the window is in": {"s9_in_window": lambda question, start: question.from_time <= start <= question.to_time,
                                       "s7_grid": s9_to_included},
    "S9 the window clips busy time": whole_search(without_the_bookings_outside),
    "S9 bookings that began a day before": whole_search(without_bookings_that_began_a_day_before),
    "S9 bookings that began half a day before": whole_search(without_bookings_that_began_half_a_day_before),
    "S9 bookings that begin half a day behind": whole_search(without_bookings_that_begin_half_a_day_behind),
    "S9 bookings that begin after the window": whole_search(without_bookings_that_begin_after_the_window),
    "S9 overrides that began a week before": whole_search(without_overrides_that_began_a_week_before),
    "S9 closures that began a week before": with_overrides_of_business_that(began_within_the_week),
    "S10 notice exclusive": {"s10_in_time": s10_exclusive},
    "S10 horizon ignored": {"s10_too_far": lambda *_: False},
    "S10 horizon in hours": horizon_by(lambda business, question, horizon: question.as_of + horizon * DAY + 1),
    "S10 horizon at the time of day": horizon_by(by_the_clock),
    "S10 horizon one day short": s10_days(more=-1),
    "S10 horizon one day more": s10_days(more=1),
    "S10 horizon of dates of UTC": s10_days(zone="Etc/UTC"),
    "S10 horizon from the window": s10_days(of_as_of=lambda question: question.from_time),
    "S10 horizon from the notice": {"s10_too_far": s10_from_the_notice},
    "S10 horizon until the next midnight": horizon_by(at_the_next_midnight),
    "S10 horizon until the date is over": horizon_by(behind_the_last_piece),
    "S11 no_show occupies": {"s11_occupies": occupying("pending", "confirmed", "completed", "no_show", *LABELS)},
    "S11 completed does not": {"s11_occupies": occupying("pending", "confirmed", *LABELS)},
    "S11 pending does not": {"s11_occupies": occupying("confirmed", "completed", *LABELS)},
    "S11 labels of the application do not": {"s11_occupies": occupying("pending", "confirmed", "completed")},
    "S12 its own resource while nobody is active": {"s12_own_resource": lambda business: not reference.s12_active_employees(business)},
    "S12 its own resource while all have left": {"s12_own_resource": lambda business: all(
        employee.status == "terminated" for employee in business.employees.values())},
    "S12 tenants that are not active": {"s12_bookable": lambda business, service: business.status == service.status == "active"},
    "S12 suspended tenants alone": {"s12_bookable": lambda business, service: (
        business.tenant_status != "suspended" and business.status == service.status == "active")},
    "S12 inactive employees": {"s12_active_employees": lambda business: sorted(business.employees)},
    "S12 unmapped employees": {"s12_eligible": lambda business, service: reference.s12_active_employees(business)},
    "S12 inactive services": {"s12_bookable": lambda business, service: business.tenant_status == business.status == "active"},
    "S12 inactive businesses": {"s12_bookable": lambda business, service: business.tenant_status == service.status == "active"},
    "S13 capacity of the first": {"s13_slot": lambda service, start, remaining:
                                  replace(right["s13_slot"](service, start, remaining), remaining_capacity=min(remaining.values()))},
    "S14 ignored": {"s14_unassigned_meeting": lambda *_: 0},
    "S14 whatever the service": {"s14_unassigned_meeting": s14_any_service},
    "S14 mapped, not eligible": {"s14_unassigned_meeting": s14_mapped_not_eligible},
    "S14 of active services": {"s14_unassigned_meeting": s14_active_services_only},
    "S14 one at most": {"s14_unassigned_meeting": s14_once},
    "S15 capacity ignored": setting_that_ignores("capacity"),
    "S15 beyond the capacity there is room": {"s15_remaining": s15_not_oversold},
    "S15 overbooked seats do not count": {"s15_remaining": s15_not_the_overbooked},
    "S15 sessions by their start": {"s15_same_session": s15_by_start},
    "S15 sessions of any service": {"s15_same_session": s15_any_service},
    "S16 ignored": {"s16_limit_reached": lambda *_: False},
    "S16 dates of UTC": {"s16_limit_reached": s16_in_utc},
    "S16 the service's limit alone": {"s16_limit_reached": s16_service_overrides_business},
    "S16 the service's limit counts all": {"s16_limit_reached": s16_of_service_counts_all},
    "S16 the business's limit counts one service": {"s16_limit_reached": s16_of_business_counts_the_service},
    "S16 bookings of the window alone": whole_search(s16_of_the_window),
    "S17 the business first": {"s17_setting": s17_business_first},
    "S17 settings before the argument": {"s17_setting": s17_settings_before_argument},
    "S19 holds never expire": {"s19_expired": lambda booking, as_of: False},
    "S19 holds never block": {"s19_expired": lambda booking, as_of: booking.hold_expires_at is not None},
    "S19 a hold blocks at its expiry": {"s19_expired": lambda booking, as_of: booking.status == "pending"
                                        and booking.hold_expires_at is not None and booking.hold_expires_at < as_of},
}


class Seeds(unittest.TestCase):
    def test_the_same_seed_gives_the_same_scenario(self):
        def text(scenario):
            return json.dumps([calendar_json.business_json(scenario.business), calendar_json.question_json(scenario.question), scenario.cut])
        for number in range(50):
            self.assertEqual(text(make_scenario(f"seed:{number}")), text(make_scenario(f"seed:{number}")))

    def test_json_there_and_back(self):
        for number in range(200):
            scenario = make_scenario(f"json:{number}")
            business = json.loads(json.dumps(calendar_json.business_json(scenario.business)))
            question = json.loads(json.dumps(calendar_json.question_json(scenario.question)))
            self.assertEqual(calendar_json.read_business(business), scenario.business)
            self.assertEqual(calendar_json.read_question(question), scenario.question)


class Windows(unittest.TestCase):
    def test_a_window_may_be_cut(self):
        """With each feature at least a hundred times, and slots on both sides."""
        told = collections.Counter()
        for number in range(1500):
            scenario, whole = scenario_and_answer(number)
            first, second = (find_available_slots(scenario.business, replace(scenario.question, **part))
                             for part in ({"to_time": scenario.cut}, {"from_time": scenario.cut}))
            self.assertEqual(first + second, whole, scenario.seed)
            told.update(features(scenario) if first and second else ())
        self.assertEqual([feature for feature in FEATURES if told[feature] < 100], [], told)


class Checks(unittest.TestCase):
    """What the schema would refuse is not made."""

    def check(self, business):
        for owner in [business] + list(business.employees.values()):
            for row in owner.weekly_rows:
                self.assertTrue(row.is_off or 0 <= row.start < row.end <= DAY, row)
                self.assertTrue(row.valid_from is None or row.valid_to is None or row.valid_from <= row.valid_to, row)
            for override in owner.overrides:
                self.assertLess(override.start, override.end)
        for booking in business.bookings:
            self.assertTrue(booking.start < booking.end <= booking.start + 7 * DAY, booking)
            self.assertTrue(0 <= booking.before <= 1440 and 0 <= booking.after <= 1440, booking)
            self.assertTrue(booking.hold_expires_at is None or booking.status == "pending", booking)
        business = with_more_capacity(business)  # which may have been lowered since
        for index, booking in enumerate(business.bookings):
            self.assertTrue(booking.overbooked or not refused_by_guard(business, business.bookings[:index], booking), booking)

    def test_every_business(self):
        for number in range(6000):
            seed = f"checks:{number}"
            with self.subTest(seed):
                scenario = make_scenario(seed)
                self.check(scenario.business)
                business, _ = with_another_booking(Dice(seed), scenario, scenario.business)
                if business.employees:
                    business, _, _ = with_another_absence(Dice(seed), scenario, business)
                business, _ = with_another_closure(Dice(seed), scenario, business)
                business, _ = with_another_opening(Dice(seed), scenario, business)
                business, _ = with_another_employee(Dice(seed), replace(scenario, business=business))
                self.check(business)
                self.assertTrue(scenario.question.from_time <= scenario.cut <= scenario.question.to_time)
                self.assertLessEqual(scenario.question.to_time - scenario.question.from_time, LONGEST_WINDOW)


class Power(unittest.TestCase):
    def test_each_mistake_is_noticed(self):
        for name, mistake in MISTAKES.items():
            with self.subTest(name):
                number = first_notice(mistake)
                if os.environ.get("VERBOSE"):
                    print(f"{name}: scenario {number}", flush=True)
                self.assertIsNotNone(number, f"no scenario out of {SCENARIOS} notices it")

    def test_every_rule_is_in_the_list(self):
        rules = {name.split()[0] for name in MISTAKES}
        self.assertEqual(rules, {f"S{number}" for number in range(1, 18)} | {"S19"})


if __name__ == "__main__":
    unittest.main()
