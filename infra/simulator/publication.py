"""One thing a portal lists: a report with its layout and later edits, or a row that is no report."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from infra.simulator.reports.figures import Number
from infra.simulator.reports.report import GeneratedReport

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
    report: GeneratedReport | None = None
    layout: str = "clean"
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

    def as_printed(self) -> GeneratedReport | None:
        """The report with everything that was edited since."""
        if self.report is None:
            return None
        report = self.report.with_values(self.figures_edited)
        for old, new in self.texts_edited:
            report = report.with_words(old, new)
        return report

    def touch(self, now: datetime) -> None:
        """Note that the page has changed."""
        self.revision += 1
        self.modified_at = now
