"""What a failed identity reaches, and the one change of one cell that would satisfy all of them.

An identity says: the sum of its left ids minus that of its right ids is nothing. What is missing or too much (`gap`)
must be made up by changes of its cells. A *line* is the cells of one identity: a row, a column, a block. Changes that
stay within one line are found by solving it: where another identity crosses the line in one cell, it fixes that change.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from model.forms import Identity
from model.report import Number, Proposal
from model.vocabulary import Fault
from parsers.checks import Assessed

Values = Mapping[str, Number | None]
EXACT = 6


def suspects_of(identities: Iterable[Identity], assessed: list[Assessed], values: Values) -> set[str]:
    """Ids that failed identities reach: the cells of one line if changes there alone can satisfy everything.

    Several such lines: the cells of all of them. None: single cells that explain their failures; else all.
    `identities`: also those that cannot be assessed; a row with a cell that nobody can read may be the wrong one.
    """
    binding = [a for a in assessed if a.identity.binds]
    failed = [a for a in binding if not a.check.passed]
    if not failed:
        return set()
    bound = [i for i in identities if i.binds]
    found: set[str] = set()
    for line in bound:
        found |= _changes(line, binding, values) or set()
    if found:
        return found
    passed_ids = {i for a in binding if a.check.passed for i in a.identity.ids}
    told = {(a.identity.rule, a.identity.place) for a in binding}
    untold = {i for line in bound if (line.rule, line.place) not in told for i in line.ids}
    gaps: dict[str, set[float]] = defaultdict(set)
    for a in failed:
        for i in a.identity.ids:
            gaps[i].add(abs(_gap(a)))
    core = {i for i, d in gaps.items() if i not in passed_ids and i not in untold and len(d) == 1}
    return core if all(core & set(a.identity.ids) for a in failed) else set(gaps)


def _gap(assessed: Assessed) -> Number:
    return round(assessed.check.left - assessed.check.right, EXACT)


def _changes(line: Identity, binding: list[Assessed], values: Values) -> set[str] | None:
    """Cells of a line whose change satisfies every identity; None where no changes of its cells can."""
    cells = set(line.ids)
    change: dict[str, Number] = {}
    along: list[Assessed] = []
    for other in binding:
        crossing = cells.intersection(other.identity.ids)
        if len(crossing) > 1:
            along.append(other)
        elif not crossing:
            if not other.check.passed:
                return None
        else:
            (i,) = crossing
            wanted = -_gap(other) if i in other.identity.left else _gap(other)
            if change.setdefault(i, wanted) != wanted:
                return None
    # Where the line itself cannot be assessed, nothing binds a cell of it that no other line crosses.
    free = cells.difference(change, *(a.identity.ids for a in along))
    for other in along:
        crossing = cells.intersection(other.identity.ids)
        left = set(other.identity.left)
        rest = round(_gap(other) + sum(change.get(i, 0) * (1 if i in left else -1) for i in crossing), EXACT)
        unknown = crossing - change.keys()
        if len(unknown) == 1:
            (i,) = unknown
            if rest and (values.get(i) or 0) + (-rest if i in left else rest) < 0:
                return None
        if rest and not unknown:
            return None
        if rest or len(unknown) > 1:
            free |= unknown
    changed = {i for i, by in change.items() if by}
    if any((values.get(i) or 0) + change[i] < 0 for i in changed):
        return None
    return changed | free


def propose(assessed: list[Assessed], values: Values, unsure: set[str]) -> list[Proposal]:
    """A proposal when exactly one change of exactly one cell satisfies every binding identity.

    `unsure`: ids whose reading is doubtful: there the extraction is at fault, elsewhere the source.
    """
    binding = [a for a in assessed if a.identity.binds]
    failed = [a for a in binding if not a.check.passed]
    if not failed:
        return []
    bound = {i for a in binding if a.check.passed for i in a.identity.ids}
    found = []
    for i in sorted(set.intersection(*(set(a.identity.ids) for a in failed)) - bound):
        printed = values.get(i)
        wanted = {round((printed or 0) + (-_gap(a) if i in a.identity.left else _gap(a)), EXACT) for a in failed}
        if len(wanted) == 1 and (value := wanted.pop()) >= 0:
            found.append((i, printed, value))
    if len(found) != 1:
        return []
    ((i, printed, value),) = found
    codes = ", ".join(sorted({f"{a.check.code} at {a.check.place}" for a in failed}))
    why = f"the only value that satisfies {codes}; {_told(i, printed, unsure)}"
    return [Proposal(id=i, printed=printed, proposed=value, why=why)]


def _told(field_id: str, printed: Number | None, unsure: set[str]) -> str:
    if field_id in unsure:
        return "the cell could not be read for certain: the extraction may be at fault"
    stands = "a blank stands" if printed is None else f"{printed} stands"
    return f"{stands} in a cell of its own: the source is at fault"


def fault_of(assessed: Assessed, missing: set[str], unsure: set[str]) -> Fault:
    """Who is at fault for a check that failed: the source unless a value of it was not read for certain."""
    ids = set(assessed.identity.ids)
    if ids & missing:
        return Fault.UNKNOWN
    return Fault.EXTRACTION if ids & unsure else Fault.SOURCE
