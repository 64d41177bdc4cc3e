"""The index for searching and browsing: disposable, built from the archive, and never asked for the truth."""

from .catalogue import Catalogue, find_reports
from .rows import Passage, ReportRow

__all__ = ["Catalogue", "Passage", "ReportRow", "find_reports"]
