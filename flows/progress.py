"""Progress of a run on a terminal: one bar per portal for its lists, one for report bodies, one for settling."""

import sys
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class RunProgress:
    """Draws what a run tells of (`flows.run.listener`); silent where standard error is no terminal."""

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
        self._documents: dict[str, int] = {}
        self._settled = 0

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
        """One line of progress: of a crawl (`phase` lists, documents, done) or of the flow (`type`)."""
        phase, portal = line.get("phase"), str(line.get("portal", ""))
        if phase == "lists":
            self._show(("lists", portal), f"{portal}: reading lists", note="")
        elif phase == "documents":
            done, total = int(line["done"]), int(line["total"])
            self._documents[portal] = total
            self._show(("lists", portal), f"{portal}: lists read", note=f"{total} to ask for", done=1, total=1)
            self._show(("reports", portal), f"{portal}: reports", note="", done=done, total=total)
        elif phase == "done":
            note = "" if line.get("complete") else "[yellow]with problems[/]"
            self._show(("lists", portal), f"{portal}: lists read", note=note, done=1, total=1)
        elif line.get("type") == "settled":
            self._settled += 1
            total = max(self._settled, sum(self._documents.values()))
            self._show(("settle", ""), "reading and comparing", note="", done=self._settled, total=total)
        elif line.get("type") == "waiting":
            self.console.print(f"[yellow]waiting: another crawl is at {', '.join(line['hosts'])}[/]")
        elif line.get("type") == "resuming":
            self.console.print(f"[yellow]settling what run {line['run']} left behind[/]")

    def _show(
        self, key: tuple[str, str], description: str, *, note: str, done: int | None = None, total: int | None = None
    ) -> None:
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task(description, total=total, note=note)
        self._bars.update(self._tasks[key], description=description, completed=done, total=total, note=note)
