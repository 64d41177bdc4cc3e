"""Agencies by name, and their figures over the years."""

from collections.abc import Sequence

from model.agency import Agency
from model.errors import ObjectMissing
from storage.catalogue.browsing import Question, conditions
from storage.catalogue.figures import ReportFigures, figures_of
from web.library.opened import Opened, is_name

OwnFigures = dict[str, dict[int, ReportFigures]]
"""Agency id to year to what its own newest report says."""


class Agencies(Opened):
    """Agencies that have reports."""

    def figures(self, agencies: Sequence[str], years: range, ids: Sequence[str]) -> OwnFigures:
        """Values under some ids of the agencies' own newest reports; every agency is there, years only as found."""
        withheld, found = self.withheld(), OwnFigures({agency: {} for agency in agencies})
        with self._database() as database:
            for told in figures_of(database, agencies, years.start, years.stop - 1, ids):
                if not withheld.hides(told.report_id, told.n):
                    # The first of a year is the agency's own: others are of a region or a system.
                    found[told.agency_id].setdefault(told.report_year, told)
        return found

    def agency_names(self, ids: tuple[str, ...]) -> dict[str, str]:
        """Agency id to name, in the order given; unknown ids are left out."""
        with self._database() as database:
            asked = (
                "SELECT coalesce((SELECT name FROM agencies WHERE id = ?1),"
                " (SELECT agency_name FROM reports WHERE agency_id = ?1 LIMIT 1))"
            )
            named = {name: database.execute(asked, (name,)).fetchone()[0] for name in dict.fromkeys(ids)}
        return {key: name for key, name in named.items() if name}

    def agencies_named(self, words: tuple[str, ...], limit: int) -> list[tuple[str, str, int]]:
        """(id, name, reports) of agencies with reports that answer to the words."""
        where, values = conditions(Question(words=words), self.withheld())
        with self._database() as database:
            return list(
                database.execute(
                    "SELECT r.agency_id, coalesce(a.name, r.agency_name), count(DISTINCT r.report_year) FROM reports r"
                    f" LEFT JOIN agencies a ON a.id = r.agency_id WHERE {where} GROUP BY 1"
                    " ORDER BY 3 DESC, 2 LIMIT ?",
                    [*values, limit],
                )
            )

    def agency(self, agency_id: str) -> Agency | None:
        try:
            return self.archive.agency(agency_id) if is_name(agency_id) else None
        except ObjectMissing:
            return None
