"""Tests of the comparison itself, without a server: a server that lies must be noticed, whatever the lie and in whichever way it is asked,
and the scenario that is reported must be small. Needs no server: python3 -m unittest test_run"""

import argparse
import random
import unittest
from contextlib import contextmanager
from typing import NamedTuple

import run
from dry import ReferenceAsServer, asked_of
from questions import FUNCTIONS, with_questions
from row_security import not_found
from scenario import make_scenario
from shrink import shrink

class Refused(NamedTuple):
    sqlstate: str
    message: str
    detail: str


class BoundServer(ReferenceAsServer):
    """Knows row security: in another business's context there is nothing."""
    direct = True
    context = None
    word = None  # a wrong one

    def scan_directly(self, wanted):
        self.direct = wanted

    @contextmanager
    def application(self, context):
        self.context = context
        yield
        self.context = None

    def ask(self, function, questions, session_zone):
        answers = super().ask(function, questions, session_zone)
        return [answer if self.may_see(self.businesses[asked_of(question)].id) else
                Refused("BM003", "there is no such thing", self.word or not_found(function))
                for question, answer in zip(questions, answers)]

    def may_see(self, business_id):
        return self.context is None or self.context[:2] in ((business_id, business_id), (None, business_id), (business_id, None))


class Liar(BoundServer):
    """Leaves out the last item of each answer that has one, when `lies` says so."""

    def __init__(self, lies):
        super().__init__()
        self.lies = lies

    def ask(self, function, questions, session_zone):
        answers = super().ask(function, questions, session_zone)
        return [answer[:-1] if isinstance(answer, list) and self.lies(self, function, session_zone) else answer for answer in answers]


class Leak(BoundServer):
    """One function tells everybody."""

    def __init__(self, leaking):
        super().__init__()
        self.leaking = leaking

    def ask(self, function, questions, session_zone):
        context, self.context = self.context, None if function == self.leaking else self.context
        answers = super().ask(function, questions, session_zone)
        self.context = context
        return answers


def kinds(server, count=8, properties=0.0):
    """What a run over a batch complains of."""
    options = argparse.Namespace(row_security=1.0, properties=properties)
    scenarios = [with_questions(make_scenario(f"run:{number}")) for number in range(count)]
    return {difference.kind for _, difference in run.check_in_transaction(server, scenarios, random.Random(1), options)}


class Comparison(unittest.TestCase):
    def test_an_honest_server(self):
        self.assertEqual(kinds(BoundServer(), 20, properties=1.0), set())

    def test_each_function(self):
        for name in FUNCTIONS:
            self.assertIn(f"{name} differs from the reference", kinds(Liar(lambda _, function, __: function == name)), name)

    def test_each_way(self):
        for directly in (True, False):
            for name in FUNCTIONS:
                self.assertNotEqual(kinds(Liar(lambda server, function, _: function == name and server.direct == directly)), set(),
                                    (name, directly))

    def test_a_lie_in_some_session_zones(self):
        self.assertNotEqual(kinds(Liar(lambda _, __, zone: zone != "UTC")), set())

    def test_under_row_security_alone(self):
        for name in FUNCTIONS:
            self.assertIn(f"{name} differs from the reference",
                          kinds(Liar(lambda server, function, _: function == name and server.context is not None)), name)

    def test_a_way_that_shows_a_user_more(self):
        class Indiscreet(BoundServer):
            def may_see(self, business_id):
                return super().may_see(business_id) or self.context.user_id and self.direct
        self.assertTrue(any("depends on the way of reading" in kind for kind in kinds(Indiscreet())))

    def test_no_direct_scans(self):
        for in_context in (False, True):
            class Slow(BoundServer):
                def way_taken(self, question):
                    return "read by queries" if bool(self.context) == in_context else super().way_taken(question)
            self.assertIn("no direct scans", kinds(Slow()), in_context)

    def test_another_business_is_told(self):
        for name in FUNCTIONS:
            self.assertIn(f"{name} tells of another business", kinds(Leak(name)), name)

    def test_another_word_for_what_is_not_found(self):
        class Wordy(BoundServer):
            word = "business"
        self.assertTrue(any("tells of another business" in kind for kind in kinds(Wordy())))

    def test_a_window_that_clips(self):
        class Clipping(BoundServer):
            def ask(self, function, questions, session_zone):
                answers = super().ask(function, questions, session_zone)
                return [[slot for slot in answer if slot.end <= question.to_time] if function == "find_available_slots" else answer
                        for question, answer in zip(questions, answers)]
        self.assertTrue(kinds(Clipping()))

    def test_a_change_that_is_not_seen(self):
        for change in ("insert_booking", "insert_override", "insert_business_override", "insert_employee"):
            server = BoundServer()
            setattr(server, change, lambda *_: None)
            self.assertNotEqual(kinds(server, 20, properties=1.0), set(), change)

    def test_bookings_that_vanish(self):
        class Losing(BoundServer):
            def bookings_stored(self, businesses):
                return {business.id: len(business.bookings) - 1 for business in businesses}
        self.assertIn("bookings were lost when they were written", kinds(Losing()))


class Shrinking(unittest.TestCase):
    def test_a_lie_about_one_booking_is_made_small(self):
        """The server forgets the bookings; what is left of the scenario is a booking that matters."""
        class Forgetful(BoundServer):
            def ask(self, function, questions, session_zone):
                kept = self.businesses
                if function == "find_available_slots":
                    self.businesses = {key: run.replace(business, bookings=[]) for key, business in kept.items()}
                answers = super().ask(function, questions, session_zone)
                self.businesses = kept
                return answers
        options = argparse.Namespace(row_security=0, properties=0)
        numbers = (number for number in range(100)
                   if run.find_difference(Forgetful(), with_questions(make_scenario(f"little:{number}")), options))
        scenario = with_questions(make_scenario(f"little:{next(numbers)}"))
        small, difference = shrink(lambda each: run.find_difference(Forgetful(), each, options), scenario, 30)
        self.assertEqual(difference.kind, "find_available_slots differs from the reference")
        self.assertEqual(len(small.business.bookings), 1)
        self.assertEqual((small.further.next_slots, small.further.dates, small.further.free_busy), (None, None, None))


if __name__ == "__main__":
    unittest.main()
