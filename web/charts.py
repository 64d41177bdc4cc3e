"""Charts as SVG, made here: they stand alone when saved, and the page's style sheet makes them dark where it must."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

# Distinct also for readers who don't tell red from green (Okabe and Ito 2008), each with a mark of its own.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#a2447e", "#8a6d00", "#3b8fc4", "#4d4d4d", "#b5410f")
MARKS = ("circle", "square", "triangle", "diamond")
WIDTH, HEIGHT = 820, 380
LEFT, RIGHT, TOP, BOTTOM = 72, 192, 66, 66
EDGE = 12  # where titles begin
FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
INK, MUTED, RULE = "#1b1b1b", "#595959", "#d9d9d9"
LEAST_GAP = 15  # pixels between two names at the right edge
LONGEST_NAME = 13


Place = Callable[[float], float]


class Dot(NamedTuple):
    """A point of a line. `kind`: a line between two of different kinds is dashed, as over a break."""

    x: float
    y: float
    doubtful: bool
    kind: str = ""


class Series(NamedTuple):
    """A line, its points from left to right. Where a year is missing there is no point, never a zero."""

    name: str
    points: list[Dot]


def ticks(highest: float) -> list[float]:
    """Round steps from 0 to above the highest value, about five."""
    if highest <= 0:
        return [0, 1]
    rough = highest / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough)
    if highest >= 5:
        step = max(1, round(step)) if step < 10 else step
    return [step * i for i in range(math.ceil(highest / step) + 1)]


def line_chart(
    series: Sequence[Series],
    xs: Sequence[float],
    x_labels: Sequence[str],
    *,
    title: str,
    y_title: str,
    x_title: str,
    breaks: Mapping[float, str],
    source: str,
) -> str:
    """Lines over `xs`. `breaks`: places between two x where the series changes its meaning, with a word for each;
    lines cross them dashed."""
    highest = max((dot.y for one in series for dot in one.points), default=0.0)
    steps = ticks(highest)
    first, last = (xs[0], xs[-1]) if xs else (0.0, 1.0)
    span = (last - first) or 1.0

    def across(x: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((x - first) / span if last > first else 0.5)

    def up(y: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / steps[-1]

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label={quoteattr(title)} font-family="{FONT}" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(EDGE, 18, title, size=14, weight=600),
        _text(EDGE, 37, y_title, colour=MUTED, size=11),
    ]
    for step in steps:
        y = up(step)
        out.append(f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{RULE}"/>')
        out.append(_text(LEFT - 8, y + 4, _number(step), anchor="end", colour=MUTED, size=11))
    every = max(1, math.ceil(len(xs) / 12))
    for at, (x, label) in enumerate(zip(xs, x_labels, strict=True)):
        if at % every == 0 or at == len(xs) - 1:
            out.append(_text(across(x), HEIGHT - BOTTOM + 19, label, anchor="middle", colour=MUTED, size=11))
    out.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 38, x_title, anchor="middle", colour=MUTED, size=11))
    for place, word in breaks.items():
        if first < place < last:
            x = across(place)
            out.append(
                f'<line class="break" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#8c8c8c"'
                ' stroke-dasharray="2 3"/>'
            )
            out.append(_text(x, TOP - 6, word, anchor="middle", colour=MUTED, size=10))
    out += _lines(series, breaks, across, up)
    out.append(_text(EDGE, HEIGHT - 7, source, colour=MUTED, size=10))
    return "".join([*out, "</svg>"])


def _lines(series: Sequence[Series], breaks: Mapping[float, str], across: Place, up: Place) -> list[str]:
    out: list[str] = []
    ends: list[tuple[float, int]] = []
    for number, one in enumerate(series):
        mark = MARKS[number % len(MARKS)]
        places = [(across(dot.x), up(dot.y)) for dot in one.points]
        out.append(_dressed(number))
        joined: list[str] = []  # what one unbroken line goes through
        for (dot, (x, y)), (following, (nx, ny)) in pairwise(zip(one.points, places, strict=True)):
            broken = dot.kind != following.kind or any(dot.x < place < following.x for place in breaks)
            if following.x - dot.x > 1 or broken:
                out += _joined(joined)
                joined = []
            if following.x - dot.x > 1:
                continue  # a year is missing: no line over it
            if broken:
                out.append(f'<path d="M{x:.1f} {y:.1f}L{nx:.1f} {ny:.1f}" stroke-dasharray="3 4"/>')
            else:
                joined += [f"{nx:.1f} {ny:.1f}"] if joined else [f"{x:.1f} {y:.1f}", f"{nx:.1f} {ny:.1f}"]
        out += _joined(joined)
        for dot, (x, y) in zip(one.points, places, strict=True):
            out.append(_mark(mark, x, y, dot.doubtful, f"{one.name} {_number(dot.y)}"))
        out.append("</g>")
        if places:
            ends.append((places[-1][1], number))
    ends.sort()
    for y, (_, number) in zip(_apart([end for end, _ in ends]), ends, strict=True):
        name = series[number].name
        short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        x = WIDTH - RIGHT + 16
        out.append(f"{_dressed(number, ' end')}{_mark(MARKS[number % len(MARKS)], x, y, False, name)}")
        out.append(f'<text x="{x + 10}" y="{y + 4:.1f}" stroke="none">{escape(short)}</text></g>')
    return out


def _dressed(number: int, more: str = "") -> str:
    """The group of a series, whose marks and lines take its colour."""
    colour = COLOURS[number % len(COLOURS)]
    return f'<g class="s{number % len(COLOURS)}{more}" fill="{colour}" stroke="{colour}" stroke-width="2">'


def _joined(places: Sequence[str]) -> list[str]:
    return [f'<path d="M{"L".join(places)}" fill="none"/>'] if places else []


def _apart(places: Sequence[float]) -> list[float]:
    """Ascending heights, moved so that names there do not overlap and all lie above the axis."""
    down, lowest = list[float](), -math.inf
    for place in places:
        lowest = max(place, lowest + LEAST_GAP)
        down.append(lowest)
    most = HEIGHT - BOTTOM
    return [min(place, most - LEAST_GAP * behind) for behind, place in zip(range(len(down))[::-1], down, strict=True)]


def _mark(kind: str, x: float, y: float, hollow: bool, told: str) -> str:
    match kind:
        case "circle":
            shape = f'circle cx="{x:.1f}" cy="{y:.1f}" r="4"'
        case "square":
            shape = f'rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"'
        case "triangle":
            shape = f'path d="M{x:.1f} {y - 5:.1f}l5 9h-10z"'
        case _:
            shape = f'path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5-5z"'
    inside = ' class="hollow" fill="#ffffff"' if hollow else ""
    return f"<{shape}{inside}><title>{escape(told)}</title></{shape[: shape.index(' ')]}>"


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", colour: str = INK, size: int = 12, weight: int = 400
) -> str:
    named = "muted" if colour == MUTED else "ink"
    heavy = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text class="{named}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"'
        f' font-size="{size}"{heavy}>'
        f"{escape(words)}</text>"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0").rstrip(".")
