"""The numbers of one report: drawn so that every identity holds, inside the report and from year to year.

What links two years (applications carried over, documents in force, cases pending) is drawn from streams named
by agency and year, so that a single report agrees with its neighbours without their being made.
"""

from typing import Literal

from infra.simulator.reports.dice import dice, split
from infra.simulator.reports.office import Office

Era = Literal["form2021", "form2019"]
Number = int | float

APPLICANTS = (
    "natural_person", "commercial_enterprise", "research_institution",
    "social_welfare_org", "legal_service_org", "other_org",
)  # fmt: skip
_APPLICANT_WEIGHTS = [80.0, 12.0, 0.6, 0.8, 3.0, 1.2]

_RESULTS: dict[str, float] = {
    "disclosed": 45, "partially_disclosed": 9,
    "not_disclosed.state_secret": 0.4, "not_disclosed.prohibited_by_law": 1,
    "not_disclosed.three_securities_one_stability": 0.4, "not_disclosed.third_party_rights": 1.5,
    "not_disclosed.internal_affairs": 1.5, "not_disclosed.process_information": 1,
    "not_disclosed.enforcement_case_file": 2.5, "not_disclosed.administrative_inquiry": 1.5,
    "cannot_provide.not_held": 22, "cannot_provide.needs_creation": 2,
    "cannot_provide.unclear_after_correction": 1.5, "not_processed.petition_complaint": 4,
    "not_processed.repeated": 1.2, "not_processed.public_publications": 0.3,
    "not_processed.excessive": 0.3, "not_processed.confirm_or_reissue": 0.6,
}  # fmt: skip
_OTHER_HANDLING: dict[Era, dict[str, float]] = {
    "form2021": {
        "other_handling.overdue_correction": 1.5,
        "other_handling.overdue_fee": 0.2,
        "other_handling.other": 5,
    },
    "form2019": {"other_handling.subtotal": 6},
}
RESULT_ROWS: dict[Era, tuple[str, ...]] = {era: (*_RESULTS, *other) for era, other in _OTHER_HANDLING.items()}

COURTS = ("administrative_review", "litigation_direct", "litigation_after_review")
OUTCOMES = ("upheld", "corrected", "other_result", "pending")

_SCALE = {"none": 0, "small": 6, "medium": 120, "large": 1_500, "huge": 24_000}
_FIRST_YEAR = 2019


def figures(seed: int, office: Office, year: int, era: Era) -> dict[str, Number]:
    """All values of the form by their official ids, in the order of the form."""
    return {
        **(_proactive_2021 if era == "form2021" else _proactive_2019)(seed, office, year),
        **_applications(seed, office, year, era),
        **_review_litigation(seed, office, year),
    }


def _carried_out(seed: int, office: Office, year: int) -> list[int]:
    chance = dice(seed, office.name, year, "carried out")
    most = _SCALE[office.size] // 20
    return split(chance.randint(0, most), _APPLICANT_WEIGHTS, chance)


def _applications(seed: int, office: Office, year: int, era: Era) -> dict[str, Number]:
    chance = dice(seed, office.name, year, "applications")
    scale = _SCALE[office.size]
    carried_in = _carried_out(seed, office, year - 1)
    carried_out = _carried_out(seed, office, year)
    fresh = split(chance.randint(scale // 2, scale), _APPLICANT_WEIGHTS, chance)
    # What is left over at the end of the year has come in: no column ends with more than it received.
    received = [new + left for new, left in zip(fresh, carried_out, strict=True)]
    settled = [new + old - left for new, old, left in zip(received, carried_in, carried_out, strict=True)]
    weights = {**_RESULTS, **_OTHER_HANDLING[era]}
    by_applicant = [split(count, list(weights.values()), chance) for count in settled]
    results = {row: [column[at] for column in by_applicant] for at, row in enumerate(weights)}
    rows = {"new_received": received, "carried_in": carried_in}
    rows |= {f"results.{row}": counts for row, counts in results.items()}
    rows |= {"total": settled, "carried_out": carried_out}
    return {
        f"applications.{row}.{column}": count
        for row, counts in rows.items()
        for column, count in zip((*APPLICANTS, "total"), (*counts, sum(counts)), strict=True)
    }


def _pending(seed: int, office: Office, year: int, court: str) -> int:
    chance = dice(seed, office.name, year, court, "pending")
    return chance.randint(0, 1 + _SCALE[office.size] // 200) if _SCALE[office.size] else 0


def _review_litigation(seed: int, office: Office, year: int) -> dict[str, Number]:
    values: dict[str, Number] = {}
    for court in COURTS:
        chance = dice(seed, office.name, year, court, "closed")
        # Last year's open cases are closed in this one.
        closed = _pending(seed, office, year - 1, court) + chance.randint(0, _SCALE[office.size] // 40)
        counts = [*split(closed, [7.0, 1.0, 3.0], chance), _pending(seed, office, year, court)]
        for outcome, count in zip((*OUTCOMES, "total"), (*counts, sum(counts)), strict=True):
            values[f"review_litigation.{court}.{outcome}"] = count
    return values


def _rules_of_year(seed: int, office: Office, year: int, row: str) -> tuple[int, int]:
    """Documents issued and repealed in one year; never more repealed than the years before left in force."""
    if office.size == "none" or (row == "regulations" and not office.makes_regulations):
        return 0, 0
    chance = dice(seed, office.name, year, row)
    if row == "regulations":
        return chance.randint(0, 8), chance.randint(0, 3)
    most = {"none": 0, "small": 2, "medium": 12, "large": 40, "huge": 60}[office.size]
    return chance.randint(0, most), chance.randint(0, most // 3)


def _in_force(seed: int, office: Office, year: int, row: str) -> int:
    if office.size == "none" or (row == "regulations" and not office.makes_regulations):
        return 0
    # Large enough that the repeals of a decade cannot bring it below what one year issues.
    start = dice(seed, office.name, row, "stock").randint(60, 240)
    start *= 1 if row == "regulations" else 1 + _SCALE[office.size] // 1000
    balance = (_rules_of_year(seed, office, past, row) for past in range(_FIRST_YEAR, year + 1))
    return start + sum(issued - repealed for issued, repealed in balance)


def _proactive_2021(seed: int, office: Office, year: int) -> dict[str, Number]:
    values: dict[str, Number] = {}
    for row in ("regulations", "normative_documents"):
        issued, repealed = _rules_of_year(seed, office, year, row)
        values[f"proactive.art20_1.{row}.issued"] = issued
        values[f"proactive.art20_1.{row}.repealed"] = repealed
        values[f"proactive.art20_1.{row}.in_force"] = _in_force(seed, office, year, row)
    chance = dice(seed, office.name, year, "decisions")
    scale = _SCALE[office.size]
    values["proactive.art20_5.licensing.decisions"] = chance.choice([0, 1, 40, 470]) * chance.randint(0, scale)
    values["proactive.art20_6.penalties.decisions"] = chance.choice([0, 1, 3, 20]) * chance.randint(0, scale)
    values["proactive.art20_6.coercion.decisions"] = chance.choice([0, 1, 2]) * chance.randint(0, scale)
    values["proactive.art20_8.administrative_fees.amount_wan_yuan"] = chance.choice([
        0, chance.randint(1, 10 + scale), round(chance.uniform(0.01, 10 + 2.5 * scale), chance.choice([1, 2, 4])),
    ])  # fmt: skip
    return _whole(values)


def _proactive_2019(seed: int, office: Office, year: int) -> dict[str, Number]:
    values: dict[str, Number] = {}
    for row in ("regulations", "normative_documents"):
        made, _ = _rules_of_year(seed, office, year, row)
        disclosed = dice(seed, office.name, year, row, "disclosed").randint(0, made)
        values[f"proactive.art20_1.{row}.made"] = made
        values[f"proactive.art20_1.{row}.newly_disclosed"] = disclosed
        values[f"proactive.art20_1.{row}.disclosed_total"] = _in_force(seed, office, year, row)
    scale = _SCALE[office.size]
    chance = dice(seed, office.name, year, "decisions")
    for row in ("art20_5.licensing", "art20_5.other_services", "art20_6.penalties", "art20_6.coercion"):
        values[f"proactive.{row}.items_last_year"] = _items(seed, office, year - 1, row)
        values[f"proactive.{row}.items_change"] = _items(seed, office, year, row) - _items(seed, office, year - 1, row)
        values[f"proactive.{row}.decisions"] = chance.choice([0, 1, 3, 40]) * chance.randint(0, scale)
    fees = "art20_8.administrative_fees"
    values[f"proactive.{fees}.items_last_year"] = _items(seed, office, year - 1, fees)
    values[f"proactive.{fees}.items_change"] = _items(seed, office, year, fees) - _items(seed, office, year - 1, fees)
    projects = chance.randint(0, 2 + scale // 10)
    values["proactive.art20_9.centralized_procurement.projects"] = projects
    values["proactive.art20_9.centralized_procurement.amount"] = (
        round(chance.uniform(1, 900) * projects, chance.choice([0, 2])) if projects else 0
    )
    return _whole(values)


def _whole(values: dict[str, Number]) -> dict[str, Number]:
    """Money without a fraction as a whole number, as it will be printed."""
    return {key: int(value) if value == int(value) else value for key, value in values.items()}


def _items(seed: int, office: Office, year: int, row: str) -> int:
    """Items in the list at the end of a year: what the next report calls the number of last year."""
    if not _SCALE[office.size]:
        return 0
    return dice(seed, office.name, row).randint(0, 120) + dice(seed, office.name, row, year).randint(0, 20)
