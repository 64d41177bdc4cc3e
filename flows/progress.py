"""Progress of a run on a terminal: one bar per portal for its lists, one for report bodies, one for settling."""

import sys
from collections import defaultdict
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class RunProgress:
    """Draws what a run tells of (`flows.collect.listener`); silent where standard error is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(file=sys.stderr)
        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("[dim]{task.fields[note]}[/]"),
            TimeElapsedColumn(),
            console=self.console,
            transient=False,
        )
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self._seen: dict[str, set[str]] = defaultdict(set)
        self._fetched = 0

    def __enter__(self) -> "RunProgress":
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._bars.tasks:
            self._bars.update(task.id, total=task.completed or task.total, note="")
        self._bars.stop()

    def hear(self, line: dict[str, Any]) -> None:
        """One line of progress: captured, visited, resuming, settled, alerting."""
        kind = line.get("type")
        if kind == "captured":
            self._captured(line)
        elif kind == "visited":
            self._step(("lists", str(line["portal"])), f"{line['portal']}: lists", str(line.get("stop_reason", "")), 0)
        elif kind == "settled":
            # The number of documents is known only now, from what was fetched.
            self._step(("settle", ""), "reading and comparing", "", 1, total=self._fetched)
        elif kind == "resuming":
            self.console.print(f"[yellow]settling what run {line['run']} left behind[/]")

    def _captured(self, line: dict[str, Any]) -> None:
        portal, what = str(line["portal"]), str(line["kind"])
        if what in ("list", "data"):
            self._step(("lists", portal), f"{portal}: lists", f"{line.get('rows', 0)} reports listed", 1)
            rows = int(line.get("rows") or 0)
            if rows:
                self._set_total(("reports", portal), f"{portal}: reports", rows)
        elif what != "robots":
            if line.get("document_url") not in self._seen[portal]:
                self._fetched += 1
                self._seen[portal].add(str(line.get("document_url")))
            self._step(("reports", portal), f"{portal}: reports", str(line.get("state", "")), 1)

    def _task(self, key: tuple[str, str], description: str, total: int | None) -> TaskID:
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task(description, total=total, note="")
        return self._tasks[key]

    def _set_total(self, key: tuple[str, str], description: str, total: int) -> None:
        self._bars.update(self._task(key, description, total), total=total)

    def _step(
        self, key: tuple[str, str], description: str, note: str, advance: int, total: int | None = None
    ) -> None:
        task = self._task(key, description, total)
        if total is not None:
            self._bars.update(task, total=total)
        self._bars.update(task, advance=advance, note=note)
