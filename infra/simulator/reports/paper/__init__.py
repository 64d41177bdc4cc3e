"""Reports on paper: laid out on pages and written as PDF, in the ways of Word, WPS and print shops."""

from infra.simulator.reports.paper.pdf import render_pdf, write_scan
from infra.simulator.reports.paper.style import STYLES

__all__ = ["STYLES", "render_pdf", "write_scan"]
