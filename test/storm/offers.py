"""Find = book, on what a storm left behind: each slot that is listed can be booked, each other instant is refused with the reason that
check_slot gives. Everything is rolled back. Used by storm.py."""

import random
from datetime import timedelta
from typing import List, Optional

import psycopg2

from world import APP, BUSINESSES, DAYS, FIRST_DAY, NEWCOMER, TAKEN_REASONS, Business, Service, connect, customer

REASONS = {"not_offered", "in_past", "too_soon", "too_far", "outside_hours", "unavailable_override", "not_aligned", *TAKEN_REASONS}
MINUTES = range(DAYS * 24 * 60)
INSTANTS = 12


def broken_offers(seed: int) -> List[str]:
    """Of some instants of each service, with each employee and with any: half of them listed, half of them whatever."""
    choice = random.Random(seed)
    connection = connect(user=APP)
    cursor = connection.cursor()
    found = []
    for business in BUSINESSES:
        cursor.execute("BEGIN; SELECT set_session_context(NULL, %s, NULL)", (business.id,))
        for service in business.services:
            for employee in [None, *business.employees]:
                found += broken_offers_of(cursor, choice, business, service, employee)
        cursor.execute("ROLLBACK")
    connection.close()
    return found


def broken_offers_of(cursor, choice: random.Random, business: Business, service: Service, employee: Optional[str]) -> List[str]:
    cursor.execute("SELECT slot_start, employee_ids FROM find_available_slots(%s, %s, %s, %s)",
                   (service.id, FIRST_DAY, FIRST_DAY + timedelta(days=DAYS), employee))
    listed = dict(cursor.fetchall())
    instants = [FIRST_DAY + timedelta(minutes=5 * (minute // 5)) for minute in choice.sample(MINUTES, INSTANTS)]
    instants += choice.sample(sorted(listed), min(INSTANTS, len(listed)))
    found = []
    for instant in instants:
        cursor.execute("SELECT available, reason, employee_ids FROM check_slot(%s, %s, %s)", (service.id, instant, employee))
        available, reason, free = cursor.fetchone()
        where = f"offer: {service.name} at {instant} with {employee or 'anybody'}"
        if available != (instant in listed) or available and free != listed[instant]:
            found.append(f"{where} is listed: {instant in listed}, check_slot says {reason}")
        answer = booked(cursor, service.id, instant, customer(business, NEWCOMER), employee)
        expected = "ok" if available else f"{'23P01' if reason in TAKEN_REASONS else 'BM001'} {reason}"
        if answer != expected:
            found.append(f"{where} was answered {answer} by book_slot, not {expected}")
    return found


def booked(cursor, *arguments) -> str:
    """ok, or the SQLSTATE and the reason, the word of DETAIL that check_slot uses."""
    cursor.execute("SAVEPOINT booking")
    try:
        cursor.execute("SELECT FROM book_slot(%s, %s, %s, %s)", arguments)
        return "ok"
    except psycopg2.Error as error:
        detail = error.diag.message_detail or ""
        words = {word.strip('.,:;"()') for word in detail.split()}
        return f"{error.pgcode} {' '.join(sorted(words & REASONS)) or detail}"
    finally:
        cursor.execute("ROLLBACK TO booking")
