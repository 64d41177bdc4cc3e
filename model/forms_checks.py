"""Fills the placeholders of a form's check rules: `<c>` over columns, `<r>` over rows, `*` over rows of a group."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from model.forms_parts import Identity

if TYPE_CHECKING:
    from model.forms import Form
    from model.forms_rules import CheckRule


def _values(form: Form, source: dict[str, str] | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(source, tuple):
        return source
    ((what, table_id),) = source.items()
    table = form.table(table_id)
    if table is None:
        raise ValueError(f"no table {table_id} for {what}")
    parts = ((f.column if what == "columns" else f.row) for f in table.fields)
    return tuple(dict.fromkeys(parts))


def _filled(term: str, fill: dict[str, str]) -> str:
    for name, value in fill.items():
        term = term.replace(f"<{name}>", value)
    return term.replace("..", ".")  # a column without an id leaves no part in the ids of its values


def _spread(form: Form, term: str) -> tuple[str, ...]:
    if "*" not in term:
        return (term,)
    before, after = term.split("*")
    found = tuple(f.id for f in form.fields if f.id.startswith(before) and f.id.endswith(after))
    if not found:
        raise ValueError(f"nothing matches {term}")
    return found


def expand(form: Form, rule: CheckRule) -> Iterator[Identity]:
    """Every identity that a rule stands for. Raises ValueError for a table or group that does not exist."""
    names = list(rule.each)
    for chosen in itertools.product(*(_values(form, rule.each[n]) for n in names)):  # type: ignore[arg-type]
        fill = dict(zip(names, chosen, strict=True))

        def side(terms: tuple[str, ...], fill: dict[str, str] = fill) -> tuple[str, ...]:
            return tuple(itertools.chain.from_iterable(_spread(form, _filled(t, fill)) for t in terms))

        yield Identity(
            rule=rule.id,
            severity=rule.severity,
            place=_filled(rule.place, fill),
            left=side(rule.left),
            relation=rule.relation,
            right=side(rule.right),
            tolerance=rule.tolerance,
            only_for=rule.only_for,
            needs_nonzero=side(rule.needs_nonzero),
            between_years=rule.between_years,
            after_reform=rule.after_reform,
        )
