"""`gongkai diff`: what changed between two versions of a report."""

import json
import re
import sys
from itertools import zip_longest
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.difference import difference
from flows.draw import SHOWN_STATE
from flows.finding import the_report
from flows.opening import existing_archive
from flows.settings import Settings
from model.document import VersionRecord
from model.errors import BadQuery
from model.sentences import changed_spans

EPILOG = """Examples:

gongkai diff 青禾 财政 2019                      the newest version against the one before

gongkai diff 青禾 财政 2019 --from 1 --to 3      any two versions

gongkai diff 青禾 财政 2019 --json               cells, sentences, rows and parts as one JSON object

· is a cell left blank; blank is not 0, and no dash either."""

CONTEXT = 60  # characters of the sentences around a change
DIGITS = re.compile(r"[\d.,|·—/-]+")


def diff(
    words: Annotated[list[str], typer.Argument(help="What tells the report: parts of its name, the year")],
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    older: Annotated[
        int | None, typer.Option("--from", help="One version; none: the one before the other", min=1)
    ] = None,
    newer: Annotated[int | None, typer.Option("--to", help="The other version; none: the newest", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Show which cells and which sentences differ between two versions."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    report = the_report(archive, words, settings)
    chain = archive.versions(report.report_id)
    name = f"{report.agency_name} {report.report_year}"
    old, new = _chosen(chain, older, newer, name, sum(archive.repeats(report.report_id).values()))
    for version in (old, new):
        archive.require_open(report.report_id, version.n)
    told = difference(archive, old, new)
    if as_json:
        sys.stdout.write(json.dumps({"report_id": report.report_id, **told}, ensure_ascii=False) + "\n")
        return
    _draw(name, old, new, told)


def _chosen(
    chain: list[VersionRecord], older: int | None, newer: int | None, name: str, repeats: int
) -> tuple[VersionRecord, VersionRecord]:
    """The two versions meant; BadQuery when there are no two."""
    in_time = [version.n for version in sorted(chain, key=lambda v: (v.captured_at, v.n))]
    to = newer or in_time[-1]
    since = older or (in_time[max(in_time.index(to) - 1, 0)] if to in in_time else 0)
    if len(chain) < 2:
        layouts = f", seen in {repeats} further layouts" if repeats else ""
        raise BadQuery(f"{name} has one version{layouts}: nothing to compare yet")
    if since == to or not (1 <= since <= len(chain) and 1 <= to <= len(chain)):
        raise BadQuery(f"{name} has the versions 1 to {len(chain)}; choose two of them with --from and --to")
    return chain[since - 1], chain[to - 1]


def _draw(name: str, old: VersionRecord, new: VersionRecord, told: dict[str, Any]) -> None:
    console = Console()
    console.print(Text(f"{name}: version {old.n} → {new.n} ({new.reason.value})", style="bold"))
    for version, which in ((old, "from"), (new, "to")):
        layouts = told["layouts"][which]
        further = f", in {layouts + 1} layouts" if layouts else ""
        seen = f"version {version.n}: first seen {version.captured_at:%Y-%m-%d %H:%M} UTC{further}"
        console.print(Text(f"{seen}, {told['verdicts'][which]}", style="dim"))
    if told["corrects"] is not None:
        console.print(Text(f"the agency calls version {new.n} a correction of version {told['corrects']}", "yellow"))
    if told["rendition_of"] is not None:
        console.print(Text(f"version {new.n} is a rendition of version {told['rendition_of']}: another kind of file"))
    if told["cells"]:
        console.print(_cells_table(told["cells"]))
    for change in told["text"]:
        _draw_change(console, change)
    for change in told["rows"]:
        if not (told["cells"] and _only_figures(change)):
            _draw_change(console, change)
    for sign, which, style in (("-", "removed", "red"), ("+", "added", "green")):
        for part in told["parts"][which]:
            console.print(Text(f"{sign} {part['role']} {part['name'] or part['url']} ({part['size']:,} bytes)", style))
    if not any(told[what] for what in ("cells", "text", "rows")) and not any(told["parts"].values()):
        console.print("figures, text and parts are the same; only the layout differs")


def _cells_table(cells: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("value", "from", "to", "id"):
        table.add_column(name, justify="right" if name in ("from", "to") else "left")
    for cell in cells:
        table.add_row(cell["label"], _shown(cell, "from"), _shown(cell, "to"), cell["id"])
    return table


def _shown(cell: dict[str, Any], side: str) -> str:
    value = cell[side]
    if value is not None:
        return f"{value:,}"
    state, printed = cell.get(f"{side}_state", "blank"), cell.get(f"{side}_printed", "")
    return SHOWN_STATE.get(state) or printed.strip() or "?"


def _only_figures(change: dict[str, Any]) -> bool:
    """Do rows differ in nothing but figures? Then the table of cells has told it."""
    before, after = ([DIGITS.sub("", row) for row in change[side]] for side in ("before", "after"))
    return before == after


def _draw_change(console: Console, change: dict[str, Any]) -> None:
    console.print()
    if change["preceding"]:
        console.print(Text(f"  …{change['preceding'][-CONTEXT:]}", style="dim"))
    for before, after in zip_longest(change["before"], change["after"]):
        spans = changed_spans(before, after) if before and after else ([], [])
        for sign, sentence, marks, style in (("-", before, spans[0], "red"), ("+", after, spans[1], "green")):
            if sentence is not None:
                line = Text(f"{sign} {sentence}", style=style)
                for begin, end in marks:
                    line.stylize("bold reverse", begin + 2, end + 2)
                console.print(line)
    if change["following"]:
        console.print(Text(f"  {change['following'][:CONTEXT]}…", style="dim"))
