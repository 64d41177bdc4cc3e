"""The reading of one list over its pages: what was asked, what it brought, why it ended."""

from dataclasses import dataclass, field
from typing import Literal

from spiders.page import Page

Outcome = Literal["rows", "repeat", "gone", "failed"]


@dataclass(frozen=True)
class Ask:
    """A request of a family. `form` fields are sent as UTF-8; with them the request is a POST."""

    url: str
    form: tuple[tuple[str, str], ...] = ()
    referer: str | None = None

    @property
    def method(self) -> str:
        return "POST" if self.form else "GET"


@dataclass
class Reading:
    """State of reading one list. Families write `stop`, `whole`, `announced` and `offset`; the reader writes the rest.

    `batch`: rows in the latest answer, new or not. `whole`: the end is known to be the end, so that a row that is
    missing is missing.
    """

    first: Page
    rows_seen: int = 0
    batch: int = 0
    steps: list[tuple[Ask, Outcome]] = field(default_factory=list)
    stop: str = ""
    whole: bool = False
    announced: int | None = None
    offset: int | None = None

    @property
    def pages(self) -> int:
        """Pages that brought rows, the first included."""
        return 1 + sum(outcome == "rows" for _, outcome in self.steps)

    @property
    def last(self) -> Outcome | None:
        """What the latest request brought."""
        return self.steps[-1][1] if self.steps else None

    def asked(self, ask: Ask) -> bool:
        """Was exactly this asked before?"""
        return any((a.url, a.form) == (ask.url, ask.form) for a, _ in self.steps)

    def end(self, stop: str, *, whole: bool) -> None:
        """Note why reading ends here."""
        self.stop, self.whole = stop, whole
