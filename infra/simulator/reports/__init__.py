"""Invented annual reports: figures that satisfy every identity, own prose, and the layouts of real portals.

report = make_report(seed, Office(name="青禾市财政局"), 2024, "form2021")
document = render(report, "word_paste")
document.content, document.values, document.states
"""

from infra.simulator.reports.article import Extra
from infra.simulator.reports.collection import invent
from infra.simulator.reports.figures import Era, Number
from infra.simulator.reports.layouts import HTML_LAYOUTS, LAYOUTS, TEXT_LAYOUTS
from infra.simulator.reports.office import Office
from infra.simulator.reports.prose import Claim
from infra.simulator.reports.rendering import Rendered, render
from infra.simulator.reports.report import GeneratedReport, era_of, make_report, make_series

__all__ = [
    "HTML_LAYOUTS",
    "LAYOUTS",
    "TEXT_LAYOUTS",
    "Claim",
    "Era",
    "Extra",
    "GeneratedReport",
    "Number",
    "Office",
    "Rendered",
    "era_of",
    "invent",
    "make_report",
    "make_series",
    "render",
]
