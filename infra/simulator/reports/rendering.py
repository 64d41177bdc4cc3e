"""From a report and the name of a layout to the bytes of a document, with the answer that a reader must give."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from infra.simulator.reports.article import Article, Extra
from infra.simulator.reports.dice import dice
from infra.simulator.reports.draft import Layout
from infra.simulator.reports.figures import Number
from infra.simulator.reports.grid import article_of
from infra.simulator.reports.layouts import LAYOUTS
from infra.simulator.reports.report import GeneratedReport
from model.vocabulary import CellState

SUFFIXES = {
    "text/html": ".html",
    "text/markdown": ".md",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/ofd": ".ofd",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/zip": ".zip",
}
Frame = Callable[[str, str], str]
"""Wraps a fragment of HTML into a page; the second argument is the charset that the page declares."""


@dataclass(frozen=True)
class Rendered:
    """A document and its answer key.

    `values` and `states` hold every id of the form; `raws` what each cell prints, `units` the units printed in cells.
    A value is None exactly where the state is not `number`.
    """

    report: GeneratedReport
    layout: str
    content: bytes
    media_type: str
    charset_declared: str
    values: dict[str, Number | None]
    states: dict[str, CellState]
    raws: dict[str, str]
    units: dict[str, str]
    extras: tuple[Extra, ...]

    @property
    def suffix(self) -> str:
        """The ending of a file of this kind."""
        return SUFFIXES.get(self.media_type, ".txt")


def render(report: GeneratedReport, layout: str, seed: int = 0, frame: Frame | None = None) -> Rendered:
    """Lay a report out; the same arguments give the same bytes.

    `frame` is used for layouts that are HTML. Raises KeyError for an unknown layout.
    """
    chosen: Layout = LAYOUTS[layout]
    article = article_of(report)
    draft = chosen.make(article, dice(seed, layout, report.agency.name, report.year))
    text = draft.text
    if draft.media_type == "text/html":
        text = (frame or bare_page(report.title))(draft.text, draft.declared)
    return answered(report, layout, text.encode(draft.encoding), draft.media_type, article, draft.declared)


def answered(
    report: GeneratedReport, layout: str, content: bytes, media_type: str, article: Article, declared: str = ""
) -> Rendered:
    """A document with the answer key that its article gives."""
    cells = {cell.id: cell for cell in article.values() if cell.id is not None}
    return Rendered(
        report=report,
        layout=layout,
        content=content,
        media_type=media_type,
        charset_declared=declared,
        values={key: cell.value for key, cell in cells.items()},
        states={key: cell.state or CellState.NUMBER for key, cell in cells.items()},
        raws={key: cell.text for key, cell in cells.items()},
        units={key: cell.unit for key, cell in cells.items() if cell.unit},
        extras=tuple(article.extras),
    )


def bare_page(title: str) -> Frame:
    """The smallest page that declares a charset."""

    def frame(fragment: str, charset: str) -> str:
        return (
            f'<html><head><meta charset="{charset}"><title>{escape(title)}</title></head>\n'
            f'<body><div class="TRS_Editor">{fragment}</div></body></html>\n'
        )

    return frame
