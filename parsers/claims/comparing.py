"""A claimed number against the sums that it can be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from model.report import Number
from parsers.claims.phrases import Sum

OF_2014 = "stat2014."


@dataclass(frozen=True)
class Known:
    """The values that a claim may be held against. `columns`: names of the columns of figures in the table of 2014."""

    values: Mapping[str, Number | None]
    columns: tuple[str, ...] = ()


def trusted(values: Mapping[str, Number | None], suspect: Collection[str] = ()) -> Known:
    """What is not suspect, of tables that have any figures at all."""
    there: dict[str, bool] = {}
    for id, value in values.items():
        table = id.partition(".")[0]
        if value is not None or table not in there:
            there[table] = value is not None
    filled = {table for table, figures in there.items() if figures}
    kept = values
    if suspect or len(filled) < len(there):
        kept = {id: v for id, v in values.items() if id not in suspect and id.partition(".")[0] in filled}
    columns = {id.split(".")[1] for id in kept if id.startswith(OF_2014)} if "stat2014" in filled else set()
    return Known(kept, tuple(sorted(columns)))


def compare(number: float, slack: float, candidates: tuple[Sum, ...], known: Known) -> tuple[str | None, bool | None]:
    """The candidate that the number agrees with, else the first that is known and False; None without any."""
    first: Sum | None = None
    for candidate in candidates:
        for terms in _in_form(candidate, known):
            total = sum_of(terms, known)
            if total is None:
                continue
            first = first or terms
            if abs(total - number) <= slack + 1e-9:
                return written(terms), True
    return (written(first), False) if first else (None, None)


def sum_of(terms: Sum, known: Known) -> float | None:
    """The sum, or None where a term is not known."""
    total = 0.0
    for sign, id in terms:
        value = value_of(id, known)
        if value is None:
            return None
        total += sign * value
    return total


def value_of(id: str, known: Known) -> Number | None:
    """The value; in the tables of cases a blank counts as none, and a blank total as the sum of its row.

    That is the lenient reading of report-format 2; nothing suspect is among the values, so what is null was blank.
    """
    value = known.values.get(id)
    if value is not None or id not in known.values or not id.startswith(("applications.", "review_litigation.")):
        return value
    row, _, column = id.rpartition(".")
    if column != "total":
        return 0
    return sum(v for key, v in known.values.items() if key.startswith(f"{row}.") and v is not None)


def written(terms: Sum) -> str:
    """`a + b - c`."""
    return " + ".join(id if sign > 0 else f"-{id}" for sign, id in terms).replace("+ -", "- ")


def _in_form(candidate: Sum, known: Known) -> list[Sum]:
    """The candidate itself; for the table of 2014 once for each column of figures that the report has."""
    if not candidate[0][1].startswith(OF_2014):
        return [candidate]
    if not known.columns:
        return []
    return [candidate] + [
        tuple((sign, id.replace(OF_2014, f"{OF_2014}{column}.", 1)) for sign, id in candidate)
        for column in known.columns
    ]
