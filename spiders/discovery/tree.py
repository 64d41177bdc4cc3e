"""What a search for the column found: pages as a tree, each with what it shows or why it was not read."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from model.vocabulary import FetchState

Role = Literal["start", "step", "column", "year", "level", "list"]
"""`step`: a page on the way. `column`: named as the column of annual reports, or holding some. Below it `year`,
`level` (own, departments, townships) and any other `list`."""


@dataclass
class Node:
    """A page. `state` None: it was not asked for, `why` says the reason. Counts are of the first page of a list."""

    url: str
    title: str
    role: Role
    via: str = ""
    """What led here: a name, an address, a frame, the site's search."""
    depth: int = 0
    """Steps below the column; on the way to it, steps from the start."""
    state: FetchState | None = None
    why: str = ""
    family: str | None = None
    rows: int = 0
    reports: int = 0
    years: Counter[int] = field(default_factory=Counter)
    more: bool = False
    """Do further pages follow the first?"""
    children: list["Node"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """The node and everything below it, from the top."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def reports_below(self) -> int:
        """Reports on the first pages of this list and of all below it that were read."""
        return sum(node.reports for node in self.walk())

    @property
    def in_column(self) -> bool:
        return self.role in ("column", "year", "level", "list")


@dataclass
class Discovery:
    """The tree under the start page. `site_name` and `site_code` stand in the pages' meta tags."""

    root: Node
    site_name: str = ""
    site_code: str = ""
    hosts: frozenset[str] = frozenset()
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Other official hosts to which the column leads, with what the first link to each is called."""
    requests: dict[str, int] = field(default_factory=dict)
    searched: list[str] = field(default_factory=list)
    """What was asked of the site's own search, and what came of it."""
    stop: str = ""

    @property
    def columns(self) -> list[Node]:
        """The topmost columns that lead to reports: where a portal should start."""
        return [node for node in _columns(self.root) if node.reports_below]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "start": self.root.url,
            "columns": [node.url for node in self.columns],
            "site_name": self.site_name,
            "site_code": self.site_code,
            "requests": self.requests,
            "stop": self.stop,
            "searched": self.searched,
            "elsewhere": self.elsewhere,
            "tree": _as_json(self.root),
        }


def _columns(node: Node) -> Iterator[Node]:
    if node.in_column:
        yield node
        return
    for child in node.children:
        yield from _columns(child)


def _as_json(node: Node) -> dict[str, Any]:
    return {
        "url": node.url,
        "title": node.title,
        "role": node.role,
        "via": node.via,
        "state": node.state.value if node.state else None,
        "why": node.why,
        "family": node.family,
        "rows": node.rows,
        "reports": node.reports,
        "years": {str(year): n for year, n in sorted(node.years.items())},
        "more": node.more,
        "children": [_as_json(child) for child in node.children],
    }
