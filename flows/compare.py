"""What changed between two documents of one report, both read by the same parser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from model.vocabulary import VersionReason


@dataclass(frozen=True, slots=True)
class CellChange:
    """One value that differs: dotted id, official label, what was printed, what is printed now."""

    id: str
    label: str
    before: float | int | None
    after: float | int | None

    def as_detail(self) -> dict[str, JsonValue]:
        """The shape that events carry."""
        return {"id": self.id, "label": self.label, "from": self.before, "to": self.after}


def changed_cells(old: Mapping[str, Any], new: Mapping[str, Any], labels: Mapping[str, str]) -> list[CellChange]:
    """Values that differ, in the order of the form. Blank is not zero: null → 0 is a change."""
    ids = [*old, *(i for i in new if i not in old)]
    return [CellChange(i, labels.get(i, i), old.get(i), new.get(i)) for i in ids if old.get(i) != new.get(i)]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is compared of a document: its values, and the digests of figures, text and further parts."""

    values: Mapping[str, Any]
    figures_digest: str
    text_digest: str
    parts: tuple[str, ...]


def reason_for(old: Reading, new: Reading) -> VersionReason | None:
    """Why `new` is a version of its own, or None when only its layout differs (it repeats `old`)."""
    if old.figures_digest != new.figures_digest:
        return VersionReason.FIGURES
    if old.text_digest != new.text_digest:
        return VersionReason.TEXT
    if old.parts != new.parts:
        return VersionReason.PARTS
    return None
