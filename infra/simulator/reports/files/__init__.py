"""Reports as files: Word, spreadsheets, OFD, archives; each with the answer key of its report.

file = render_file(make_report(seed, office, 2024, "form2021"), "docx", seed)
"""

from infra.simulator.reports.files.rendering import FILE_KINDS, HABITS, render_file

__all__ = ["FILE_KINDS", "HABITS", "render_file"]
