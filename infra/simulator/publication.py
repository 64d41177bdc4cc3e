"""One thing a portal lists: a report with its layout and later edits, or a row that is no report."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from infra.simulator.reports.figures import Era, Number
from infra.simulator.reports.office import Office
from infra.simulator.reports.report import GeneratedReport, Scope, make_report

Kind = Literal["report", "notice", "explainer", "statistics", "news"]


@dataclass
class Publication:
    """A row of the list and the page behind it. `revision` grows with every change of the page."""

    key: str
    """`agency/year` of a report, a number of the site's own for anything else."""
    kind: Kind
    title: str
    published_at: datetime
    modified_at: datetime
    path: str
    agency: Office | None = None
    """Who reports; None for anything that is no report. With `seed`, `year` and `era` it makes the report."""
    seed: int = 0
    year: int = 0
    era: Era = "form2021"
    layout: str = "clean"
    scope: Scope = "own"
    text: tuple[str, ...] = ()
    """Paragraphs of a page that is no report."""
    waiting: bool = False
    """Written and not yet published."""
    removed: bool = False
    listed: bool = True
    revision: int = 0
    figures_edited: dict[str, Number] = field(default_factory=dict)
    texts_edited: list[tuple[str, str]] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The content management system's number of the page: opaque, and the same in every run."""
        return 6_100_000 + int(hashlib.sha256(self.key.encode("utf-8")).hexdigest()[:8], 16) % 800_000

    @property
    def report(self) -> GeneratedReport | None:
        """The report as it was first written; None when the page is none."""
        # Made when it is asked for: the reports of thousands of sites would not fit into memory.
        return None if self.agency is None else make_report(self.seed, self.agency, self.year, self.era, self.scope)

    def as_printed(self) -> GeneratedReport | None:
        """The report with everything that was edited since."""
        report = self.report
        if report is None:
            return None
        report = report.with_values(self.figures_edited)
        for old, new in self.texts_edited:
            report = report.with_words(old, new)
        return report

    def touch(self, now: datetime) -> None:
        """Note that the page has changed."""
        self.revision += 1
        self.modified_at = now
