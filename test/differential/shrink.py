"""Makes a scenario with a difference as small as possible before it is reported. Called by run.py."""

import time
from dataclasses import replace
from typing import Callable, Optional, Tuple

import reference
from differences import Difference
from scenario import Scenario


def shrink(find_difference: Callable[[Scenario], Optional[Difference]], scenario: Scenario,
           seconds: float) -> Tuple[Scenario, Optional[Difference]]:
    """Removes what is not needed for a difference of the same kind, within the time."""
    difference = find_difference(scenario)
    deadline = time.time() + seconds
    progress = difference is not None
    while progress:
        progress = False
        for smaller in smaller_ones(scenario):
            if time.time() > deadline:
                return scenario, difference
            found = find_difference(smaller)
            if found is not None and same_kind(found, difference):
                scenario, difference, progress = smaller, found, True
                break
    return scenario, difference


def same_kind(one: Difference, other: Difference) -> bool:
    def refusal(difference):
        return getattr(difference.right, "sqlstate", None)
    return one.kind == other.kind and refusal(one) == refusal(other)


def smaller_ones(scenario: Scenario):
    """Scenarios with one thing less each."""
    business, question = scenario.business, scenario.question
    yield from fewer_questions(scenario)
    asked = business.services[question.service_id]

    def changed(**parts):
        return replace(scenario, business=replace(business, **parts))

    for index in range(len(business.bookings)):
        yield changed(bookings=business.bookings[:index] + business.bookings[index + 1:])
    for identity in business.employees:
        if identity not in (question.employee_id, scenario.further.free_busy and scenario.further.free_busy.employee_id):
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
        for rows in [*fewer_rows(employee.weekly_rows), *without_seasons(employee.weekly_rows)]:
            yield with_employee(weekly_rows=rows)
        if employee.settings:
            yield with_employee(settings={})
    for rows in [*fewer_rows(business.weekly_rows), *without_seasons(business.weekly_rows)]:
        yield changed(weekly_rows=rows)
    for overrides in fewer_rows(business.overrides):
        yield changed(overrides=overrides)
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
            yield replace(scenario, question=replace(question, **parts), further=scenario.further.changed(**parts))
    length = question.to_time - question.from_time
    for parts in ({"to_time": question.from_time + length // 2}, {"from_time": question.to_time - length // 2}):
        if length > 2 * reference.HOUR:
            shorter = replace(question, **parts)
            yield replace(scenario, question=shorter, cut=min(max(scenario.cut, shorter.from_time), shorter.to_time))


def fewer_questions(scenario: Scenario):
    further = scenario.further
    for name, asked in further._asdict().items():
        if asked is not None:
            yield replace(scenario, further=further._replace(**{name: None}))
    for name in ("check", "checks"):
        asked = getattr(further, name)
        if asked is not None and len(asked.starts) > 1:
            for starts in fewer_rows(asked.starts):
                if starts:
                    yield replace(scenario, further=further._replace(**{name: replace(asked, starts=starts)}))
    if further.next_slots is not None and further.next_slots.max_slots > 1:
        yield replace(scenario, further=further._replace(next_slots=replace(further.next_slots, max_slots=1)))


def without_seasons(rows):
    for index, row in enumerate(rows):
        for name in ("valid_from", "valid_to"):
            if getattr(row, name) is not None:
                yield rows[:index] + [replace(row, **{name: None})] + rows[index + 1:]


def fewer_rows(rows):
    if len(rows) > 1:
        yield []
        yield rows[:len(rows) // 2]
        yield rows[len(rows) // 2:]
    for index in range(len(rows)):
        yield rows[:index] + rows[index + 1:]
