"""What a failed identity reaches, and the one change of one cell that would satisfy all of them."""

from collections import defaultdict

from model.report import Number, Proposal
from parsers.checks import Assessed


def suspects_of(assessed: list[Assessed]) -> set[str]:
    """Ids that failed identities reach. Where single cells explain every failure alike, only those."""
    binding = [a for a in assessed if a.identity.binds]
    failed = [a for a in binding if not a.check.passed]
    if not failed:
        return set()
    passed_ids = {i for a in binding if a.check.passed for i in a.identity.ids}
    deltas: dict[str, set[float]] = defaultdict(set)
    for a in failed:
        for i in a.identity.ids:
            deltas[i].add(abs(a.check.left - a.check.right))
    core = {i for i, d in deltas.items() if i not in passed_ids and len(d) == 1}
    if all(core & set(a.identity.ids) for a in failed):
        return core
    return set(deltas)


def propose(assessed: list[Assessed], values: dict[str, Number | None]) -> list[Proposal]:
    """A proposal when exactly one change of exactly one cell satisfies every binding identity."""
    binding = [a for a in assessed if a.identity.binds]
    failed = [a for a in binding if not a.check.passed]
    if not failed or len(failed) > 6:
        return []
    common = set.intersection(*(set(a.identity.ids) for a in failed))
    found = []
    for i in sorted(common):
        printed = values.get(i)
        if printed is None:
            continue
        wanted = {_wanted(a, i, printed) for a in failed}
        if len(wanted) != 1 or any(i in a.identity.ids for a in binding if a.check.passed):
            continue
        (value,) = wanted
        if value >= 0:
            found.append((i, printed, value))
    if len(found) != 1:
        return []
    i, printed, value = found[0]
    codes = ", ".join(sorted({f"{a.check.code} at {a.check.place}" for a in failed}))
    return [Proposal(id=i, printed=printed, proposed=value, why=f"the only value that satisfies {codes}")]


def _wanted(assessed: Assessed, field_id: str, printed: Number) -> Number:
    difference = assessed.check.left - assessed.check.right
    return printed - difference if field_id in assessed.identity.left else printed + difference
