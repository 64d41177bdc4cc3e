"""Families of content management systems: one module each, recognised by the page and never by its host."""

from types import ModuleType
from typing import Protocol, cast

from model.capture import Row
from spiders.families import hanweb, rendered, static, trs
from spiders.families.reading import Ask, Reading
from spiders.page import Page

__all__ = ["FAMILIES", "Ask", "Family", "Reading", "detect"]


class Family(Protocol):
    """What a family knows. The modules of this package are its instances."""

    NAME: str

    def matches(self, page: Page) -> int:
        """How sure: 3 marks of one product, 2 its addresses, 1 rows that anyone could have written, 0 not ours."""

    def rows(self, page: Page) -> list[Row]:
        """The rows of a list page or of a data answer, in its order."""

    def next_request(self, page: Page, reading: Reading) -> Ask | None:
        """What to ask for after `page`, the last one that answered; None at the end, with `reading.stop` set."""

    def parts(self, page: Page) -> list[str]:
        """Addresses of the continuation pages of an article, in reading order."""


def _family(module: ModuleType) -> Family:
    return cast(Family, module)


FAMILIES: dict[str, Family] = {m.NAME: _family(m) for m in (hanweb, trs, static, rendered)}


def detect(page: Page) -> Family | None:
    """The family that is surest of the page, the earlier one where two are equally sure; None when nobody is."""
    sure = max(FAMILIES.values(), key=lambda family: family.matches(page))
    return sure if sure.matches(page) else None
