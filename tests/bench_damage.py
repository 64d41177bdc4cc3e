"""Damaged pages counted: silent errors, and how much of what is still printed stays usable (`make deep` asserts)."""

import os
from collections.abc import Iterator

from infra.simulator.reports import LAYOUTS, invent
from parsers import Part, parse_document
from tests.benching import Figures, Item
from tests.damage import DAMAGES, damage
from tests.parse_answers import silent_errors, usable
from tests.test_parse_mutations import FORMS, vouched_for

PAGES = int(os.environ.get("PAGES", "10"))


def counted(name: str, pages: int) -> tuple[str, ...]:
    """One damage: pages of both forms in all layouts in turn, silent errors, and the mean share that stays usable."""
    silent, shares = 0, []
    layouts = tuple(LAYOUTS)
    for form in FORMS:
        for number, invented in enumerate(invent(pages, form, 4_000)):
            damaged = damage(invented, name, layouts[(number * 11) % len(layouts)], number)
            report = parse_document([Part("page", damaged.content)])
            silent += len(silent_errors(report, dict(damaged.printed))) + len(vouched_for(report, damaged))
            shares.append(usable(report, dict(damaged.printed)))
    return name.replace("_", " "), str(len(shares)), str(silent), f"{sum(shares) / len(shares):.1%}"


def bench() -> Iterator[Item]:
    rows = [counted(name, PAGES) for name in DAMAGES]
    yield Figures("damaged pages", ("damage", "pages", "silent errors", "still printed and usable"), rows)
