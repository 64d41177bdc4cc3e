"""Assesses the identities and rules of a form over values: strictly, and with blanks taken for 0."""

from dataclasses import dataclass

from model.forms import Identity
from model.report import AgencyReading, Check, Number
from model.vocabulary import CellState

# So many sums that agree with blanks as zeros, and so many for each that does not, show that a blank is a zero here.
LEAST_EXACT, MORE_EXACT = 6, 3
ZERO_LIKE = frozenset({CellState.BLANK, CellState.DASH, CellState.SLASH, CellState.NONE_WORD})


@dataclass(frozen=True)
class Assessed:
    """A rule and how it came out."""

    identity: Identity
    check: Check

    @property
    def message(self) -> str:
        """What a failed check says: both sides with their sums."""
        sign = {"=": "≠", ">=": "<", "!=": "="}[self.identity.relation]
        left, right = " + ".join(self.identity.left), " + ".join(self.identity.right) or "0"
        return f"{left} = {self.check.left} {sign} {self.check.right} = {right}"


def cannot_make_rules(agency: AgencyReading) -> bool:
    """Is a 规章 of this agency a filling mistake (report-format 2.3)? Offices that may report for their government
    are given the benefit of the doubt.
    """
    if agency.level in ("county", "township"):
        return True
    below_the_state = agency.level in ("province", "prefecture") and agency.kind == "department"
    return below_the_state and agency.scope == "own" and not (agency.name or "").endswith(("办公厅", "办公室"))


def _side(
    terms: tuple[str, ...], values: dict[str, Number | None], states: dict[str, CellState], lenient: bool
) -> Number | None:
    total: Number = 0
    for term in terms:
        value = values.get(term)
        if value is None:
            if not lenient or states.get(term) not in ZERO_LIKE:
                return None
            value = 0
        total += value
    return round(total, 6) if isinstance(total, float) else total


def _holds(left: Number, relation: str, right: Number, tolerance: float) -> bool:
    if relation == "=":
        return abs(left - right) <= tolerance
    return left + tolerance >= right if relation == ">=" else left != right


def assess(
    identities: tuple[Identity, ...],
    values: dict[str, Number | None],
    states: dict[str, CellState],
    cannot_make_rules: bool = False,
) -> list[Assessed]:
    """Every rule that can be assessed, strictly where all its values are numbers, else with blanks taken for 0.

    A lenient failure only counts when the blank side is short of nothing: blanks may stand for any number. Unless the
    document leaves its zeros blank: there a blank that would have to be more is a contradiction, too.
    """
    assessed: list[Assessed] = []
    short: list[Assessed] = []
    exact = 0
    for identity in identities:
        if identity.only_for == "cannot_make_rules" and not cannot_make_rules:
            continue
        if any(not values.get(n) for n in identity.needs_nonzero):
            continue
        for lenient in (False, True):
            left = _side(identity.left, values, states, lenient)
            right = _side(identity.right, values, states, lenient)
            if left is None or right is None:
                continue
            passed = _holds(left, identity.relation, right, identity.tolerance)
            open_end = lenient and not passed and not _contradicts(identity, values, left, right)
            if open_end and not _wants_more(identity, values, left, right):
                break
            check = Check(
                code=identity.rule, place=identity.place, mode="lenient" if lenient else "strict",
                passed=passed, left=left, right=right, severity=identity.severity,
            )  # fmt: skip
            (short if open_end else assessed).append(Assessed(identity, check))
            exact += lenient and passed and left != 0
            break
    # A total may be left blank without any of its parts, so many of them say nothing.
    parts = [a for a in short if len(_small_side(a)) > 1]
    if exact < LEAST_EXACT or exact < MORE_EXACT * len(parts):
        return assessed
    if exact < MORE_EXACT * len(short):
        short = parts
    assessed += [a for a in short if _has_parts(a, values)]
    doubtful = {i for a in assessed if not a.check.passed and a.identity.binds for i in a.identity.ids}
    return assessed + [a for a in short if not _has_parts(a, values) and not doubtful.isdisjoint(a.identity.ids)]


def _small_side(short: Assessed) -> tuple[str, ...]:
    identity, check = short.identity, short.check
    return identity.left if check.left < check.right else identity.right


def _has_parts(short: Assessed, values: dict[str, Number | None]) -> bool:
    """Is a part of the side that is too small printed? Where none is, a column may have been left out."""
    return any(values.get(i) for i in _small_side(short))


def _wants_more(identity: Identity, values: dict[str, Number | None], left: Number, right: Number) -> bool:
    """Is one side too small: parts beside a printed total, or a total whose parts are more than nothing?"""
    small, large = (identity.left, identity.right) if left < right else (identity.right, identity.left)
    return identity.binds and (len(small) == 1 or all(values.get(term) is not None for term in large))


def _contradicts(identity: Identity, values: dict[str, Number | None], left: Number, right: Number) -> bool:
    """With blanks on one side only: does that side exceed the other, whole one already?"""
    open_left = any(values.get(t) is None for t in identity.left)
    open_right = any(values.get(t) is None for t in identity.right)
    return (open_right and not open_left and right > left) or (open_left and not open_right and left > right)
