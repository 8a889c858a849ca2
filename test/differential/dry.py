"""The reference in the place of a server: run.py --dry checks the reference's own invariance, order and properties with it."""

from contextlib import contextmanager

from questions import FUNCTIONS, with_holds_moved


class ReferenceAsServer:
    error = ()  # none is expected

    def __init__(self):
        self.businesses = {}  # by the ids of their services and of their employees

    def insert(self, businesses):
        for business in businesses:
            self.businesses.update({identity: business for identity in list(business.services) + list(business.employees)})

    def insert_change(self, business, *_):
        self.insert([business])

    insert_booking = insert_override = insert_business_override = insert_employee = insert_change

    def bookings_stored(self, businesses):
        return {business.id: len(business.bookings) for business in businesses}

    def now(self):
        return 0

    @contextmanager
    def holds_moved(self, micros):
        before = self.businesses
        self.businesses = {identity: with_holds_moved(business, micros[business.id]) for identity, business in before.items()}
        yield
        self.businesses = before

    def scan_directly(self, wanted):
        pass

    def way_taken(self, _question):
        return "read by index scans"

    def ask(self, function, questions, _session_zone):
        return [FUNCTIONS[function].answer(self.businesses[asked_of(question)], question) for question in questions]

    def roll_back(self):
        self.businesses = {}

    def close(self):
        pass


def asked_of(question):
    """The id of the service or the employee."""
    question = getattr(question, "question", question)
    return getattr(question, "service_id", None) or question.employee_id
