"""When a report is due: Article 49 of the Regulations of 2019, and what stood before it (report-format 4.3)."""

from datetime import date
from typing import Literal, NamedTuple

from model.portal import AgencyKind, AgencyLevel

Basis = Literal["Art. 49", "2007 Art. 31", "local practice"]
LAST_YEAR_OF_2007 = 2018
"""The last report year under the Regulations of 2007: one date, 31 March, for everybody."""


class Due(NamedTuple):
    """The last day on which a report is on time, a day in China, and what says so.

    `local practice`: no law sets a date for townships, streets and zones. They are late against local practice at most,
    and never unlawful.
    """

    day: date
    basis: Basis

    @property
    def lawful(self) -> bool:
        """Is it a date of the law?"""
        return self.basis != "local practice"


def due_date(kind: AgencyKind | None, level: AgencyLevel | None, year: int) -> Due | None:
    """When the report on a year is due; None where no date is known: the State Council itself, an unknown kind."""
    if year <= LAST_YEAR_OF_2007:
        return Due(date(year + 1, 3, 31), "2007 Art. 31")
    if kind in ("department", "vertical", "authorized_org"):
        return Due(date(year + 1, 1, 31), "Art. 49")
    if kind == "government" and level in ("province", "prefecture", "county"):
        return Due(date(year + 1, 3, 31), "Art. 49")
    if kind in ("township", "street", "zone") or (kind == "government" and level == "township"):
        return Due(date(year + 1, 1, 31), "local practice")
    return None
