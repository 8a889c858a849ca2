"""Scenarios that are in the database, asked in every function and in every way, and compared with the reference.
Called by run.py and row_security.py."""

import random
from contextlib import nullcontext
from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

from differences import Difference
from questions import FUNCTIONS, OF_THE_PRESENT, at_present
from scenario import SESSION_ZONES, Scenario

Failures = List[Tuple[Scenario, Difference]]


class Way(NamedTuple):
    """How the server is asked."""
    directly: bool  # by direct scans where they may be taken
    session_zone: str

    def __str__(self):
        return f"{'by direct scans' if self.directly else 'by queries'}, session in {self.session_zone}"


def ways(dice: random.Random) -> List[Way]:
    return [Way(True, "UTC"), Way(False, dice.choice(SESSION_ZONES))]


class Asking(NamedTuple):
    """Which scenarios, how, and in which context."""
    indexes: Sequence[int]
    ways: List[Way]
    circumstances: str = ""
    context: Callable = nullcontext


class Round:
    """Scenarios that are in the database, and what the reference answers: to each function, for each scenario. The holds expire about
    as_of for most functions, about now for those of the present."""

    def __init__(self, server, scenarios: List[Scenario]):
        self.server = server
        self.scenarios = scenarios
        now = server.now()
        self.present = [at_present(scenario, now) for scenario in scenarios]
        self.moved = {scenario.business.id: now - scenario.question.as_of for scenario in scenarios}
        self.expected = {name: [None if function.question(scenario) is None else
                                function.answer(scenario.business, function.question(scenario))
                                for scenario in self.asked(name)] for name, function in FUNCTIONS.items()}

    def all(self) -> range:
        return range(len(self.scenarios))

    def asked(self, name: str) -> List[Scenario]:
        return self.present if name in OF_THE_PRESENT else self.scenarios

    def ask(self, name: str, way: Way, indexes) -> Dict[int, object]:
        """The server's answers of some scenarios, by their place."""
        scenarios = self.asked(name)
        indexes = [index for index in indexes if FUNCTIONS[name].question(scenarios[index]) is not None]
        self.server.scan_directly(way.directly)
        return dict(zip(indexes, self.server.ask(name, [FUNCTIONS[name].question(scenarios[index]) for index in indexes],
                                                 way.session_zone)))

    def check_direct(self, index: int, circumstances: str) -> Failures:
        """That the direct way is not merely asked for."""
        taken = self.server.way_taken(self.scenarios[index].question)
        if "read by index scans" in taken:
            return []
        return [(self.scenarios[index], Difference("no direct scans", circumstances, "expected", "direct scans", "the server", taken))]

    def compare(self, askings: List[Asking]) -> Failures:
        """Every function, against the reference."""
        failures = [failure for asking in askings
                    for failure in self.compare_functions(asking, [name for name in FUNCTIONS if name not in OF_THE_PRESENT])]
        with self.server.holds_moved(self.moved):
            return failures + [failure for asking in askings for failure in self.compare_functions(asking, OF_THE_PRESENT)]

    def compare_functions(self, asking: Asking, names) -> Failures:
        with asking.context():
            return [(self.scenarios[index], Difference(f"{name} differs from the reference", f"{way}{asking.circumstances}",
                                                       "the reference", self.expected[name][index], "the server", answer))
                    for name in names for way in asking.ways for index, answer in self.ask(name, way, asking.indexes).items()
                    if answer != self.expected[name][index]]
