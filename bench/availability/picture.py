"""The picture of the measurement: for each case a panel of bars on a logarithmic scale. Called by run.py."""

import math
from html import escape
from typing import Dict, List, Tuple

WIDTH, PANEL, GAP = 960, 470, 20
LABEL, VALUE = 150, 62
BAR, TOP = 19, 56
OURS, OTHERS, FLOOR = "#0b7a5c", "#9aa4b2", "#d3d8df"


def bars_of(times: Dict[str, float], reference: str, node: Dict[str, float]) -> List[Tuple[str, float, str]]:
    bars = [("SELECT 1", times["SELECT 1"], FLOOR), ("bare SELECT", times["bare SELECT"], FLOOR),
            ("ours, compact", times["ours, compact"], OURS), ("ours, rows", times["ours, rows"], OURS),
            ("best SQL", times[reference], OTHERS), ("SQL, anti-join", times["SQL, anti-join"], OTHERS)]
    for way, label in (("ours, compact", "Node.js: ours"), ("by hand", "Node.js: by hand"), ("date-fns-tz", "Node.js: date-fns-tz"), ("luxon", "Node.js: luxon")):
        if way in node:
            bars.append((label, node[way], OURS if way.startswith("ours") else OTHERS))
    return bars


def readable(microseconds: float) -> str:
    if microseconds < 1000:
        return f"{microseconds:.0f} µs"
    if microseconds < 1_000_000:
        return f"{microseconds / 1000:.3g} ms"
    return f"{microseconds / 1_000_000:.3g} s"


def panel(title: str, bars: List[Tuple[str, float, str]], left: float, top: float) -> List[str]:
    least, most = math.log10(5), math.log10(max(value for _, value, _ in bars))
    room = PANEL - LABEL - VALUE
    lines = [f'<text x="{left}" y="{top}" class="title">{escape(title)}</text>']
    for i, (label, value, colour) in enumerate(bars):
        y = top + 12 + i * BAR
        width = max(2.0, room * (math.log10(value) - least) / (most - least))
        lines += [f'<text x="{left + LABEL - 8}" y="{y + 12}" text-anchor="end"{" font-weight=" + chr(34) + "bold" + chr(34) if colour == OURS else ""}>{escape(label)}</text>',
                  f'<rect x="{left + LABEL}" y="{y + 1}" width="{width:.1f}" height="{BAR - 5}" rx="2" fill="{colour}"/>',
                  f'<text x="{left + LABEL + width + 6:.1f}" y="{y + 12}" class="value">{readable(value)}</text>']
    return lines


def write(path: str, times: Dict[str, Dict[str, float]], references: Dict[str, str], node: Dict[str, Dict[str, float]], titles: Dict[str, str]) -> None:
    panels = [(titles[case], bars_of(times[case], references[case], node.get(case, {}))) for case in times]
    height_of_panel = 30 + BAR * max(len(bars) for _, bars in panels)
    height = TOP + height_of_panel * ((len(panels) + 1) // 2) + 12
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img"'
             ' aria-label="How long finding slots takes, ours beside others">',
             "<style>text { font: 12px system-ui, 'DejaVu Sans', sans-serif; fill: #333b46 } .title { font-weight: bold; font-size: 13px }"
             " .head { font-weight: bold; font-size: 16px } .value { fill: #5a6472 }</style>",
             f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
             f'<text x="{GAP}" y="26" class="head">Finding slots: what a client waits, logarithmic scale</text>']
    for i, (title, bars) in enumerate(panels):
        lines += panel(title, bars, GAP / 2 + (i % 2) * WIDTH / 2, TOP + (i // 2) * height_of_panel)
    lines.append("</svg>")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
