"""A claimed number against the sums that it can be."""

from collections.abc import Collection, Mapping

from model.report import Number
from parsers.claims.phrases import Sum

Values = Mapping[str, Number | None]
MONEY = 0.011  # 万元: rounded to two decimals


def trusted(values: Values, suspect: Collection[str] = ()) -> Values:
    """The values that a claim may be held against: not suspect, and of tables that have any figures at all."""
    filled = {id.partition(".")[0] for id, value in values.items() if value is not None}
    return {id: v for id, v in values.items() if id not in suspect and id.partition(".")[0] in filled}


def compare(number: float, slack: float, candidates: tuple[Sum, ...], values: Values) -> tuple[str | None, bool | None]:
    """The candidate that the number agrees with, else the first that is known and False; None without any."""
    known: list[str] = []
    for candidate in candidates:
        for terms in _in_form(candidate, values):
            total = sum_of(terms, values)
            if total is None:
                continue
            known.append(written(terms))
            if abs(total - number) <= slack + 1e-9:
                return known[-1], True
    return (known[0], False) if known else (None, None)


def sum_of(terms: Sum, values: Values) -> float | None:
    """The sum, or None where a term is not known."""
    total = 0.0
    for sign, id in terms:
        value = value_of(id, values)
        if value is None:
            return None
        total += sign * value
    return total


def value_of(id: str, values: Values) -> Number | None:
    """The value; in the tables of cases a blank counts as none, and a blank total as the sum of its row.

    That is the lenient reading of report-format 2; `values` holds nothing that is suspect, so what is null was blank.
    """
    value = values.get(id)
    if value is not None or id not in values or not id.startswith(("applications.", "review_litigation.")):
        return value
    row, _, column = id.rpartition(".")
    if column != "total":
        return 0
    return sum(v for key, v in values.items() if key.startswith(f"{row}.") and v is not None)


def written(terms: Sum) -> str:
    """`a + b - c`."""
    return " + ".join(id if sign > 0 else f"-{id}" for sign, id in terms).replace("+ -", "- ")


def _in_form(candidate: Sum, values: Values) -> list[Sum]:
    """The candidate itself; for the table of 2014 once for each column of figures that the report has."""
    if not candidate[0][1].startswith("stat2014."):
        return [candidate]
    columns = {key.split(".")[1] for key in values if key.startswith("stat2014.") and key.count(".") >= 2}
    found = [candidate]
    for column in sorted(columns):
        found.append(tuple((sign, id.replace("stat2014.", f"stat2014.{column}.", 1)) for sign, id in candidate))
    return [c for c in found if all(id in values for _, id in c)]
