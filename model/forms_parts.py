"""What a form consists of once it is spread out: values, cells of the grid, identities."""

from dataclasses import dataclass
from typing import Literal

from model.vocabulary import Severity

Kind = Literal["count", "money", "change"]
Relation = Literal["=", ">=", "!="]


@dataclass(frozen=True)
class FormField:
    """One value of the form. `number` is its position in the table, from 0, in reading order."""

    id: str
    table: str
    block: str
    row: str
    column: str
    row_label: str
    column_label: str
    unit: str | None
    kind: Kind
    number: int


@dataclass(frozen=True)
class GridCell:
    """A cell of the official grid: a printed label, or the place of a value (`field` is its id)."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    field: str | None = None


@dataclass(frozen=True)
class Identity:
    """A check rule with its placeholders filled in: ids of values on both sides."""

    rule: str
    severity: Severity
    place: str
    left: tuple[str, ...]
    relation: Relation
    right: tuple[str, ...]
    tolerance: float
    only_for: str | None
    needs_nonzero: tuple[str, ...]
    between_years: bool
    after_reform: Severity | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        return (*self.left, *self.right)

    @property
    def binds(self) -> bool:
        """Does it prove values: an equation that must hold within one report?"""
        return self.severity is Severity.ERROR and self.relation == "=" and not self.between_years
