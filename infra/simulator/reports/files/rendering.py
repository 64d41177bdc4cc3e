"""From a report and a kind of file to bytes, with the answer that a reader must give."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from infra.simulator.reports.article import Article
from infra.simulator.reports.dice import dice
from infra.simulator.reports.files.archive import write_zip
from infra.simulator.reports.files.fixed_layout import write_ofd
from infra.simulator.reports.files.rich_text import write_rtf
from infra.simulator.reports.files.spreadsheet import write_xlsx
from infra.simulator.reports.files.word import write_docx
from infra.simulator.reports.grid import article_of
from infra.simulator.reports.layouts import LAYOUTS
from infra.simulator.reports.rendering import Rendered, answered
from infra.simulator.reports.report import GeneratedReport

# What offices do to their tables, whatever program they write them in.
HABITS = (
    "clean", "clean", "clean", "blank_zeros", "slash_zeros", "dash_zeros", "none_word_zeros", "thousands", "units",
    "decimals_signs", "notes_in_cells", "fullwidth", "nbsp_zerowidth", "other_enumerators", "no_enumerators",
    "extra_rows", "one_table", "five_tables", "split_table3", "disagreeing_spans",
)  # fmt: skip


class FileKind(NamedTuple):
    """How a kind is written, its media type, the ending of its name; `without`: habits that do not go with it."""

    write: Callable[[Article, Random], bytes]
    media_type: str
    suffix: str
    without: frozenset[str] = frozenset()


OOXML = "application/vnd.openxmlformats-officedocument"
FILE_KINDS: dict[str, FileKind] = {
    "docx": FileKind(write_docx, f"{OOXML}.wordprocessingml.document", ".docx"),
    # On paper, a table that begins anew has all its columns, and figures are as narrow as their cells.
    "ofd": FileKind(write_ofd, "application/ofd", ".ofd", frozenset({"split_table3", "fullwidth"})),
    "rtf": FileKind(write_rtf, "application/rtf", ".rtf"),
    "xlsx": FileKind(write_xlsx, f"{OOXML}.spreadsheetml.sheet", ".xlsx"),
    "zip": FileKind(write_zip, "application/zip", ".zip"),
}


def render_file(report: GeneratedReport, kind: str, seed: int = 0, habit: str | None = None) -> Rendered:
    """Write a report as a file; the same arguments give the same words and figures.

    `habit`: one of HABITS, else drawn. Raises KeyError for an unknown kind.
    """
    chosen = FILE_KINDS[kind]
    chance = dice(seed, kind, report.agency.name, report.year)
    habit = habit or chance.choice([name for name in HABITS if name not in chosen.without])
    article = article_of(report)
    LAYOUTS[habit].make(article, chance)
    return answered(report, f"{kind} {habit}", chosen.write(article, chance), chosen.media_type, article)
