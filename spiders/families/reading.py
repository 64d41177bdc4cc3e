"""The reading of one list over its pages: what was asked, what it brought, why it ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from spiders.page import Page

Outcome = Literal["rows", "repeat", "gone", "failed", "script"]
"""`repeat`: an answer without a new row. `gone`: no such page. `script`: a script was read, which has no rows."""


@dataclass(frozen=True)
class Ask:
    """A request of a family. `form` fields are sent as UTF-8; with them or with a `payload` the request is a POST.

    `data`: the answer is a program's, and its links are meant to stand in the list page. `script`: a script of the
    page in which settings stand. `optional`: another way is tried when this one fails.
    """

    url: str
    form: tuple[tuple[str, str], ...] = ()
    referer: str | None = None
    payload: str = ""
    data: bool = False
    script: bool = False
    optional: bool = False

    @property
    def method(self) -> str:
        return "POST" if self.form or self.payload else "GET"

    @classmethod
    def json(cls, url: str, content: Mapping[str, Any], **rest: Any) -> "Ask":
        """A POST of a JSON object."""
        return cls(url, payload=json.dumps(content, ensure_ascii=False, separators=(",", ":")), **rest)


@dataclass
class Reading:
    """State of reading one list.

    Families write `stop`, `whole`, `browser`, `announced`, `offset` and `tally`; the reader writes the rest.
    `whole`: the end is known to be the end, so that a row that is missing is missing. `browser`: there is more, and
    only a browser gets to it. `batch`: rows in the latest answer, new or not. `answered`: addresses in the answers of
    programs. `scripts`: text by address. `tally`: by column of a shell that holds several, rows read and announced.
    """

    first: Page
    rows_seen: int = 0
    batch: int = 0
    steps: list[tuple[Ask, Outcome]] = field(default_factory=list)
    scripts: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    tally: dict[str, tuple[int, int]] = field(default_factory=dict)
    stop: str = ""
    whole: bool = False
    browser: bool = False
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

    @property
    def vain(self) -> int:
        """Requests in a row, at the end, that brought nothing new."""
        count = 0
        for _, outcome in reversed(self.steps):
            if outcome == "rows":
                break
            count += outcome != "script"
        return count

    @property
    def all_seen(self) -> bool:
        """Have as many rows been seen as the list announces?"""
        return self.announced is not None and self.rows_seen >= self.announced

    def asked(self, ask: Ask) -> bool:
        """Was exactly this asked before?"""
        return any((a.url, a.form, a.payload) == (ask.url, ask.form, ask.payload) for a, _ in self.steps)

    def end(self, stop: str, *, whole: bool, browser: bool = False) -> None:
        """Note why reading ends here."""
        self.stop, self.whole, self.browser = stop, whole, browser

    def end_of_data(self, why: str = "no new rows") -> None:
        """The end of a program's answers: whole when it announced no more than was seen, or announced nothing."""
        if self.all_seen:
            self.end("announced total reached", whole=True)
        else:
            self.end(why, whole=self.announced is None and self.last == "repeat")
