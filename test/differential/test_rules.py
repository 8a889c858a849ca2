"""The table of code and tests at the end of docs/rules.md names every rule, and nothing that is not there. Needs no server."""

import glob
import os
import pathlib
import re
import unittest

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def text_of(*patterns):
    names = [name for pattern in patterns for name in glob.glob(os.path.join(TOP, pattern))]
    assert names, patterns
    return "\n".join(pathlib.Path(name).read_text(encoding="utf-8") for name in names)


class Table(unittest.TestCase):
    unit_tests = set(re.findall(r"^TEST\w*\((\w+),\s*(\w+)", text_of("test/unit/*.cpp"), re.MULTILINE))
    python = text_of("test/differential/test_*.py", "test/differential/run.py")
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in text_of("docs/rules.md").split("## Code and tests\n")[1].splitlines() if line.startswith("|")][2:]

    def test_every_rule_has_a_row(self):
        self.assertEqual([row[0] for row in self.rows[:20]], [f"S{number}" for number in range(1, 21)])

    def is_there(self, name):
        """A path, a test, or a suite of tests."""
        if "/" in name:
            return os.path.exists(os.path.join(TOP, name))
        return any(name in (suite, f"{suite}.{case}") for suite, case in self.unit_tests)

    def test_every_name_is_there(self):
        for rule, _, unit, by_hand, _ in self.rows:
            for name in re.findall("`([^`]+)`", unit):
                self.assertTrue(self.is_there(name), (rule, name))
            for name in re.findall(r"`(\w+)`", by_hand):
                self.assertRegex(self.python, rf"\b(class|def) {name}\b", rule)

    def names_rule(self, path, rule):
        """Whether a file or its header says the number, by itself or as one of "S14 to S16"."""
        number = int(rule[1:])
        text = text_of(path, os.path.splitext(path)[0] + ".hpp")
        return re.search(rf"\b{rule}\b", text) or any(int(first) <= number <= int(last) for first, last in re.findall(r"\bS(\d+) to S(\d+)\b", text))

    def test_every_rule_is_in_its_code(self):
        for rule, code, *_ in self.rows:
            paths = re.findall("`([^`]+)`", code)
            if re.fullmatch(r"S\d+", rule):
                self.assertTrue(paths, rule)
            for path in paths:
                self.assertTrue(os.path.exists(os.path.join(TOP, path)), (rule, path))
                self.assertTrue(not re.fullmatch(r"S\d+", rule) or self.names_rule(path, rule), f"{path} does not name {rule}")


if __name__ == "__main__":
    unittest.main()
