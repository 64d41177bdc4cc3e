"""What a layout makes, and how layouts are registered under their names."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from infra.simulator.reports.article import Article


@dataclass(frozen=True)
class Draft:
    """Text before encoding. `declared` is the charset that the page names, `encoding` the one it is in."""

    text: str
    media_type: Literal["text/html", "text/plain", "text/markdown"] = "text/html"
    encoding: str = "utf-8"
    declared: str = "utf-8"


Maker = Callable[[Article, Random], Draft]


@dataclass(frozen=True)
class Layout:
    """A named way to show a report."""

    name: str
    make: Maker
    is_text: bool


class Registry(dict[str, Layout]):
    """Layouts by name, in the order of their definition."""

    def add(self, name: str, *, is_text: bool = False) -> Callable[[Maker], Maker]:
        """Register a layout under a name."""

        def note(make: Maker) -> Maker:
            self[name] = Layout(name, make, is_text)
            return make

        return note
