"""The table of tests at the end of docs/rules.md names every rule, and nothing that is not there. Needs no server."""

import glob
import os
import re
import unittest

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def text_of(*patterns):
    names = [name for pattern in patterns for name in glob.glob(os.path.join(TOP, pattern))]
    assert names, patterns
    return "\n".join(open(name, encoding="utf-8").read() for name in names)


class Table(unittest.TestCase):
    unit_tests = set(re.findall(r"^TEST\w*\((\w+),\s*(\w+)", text_of("test/unit/*.cpp"), re.MULTILINE))
    python = text_of("test/differential/test_*.py", "test/differential/run.py")
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in text_of("docs/rules.md").split("## Tests\n")[1].splitlines() if line.startswith("|")][2:]

    def test_every_rule_has_a_row(self):
        self.assertEqual([row[0] for row in self.rows[:20]], [f"S{number}" for number in range(1, 21)])

    def is_there(self, name):
        """A path, a test, or a suite of tests."""
        if "/" in name:
            return os.path.exists(os.path.join(TOP, name))
        return any(name in (suite, f"{suite}.{case}") for suite, case in self.unit_tests)

    def test_every_name_is_there(self):
        for rule, unit, by_hand, _ in self.rows:
            for name in re.findall("`([^`]+)`", unit):
                self.assertTrue(self.is_there(name), (rule, name))
            for name in re.findall(r"`(\w+)`", by_hand):
                self.assertRegex(self.python, rf"\b(class|def) {name}\b", rule)


if __name__ == "__main__":
    unittest.main()
