"""The picture of the measurement: for each case a panel of bars on a logarithmic scale. Called by run.py."""

import math
from html import escape
from typing import Dict, List, NamedTuple, Tuple

WIDTH, PANEL, GAP = 960, 470, 20
LABEL, VALUE = 150, 62
BAR, TOP = 19, 56
OURS, OTHERS, FLOOR = "#0b7a5c", "#9aa4b2", "#d3d8df"


NODE = (("ours, compact", "Node.js: ours"), ("by hand", "Node.js: by hand"), ("date-fns-tz", "Node.js: date-fns-tz"), ("luxon", "Node.js: luxon"))


class Panel(NamedTuple):
    title: str
    times: Dict[str, float]     # microseconds
    reference: str              # the fastest of SQL and PL/pgSQL
    node: Dict[str, float]      # empty: not measured


def bars_of(panel: Panel) -> List[Tuple[str, float, str]]:
    times = panel.times
    bars = [("SELECT 1", times["SELECT 1"], FLOOR), ("bare SELECT", times["bare SELECT"], FLOOR),
            ("ours, compact", times["ours, compact"], OURS), ("ours, rows", times["ours, rows"], OURS),
            ("best SQL", times[panel.reference], OTHERS), ("SQL, anti-join", times["SQL, anti-join"], OTHERS)]
    return bars + [(label, panel.node[way], OURS if way.startswith("ours") else OTHERS) for way, label in NODE if way in panel.node]


def readable(microseconds: float) -> str:
    if microseconds < 1000:
        return f"{microseconds:.0f} µs"
    if microseconds < 1_000_000:
        return f"{microseconds / 1000:.3g} ms"
    return f"{microseconds / 1_000_000:.3g} s"


def draw(title: str, bars: List[Tuple[str, float, str]], left: float, top: float) -> List[str]:
    least, most = math.log10(5), math.log10(max(value for _, value, _ in bars))
    room = PANEL - LABEL - VALUE
    lines = [f'<text x="{left + GAP / 2}" y="{top}" class="title">{escape(title)}</text>']
    for i, (label, value, colour) in enumerate(bars):
        y = top + 12 + i * BAR
        width = max(2.0, room * (math.log10(value) - least) / (most - least))
        emphasis = ' class="ours"' if colour == OURS else ""
        lines += [f'<text x="{left + LABEL - 8}" y="{y + 12}" text-anchor="end"{emphasis}>{escape(label)}</text>',
                  f'<rect x="{left + LABEL}" y="{y + 1}" width="{width:.1f}" height="{BAR - 5}" rx="2" fill="{colour}"/>',
                  f'<text x="{left + LABEL + width + 6:.1f}" y="{y + 12}" class="value">{readable(value)}</text>']
    return lines


def write(path: str, panels: List[Panel]) -> None:
    bars = [bars_of(panel) for panel in panels]
    height_of_panel = 30 + BAR * max(map(len, bars))
    height = TOP + height_of_panel * ((len(panels) + 1) // 2)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img"'
             ' aria-label="How long finding slots takes, ours beside others">',
             "<style>text { font: 12px system-ui, 'DejaVu Sans', sans-serif; fill: #333b46 } .title { font-weight: bold; font-size: 13px }"
             " .head { font-weight: bold; font-size: 16px } .value { fill: #5a6472 } .ours { font-weight: bold }</style>",
             f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
             f'<text x="{GAP}" y="26" class="head">Finding slots: what a client waits, logarithmic scale</text>']
    for i, panel in enumerate(panels):
        lines += draw(panel.title, bars[i], GAP / 2 + (i % 2) * WIDTH / 2, TOP + (i // 2) * height_of_panel)
    lines.append("</svg>")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
