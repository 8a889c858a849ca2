"""What a difference is, and how it is told. Called by run.py and shrink.py."""

import json
from dataclasses import fields
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

import calendar_json
import reference
from calendar_json import instant_text
from scenario import Scenario


class Difference(NamedTuple):
    """Something that must not be: its kind, the circumstances, and the two answers that should agree (names and lists of items)."""
    kind: str
    circumstances: str
    left_name: str
    left: object
    right_name: str
    right: object


def report(scenario: Scenario, difference: Difference):
    print(f"\nscenario {scenario.seed}: {difference.kind} ({difference.circumstances})")
    print_scenario(scenario)
    left, right = difference.left, difference.right
    if not isinstance(left, list) or not isinstance(right, list):
        for name, answer in ((difference.left_name, left), (difference.right_name, right)):
            print(f"  {name}: {f'{len(answer)} items' if isinstance(answer, list) else answer}")
        return
    print(f"  {len(left)} items in {difference.left_name}, {len(right)} in {difference.right_name}")
    print_without(f"in {difference.left_name} alone", left, right, scenario)
    print_without(f"in {difference.right_name} alone", right, left, scenario)


def print_without(title: str, items: list, others: list, scenario: Scenario):
    alone = [item for item in items if item not in others]
    print(f"  {title}: {len(alone)}")
    for item in alone[:20]:
        print(f"    {item_text(item, scenario.business.time_zone)}")


INSTANTS = {"start", "end", "from_time", "to_time", "as_of", "first_slot"}


def item_text(item, zone: str) -> str:
    """The fields of a slot, a check, a period, a question; instants in UTC and in the zone of the business."""
    values = item._asdict() if hasattr(item, "_asdict") else {each.name: getattr(item, each.name) for each in fields(item)}
    return ", ".join(f"{name} {value_text(name, value, zone)}" for name, value in values.items())


def value_text(name: str, value, zone: str) -> str:
    if name in INSTANTS and value is not None:
        return f"{instant_text(value)} ({reference.to_datetime(value).astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M:%S %z})"
    if name == "starts":
        return " ".join(map(instant_text, value))
    if isinstance(value, reference.Question):
        return "{" + item_text(value, zone) + "}"
    if isinstance(value, tuple):
        return "{" + ", ".join(value) + "}"
    return value.isoformat() if isinstance(value, date) else str(value)


def print_scenario(scenario: Scenario):
    print("  business:", one_level_json(calendar_json.business_json(scenario.business)))
    print("  question:", json.dumps(calendar_json.question_json(scenario.question)))
    for name, asked in (scenario.further._asdict() if scenario.further else {}).items():
        print(f"  {name}:", "-" if asked is None else item_text(asked, scenario.business.time_zone))


def one_level_json(value: dict) -> str:
    """One line for each thing, so that it can be read and still be parsed."""
    lines = []
    for key, part in value.items():
        if isinstance(part, list) and part:
            lines.append(f"{json.dumps(key)}: [\n      " + ",\n      ".join(json.dumps(item) for item in part) + "]")
        elif isinstance(part, dict) and part and key in ("services", "employees"):
            lines.append(f"{json.dumps(key)}: {{\n      " + ",\n      ".join(f"{json.dumps(name)}: {json.dumps(item)}"
                                                                          for name, item in part.items()) + "}")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(part)}")
    return "{\n    " + ",\n    ".join(lines) + "}"
