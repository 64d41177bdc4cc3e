"""What changed between two documents of one report, both read by the same parser."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import JsonValue

from model.vocabulary import VersionReason


@dataclass(frozen=True, slots=True)
class Printed:
    """What a cell without a number prints: its state (`blank`, `dash`, …) and its words."""

    state: str
    raw: str


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that differs: dotted id, official label, what was printed, what is printed now. Null is no zero."""

    id: str
    label: str
    before: float | int | None
    after: float | int | None
    before_printed: Printed | None = None
    after_printed: Printed | None = None

    def as_detail(self) -> dict[str, JsonValue]:
        """The shape that events and `gongkai diff --json` carry; a side without a number says what it prints."""
        told: dict[str, JsonValue] = {"id": self.id, "label": self.label, "from": self.before, "to": self.after}
        for side, printed in (("from", self.before_printed), ("to", self.after_printed)):
            if printed is not None:
                told |= {f"{side}_state": printed.state, f"{side}_printed": printed.raw}
        return told


def printed_cells(parsed: Mapping[str, Any]) -> dict[str, Printed]:
    """The cells of a parsed report that hold no number, by id."""
    values = parsed["values"]
    return {i: Printed(c["state"], c["raw"]) for i, c in parsed["cells"].items() if values.get(i) is None}


def changed_cells(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    labels: Mapping[str, str],
    old_printed: Mapping[str, Printed] = MappingProxyType({}),
    new_printed: Mapping[str, Printed] = MappingProxyType({}),
) -> list[CellChange]:
    """Cells that differ, in the order of the form. Blank is not zero and no dash: null → 0 and 空白 → — differ."""
    changes = []
    for i in [*old, *(i for i in new if i not in old)]:
        printed = old_printed.get(i), new_printed.get(i)
        if old.get(i) != new.get(i) or _differ(*printed):
            changes.append(CellChange(i, labels.get(i, i), old.get(i), new.get(i), *printed))
    return changes


def _differ(one: Printed | None, other: Printed | None) -> bool:
    if one is None or other is None:
        return False
    # Of words the words count; of a dash only that it is one.
    return one.state != other.state or (one.state in ("text", "unparsed") and one.raw != other.raw)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is compared of a document: its values, the digests of figures, text and further parts, its other cells."""

    values: Mapping[str, Any]
    figures_digest: str
    text_digest: str
    parts: tuple[str, ...]
    printed: Mapping[str, Printed] = field(default_factory=dict)


def reason_for(old: Reading, new: Reading) -> VersionReason | None:
    """Why `new` is a version of its own, or None when only its layout differs (it repeats `old`)."""
    if old.figures_digest != new.figures_digest:
        return VersionReason.FIGURES
    if old.text_digest != new.text_digest:
        return VersionReason.TEXT
    if old.parts != new.parts:
        return VersionReason.PARTS
    return None
