"""What a family of content management systems knows, and what any site does where a family knows nothing better."""

from collections.abc import Callable
from dataclasses import dataclass

from model.capture import Row
from spiders.families import static
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import Link


def never(_: Page) -> bool:
    """For families that no address gives away."""
    return False


def nothing(_: Page) -> list[Link]:
    """For pages of which a family knows nothing beyond what any page shows."""
    return []


@dataclass(frozen=True)
class Family:
    """One product; its module makes the one instance.

    `marked`: does the page carry marks of this one product? `hinted`: only addresses of its shape?
    `rows`: the rows of a list page or of a data answer, in its order.
    `next_request`: what to ask for after the last page that answered; None at the end, with `reading.stop` set.
    `columns`: lists that this page leads to and that only the product's own rules name.
    `parts`: addresses of the continuation pages of an article, in reading order.
    `files`: attachments that no plain link in the article names.
    `containers`: selectors of the element around an article, tried before those of everybody.
    """

    NAME: str
    marked: Callable[[Page], bool]
    hinted: Callable[[Page], bool] = never
    rows: Callable[[Page], list[Row]] = static.rows
    next_request: Callable[[Page, Reading], Ask | None] = static.next_request
    columns: Callable[[Page], list[Link]] = nothing
    parts: Callable[[Page], list[str]] = static.parts
    files: Callable[[Page], list[Link]] = nothing
    containers: tuple[str, ...] = ()

    def matches(self, page: Page) -> int:
        """How sure: 3 marks of one product, 2 its addresses, 0 not ours."""
        return 3 if self.marked(page) else 2 if self.hinted(page) else 0
