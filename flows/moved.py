"""What a re-parse moved: of each version, and of all by form and portal."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from model.capture import Record

COLUMNS = ("documents", "new", "same", "better", "worse", "cells")
# From what tells nothing to what tells all.
ORDER = ("unreadable", "not_a_report", "needs_ocr", "narrative", "refused", "flagged", "verified")


class Moved(Record):
    """What today's parser makes of a version, beside what another one made of it. No `before`: none had read it."""

    report_id: str
    n: int
    portal: str
    agency: str
    report_year: int
    title: str
    form: str
    before: str | None
    after: str
    cells: int = 0

    @property
    def direction(self) -> str:
        """`better`, `worse`, `same`, or `new` when there is nothing to compare with."""
        if self.before is None:
            return "new"
        step = ORDER.index(self.after) - ORDER.index(self.before)
        return "better" if step > 0 else "worse" if step < 0 else "same"


@dataclass
class Reread:
    """The result of a re-parse. `by`: (form, portal) to counts of directions, `documents` and `cells`."""

    documents: int = 0
    read: int = 0
    packs: list[str] = field(default_factory=list)
    by: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    worse: list[Moved] = field(default_factory=list)
    better: list[Moved] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    compared: int = 0
    """Pairs of years that were compared anew."""

    def add(self, moved: Moved) -> None:
        counts = self.by.setdefault((moved.form, moved.portal), Counter())
        counts.update({"documents": 1, moved.direction: 1, "cells": moved.cells})
        if moved.direction in ("worse", "better"):
            getattr(self, moved.direction).append(moved)

    def told(self) -> dict[str, Any]:
        """All of it as one JSON object."""
        return {
            "documents": self.documents,
            "read": self.read,
            "packs": self.packs,
            "by": [
                {"form": form, "portal": portal, **{name: counts[name] for name in COLUMNS}}
                for (form, portal), counts in sorted(self.by.items())
            ],
            "worse": [moved.model_dump() for moved in self.worse],
            "better": [moved.model_dump() for moved in self.better],
            "failed": self.failed,
            "compared": self.compared,
        }
