"""The rules of a form as data: identities, plausibility, rules between years, what the text should mention."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from model.forms_parts import Relation
from model.forms_tables import FormData, pattern
from model.vocabulary import Severity

LAST = "last:"


class CheckRule(FormData):
    """The sum of `left` stands in `relation` to the sum of `right`, for each value of the placeholders.

    `only_for`: agencies that the rule is about. `needs_nonzero`: no check unless these are numbers other than 0.
    A term that begins with `last:` is read from last year's report; `after_reform` is the severity of such a rule
    when the agency was merged or renamed in between.
    """

    id: str
    severity: Severity
    each: dict[str, dict[Literal["columns", "rows"], str] | tuple[str, ...]] = Field(default_factory=dict)
    place: str
    left: tuple[str, ...]
    relation: Relation
    right: tuple[str, ...]
    tolerance: float = 0
    only_for: Literal["cannot_make_rules"] | None = None
    needs_nonzero: tuple[str, ...] = ()
    after_reform: Severity | None = None

    @property
    def named(self) -> frozenset[str]:
        """Terms of this report that stand in the rule as they are, without placeholders."""
        return frozenset(t for t in (*self.left, *self.right) if not t.startswith(LAST) and not {"<", "*"} & set(t))

    @property
    def between_years(self) -> bool:
        return any(t.startswith(LAST) for t in (*self.left, *self.right))


class MentionRule(FormData):
    """When the value at `place` is above 0, the section should say something that `match` finds."""

    id: str
    severity: Severity
    place: str
    section: str
    match: str

    _compiles = field_validator("match")(pattern)


class Derived(FormData):
    """A subtotal that the form does not print."""

    id: str
    of: str
