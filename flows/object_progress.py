"""A progress bar over objects, for work that goes through an archive."""

import sys
from types import TracebackType

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class ObjectProgress:
    """`begin` with how many objects there are, `done` for each; silent where standard error is no terminal."""

    def __init__(self, description: str) -> None:
        console = Console(file=sys.stderr)
        columns = (TextColumn("{task.description}"), BarColumn(bar_width=28), MofNCompleteColumn())
        self._bars = Progress(
            *columns, TextColumn("[dim]{task.fields[size]}[/]"), TimeRemainingColumn(), console=console, transient=True,
            disable=not console.is_terminal,
        )  # fmt: skip
        self._description = description
        self._size = 0
        self._task: TaskID | None = None

    def __enter__(self) -> "ObjectProgress":
        self._bars.start()
        self._task = self._bars.add_task(f"{self._description}: listing", total=None, size="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def begin(self, total: int | None) -> None:
        """How many objects are to come; None when nobody knows."""
        assert self._task is not None
        self._bars.update(self._task, description=self._description, total=total)

    def done(self, size: int) -> None:
        """One more object, of so many bytes."""
        assert self._task is not None
        self._size += size
        self._bars.update(self._task, advance=1, size=decimal(self._size))
