"""What one site's YAML may write out itself: pages that no product explains, odd rows, changes in mid-reading."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from infra.simulator.files import FileKind


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScriptedPage(_Strict):
    """One answer. Of several that fit a request, the last in the file gives it."""

    path: str
    """As asked: with its query where it has one; or the path alone, for any query."""
    method: Literal["any", "GET", "POST"] = "any"
    sent: str = ""
    """Words that the body of the request must hold."""
    with_header: dict[str, str] = {}
    """Request headers, each with words that it must hold."""
    from_request: Annotated[int, Field(ge=1)] = 1
    """Answers from so manyth request for this path on."""
    status: int = 200
    headers: dict[str, str] = {}
    """Non-ASCII values travel as GBK bytes where `header_encoding` says so."""
    header_encoding: str = "utf-8"
    location: str | None = None
    media_type: str = "text/html"
    charset: str | None = "utf-8"
    """The character set that Content-Type names; None for none."""
    encoding: str = "utf-8"
    """The character set that the bytes have."""
    html: str = ""
    title: str = ""
    """With a title, `html` stands inside the site's own frame."""
    meta: bool = True
    """Whether that frame carries the tags of a column page."""
    file: FileKind | None = None
    """A small file of that kind in place of a page."""
    report_of: str = ""
    """With a kind of file: the report of this office on 2024 as such a file."""


class Happening(_Strict):
    """A command that is given when a page has been asked for: the site changes while it is read."""

    after: str
    """Path of the request."""
    request: Annotated[int, Field(ge=1)] = 1
    verb: str
    arguments: dict[str, JsonValue] = {}


class ExtraRow(_Strict):
    """A row of the list that is none of the generated reports, with its page."""

    title: str
    date: datetime
    kind: Literal["notice", "explainer", "statistics", "news"] = "notice"
    path: str | None = None
    text: tuple[str, ...] = ()


class Override(_Strict):
    """How one report is published, where that is odd."""

    path: str | None = None
    title: str | None = None
    """In the list and above the article; the report's own heading stays."""
    layout: str | None = None
    published_at: datetime | None = None
    scope: Literal["own", "region_aggregate", "system_aggregate"] = "own"
    removed: bool = False
