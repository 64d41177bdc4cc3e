"""`make bench`: measures what the modules `bench_*.py` beside it compare, and prints it as tables.

python -m tests.bench                       everything
python -m tests.bench parse "word paste"    modules of that name, or comparisons whose words contain it
python -m tests.bench --json bench.json     also written for programs
"""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from tests.benching import Comparison, Figures, Item, Outcome, Times, measure

HERE = Path(__file__).parent
NAMES = tuple(sorted(p.stem.removeprefix("bench_") for p in HERE.glob("bench_*.py")))


def spell(seconds: float) -> str:
    """A time for people, three digits."""
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size or unit == "µs":
            number = seconds / size
            return f"{number:.{max(0, 2 - len(str(int(number))) + 1)}f} {unit}"
    raise AssertionError


def _spread(times: Times | None) -> tuple[str, str]:
    return (spell(times.median), f"{spell(min(times.all))} … {spell(max(times.all))}") if times else ("", "")


def _told(item: Item, words: tuple[str, ...]) -> bool:
    said = item.work if isinstance(item, Comparison) else item.title
    return not words or any(w.lower() in said.lower() for w in words)


def _items(only: tuple[str, ...]) -> Iterator[tuple[str, Item]]:
    words = tuple(w for w in only if w not in NAMES)
    chosen = [n for n in NAMES if n in only] or list(NAMES)
    for name in chosen:
        for item in importlib.import_module(f"tests.bench_{name}").bench():
            if _told(item, words):
                yield name, item


def _row(outcome: Outcome) -> tuple[str, ...]:
    ratio = "" if outcome.ratio is None else f"{outcome.ratio:.2f}"
    if outcome.reached is not None:
        colour = "green" if outcome.reached else "red"
        ratio = f"[{colour}]{ratio}[/] (≤ {outcome.comparison.goal:g})"
    ours, peer = _spread(outcome.ours), _spread(outcome.peer)
    return (outcome.comparison.work, *ours, outcome.comparison.against, *peer, ratio)


def _plain(name: str, outcome: Outcome) -> dict[str, Any]:
    def times(found: Times | None) -> dict[str, float] | None:
        return {"median": found.median, "min": min(found.all), "max": max(found.all)} if found else None

    return {
        "module": name, "work": outcome.comparison.work, "against": outcome.comparison.against or None,
        "ours": times(outcome.ours), "peer": times(outcome.peer), "ratio": outcome.ratio,
        "goal": outcome.comparison.goal, "reached": outcome.reached, "rounds": len(outcome.ours.all),
    }  # fmt: skip


def main(
    only: Annotated[list[str] | None, typer.Argument(help="Modules, or words of comparisons; default all")] = None,
    write: Annotated[Path | None, typer.Option("--json", help="Write the measurements to this file")] = None,
) -> None:
    """Measure; the exit code says nothing about speed."""
    console, plain = Console(), list[dict[str, Any]]()
    if not console.is_terminal:
        console.width = 150
    outcomes: dict[str, list[Outcome]] = {}
    figures: list[Figures] = []
    with console.status("measuring") as status:
        for name, item in _items(tuple(only or ())):
            if isinstance(item, Figures):
                figures.append(item)
                rows = [dict(zip(item.heads, row, strict=True)) for row in item.rows]
                plain.append({"module": name, "title": item.title, "rows": rows})
                continue
            status.update(f"measuring {name}: {item.work}")
            outcome = measure(item)
            outcomes.setdefault(name, []).append(outcome)
            plain.append(_plain(name, outcome))
    for name, found in outcomes.items():
        table = Table(title=f"{name}: median and range of the rounds", title_justify="left", box=box.SIMPLE_HEAD)
        for head in ("work", "ours", "", "against", "peer", "", "ratio"):
            number = head in ("ours", "peer", "ratio")
            table.add_column(head, justify="right" if number else "left", no_wrap=number, style=None if head else "dim")
        for outcome in found:
            table.add_row(*_row(outcome))
        console.print(table)
    for item in figures:
        table = Table(*item.heads, title=item.title, title_justify="left", box=box.SIMPLE_HEAD)
        for row in item.rows:
            table.add_row(*row)
        console.print(table)
    if not plain:
        raise typer.BadParameter(f"nothing is called {' '.join(only or ())}; modules: {', '.join(NAMES)}")
    if write:
        write.write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
