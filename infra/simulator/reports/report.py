"""One invented report: identity, figures and prose, before any layout."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from infra.simulator.reports.dice import dice
from infra.simulator.reports.figures import Era, Number, figures
from infra.simulator.reports.office import Office
from infra.simulator.reports.prose import Claim, Prose, compose

Scope = Literal["own", "region_aggregate", "system_aggregate"]


@dataclass(frozen=True)
class GeneratedReport:
    """What the agency says, independent of how a page shows it.

    `values` holds every id of the form's era. `prose` agrees with them in each of `claims`.
    """

    seed: int
    agency: Office
    year: int
    era: Era
    scope: Scope
    title: str
    published_on: date
    values: dict[str, Number]
    prose: Prose

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The figures that the prose names."""
        return self.prose.claims

    def with_values(self, changed: dict[str, Number]) -> "GeneratedReport":
        """The same report with other figures printed; title and prose stay, as after a silent edit."""
        unknown = sorted(set(changed) - set(self.values))
        if unknown:
            raise KeyError(f"The form has no value {unknown[0]!r}.")
        return replace(self, values={**self.values, **changed})

    def with_words(self, old: str, new: str) -> "GeneratedReport":
        """The same report with words of its prose replaced; without `old`, `new` is added to section 五."""
        return replace(self, prose=self.prose.replaced(old, new))


def make_report(seed: int, agency: Office, year: int, era: Era, scope: Scope = "own") -> GeneratedReport:
    """Invent the report of one agency and year.

    It agrees with the reports of the years before and after under the same seed: applications carried over,
    documents in force, cases pending (Y-CARRY, Y-INFORCE, Y-PENDING).
    """
    values = figures(seed if scope == "own" else seed + 1, agency, year, era)
    return GeneratedReport(
        seed=seed,
        agency=agency,
        year=year,
        era=era,
        scope=scope,
        title=title_of(seed, agency, year),
        published_on=date_of(seed, agency, year),
        values=values,
        prose=compose(seed, agency, year, era, scope, values),
    )


def make_series(seed: int, agency: Office, years: Iterable[int]) -> dict[int, GeneratedReport]:
    """The reports of several years of one agency, each in the form that was in force."""
    return {year: make_report(seed, agency, year, era_of(year)) for year in sorted(years)}


def era_of(year: int) -> Era:
    """The form that a report of this year should have."""
    return "form2019" if year <= 2020 else "form2021"


def title_of(seed: int, agency: Office, year: int) -> str:
    """The title of a report, without making it."""
    patterns = [
        f"{agency.name}{year}年政府信息公开工作年度报告",
        f"{agency.name}{year}年政府信息公开工作年度报告",
        f"{agency.name}{year}年度政府信息公开工作年度报告",
        f"{year}年{agency.name}政府信息公开工作年度报告",
        f"{agency.name}{year}年政府信息公开年度报告",
    ]
    return dice(seed, agency.name, year, "title").choice(patterns)


def date_of(seed: int, agency: Office, year: int) -> date:
    """A working day before the legal date, 31 January for departments and 31 March for governments."""
    span = (32, 88) if agency.kind == "government" else (4, 29)
    day = date(year + 1, 1, 1) + timedelta(dice(seed, agency.name, year, "published").randint(*span))
    return day - timedelta(max(0, day.weekday() - 4))
