"""The table of 58 indicators of report years 2014 to 2018: figures that satisfy its identities, and its layouts.

report = make_old_report(seed, Office(name="青禾市财政局"), 2016, columns=("本级", "汇总"))
document = render_old(report, "tabs")
"""

from dataclasses import dataclass
from html import escape
from random import Random

from infra.simulator.reports.article import Article, Cell, Extra, Row, Table, Text
from infra.simulator.reports.dice import dice, split
from infra.simulator.reports.figures import Number
from infra.simulator.reports.layouts import LAYOUTS
from infra.simulator.reports.narratives import NarrativeText, invent_narrative
from infra.simulator.reports.office import Office
from model.forms import load_forms
from model.forms_tables import Row as FormRow
from model.vocabulary import CellState

# Layouts that know nothing of the tables of later forms
OLD_LAYOUTS = (
    "clean", "word_paste", "broken_headers", "gb18030_declared_utf8", "utf8_declared_gb2312", "layout_tables",
    "th_thead", "sloppy_markup", "blank_zeros", "slash_zeros", "none_word_zeros", "thousands", "fullwidth", "radicals",
    "nbsp_zerowidth", "no_enumerators", "pipes", "cell_per_line", "cell_per_line_blank", "lone_pipes", "tabs",
    "markdown_padded",
)  # fmt: skip
KNOWN_COLUMNS = {"本级": "own_level", "汇总": "aggregate"}
COLUMN_SETS: tuple[tuple[str, ...], ...] = ((), ("本级", "汇总"), ("区政府统计数", "区直单位统计数", "乡镇街道统计数"))
# Rows that a province added for itself: behind which row, label, unit
LOCAL_ROWS = (
    ("applications.answered_other_channel", "9.网站留言办理数", "件"),
    ("meetings.people_trained", "（四）组织公开日活动场数", "场"),
)
_SCALE = {"none": 0, "small": 4, "medium": 60, "large": 700, "huge": 9_000}


@dataclass(frozen=True)
class OldReport:
    """A report with the table of 2014. `figures`: row path to one number for each column (one when there is none)."""

    agency: Office
    year: int
    title: str
    columns: tuple[str, ...]
    figures: dict[str, tuple[Number, ...]]
    words: NarrativeText
    local: tuple[Extra, ...]
    numbered: bool

    @property
    def values(self) -> dict[str, Number]:
        """Every value by its id, in the order of the form."""
        return {
            _id(column, path): numbers[at]
            for path, numbers in self.figures.items()
            for at, column in enumerate(self.columns or ("",))
        }


@dataclass(frozen=True)
class OldDocument:
    """A document and its answer key, as in `rendering.Rendered`."""

    report: OldReport
    layout: str
    content: bytes
    values: dict[str, Number | None]
    states: dict[str, CellState]
    extras: tuple[Extra, ...]


def _id(column: str, path: str) -> str:
    name = KNOWN_COLUMNS.get(column, column)
    return f"stat2014.{name}.{path}" if name else f"stat2014.{path}"


def make_old_report(
    seed: int,
    office: Office,
    year: int,
    columns: tuple[str, ...] = (),
    *,
    local_rows: bool = False,
    numbered: bool = False,
) -> OldReport:
    """Invent one; `local_rows` adds rows that the form does not know, `numbered` a column 序号 before the labels."""
    many = range(max(1, len(columns)))
    drawn = [_figures(dice(seed, office.name, year, "stat2014", at), _SCALE[office.size]) for at in many]
    figures = {path: tuple(column[path] for column in drawn) for path in _paths()}
    chance = dice(seed, office.name, year, "local rows")
    local = tuple(
        Extra("stat2014", label, [str(chance.randint(0, 40)) for _ in many]) for _, label, _ in LOCAL_ROWS
    ) if local_rows else ()  # fmt: skip
    title = f"{office.name}{year}年政府信息公开工作年度报告"
    words = invent_narrative(
        seed,
        office,
        year,
        on_website=int(figures["proactive.by_channel.website"][0]),
        received=int(figures["applications.received"][0]),
    )
    return OldReport(office, year, title, columns, figures, words, local, numbered)


def _paths() -> list[str]:
    table = load_forms()["stat2014"].table("stat2014")
    assert table is not None
    return [f.row for f in table.fields]


def _figures(chance: Random, scale: int) -> dict[str, Number]:
    """Numbers for which every identity of severity error holds."""

    def some(most: int) -> int:
        return chance.randint(0, most)

    channels = [some(scale), some(scale * 4), some(scale), some(scale * 2), some(scale)]
    disclosed = some(sum(channels))
    found: dict[str, Number] = {"proactive.disclosed_items": disclosed}
    found["proactive.disclosed_normative_documents"] = some(min(disclosed, 30))
    found["proactive.normative_documents_issued"] = some(40)
    for name, count in zip(("gazette", "website", "weibo", "wechat", "other"), channels, strict=True):
        found[f"proactive.by_channel.{name}"] = count
    found["response.hot_topics"] = some(scale // 4 + 1)
    for name in ("press_conferences", "online_interviews"):
        found[f"response.{name}"] = some(scale // 10 + 1)
        found[f"response.{name}_by_head"] = some(int(found[f"response.{name}"]))
    for name in ("interpretation_articles", "weibo_wechat_responses", "other_responses"):
        found[f"response.{name}"] = some(scale)
    closed = some(scale)
    received = closed + some(scale // 10)
    found |= _parts("applications.received", received, ("in_person", "fax", "online", "mail"), chance)
    found |= _parts("applications.closed", closed, ("on_time", "extended"), chance)
    kinds = ("already_public", "granted", "partly_granted", "refused", "not_this_organ", "nonexistent",
             "asked_to_amend", "other_channel")  # fmt: skip
    found |= _parts("applications.answered", closed, kinds, chance)
    refused = int(found["applications.answered_refused"])
    reasons = ("state_secret", "trade_secret", "privacy", "three_securities_one_stability",
               "not_government_information", "other_legal")  # fmt: skip
    found |= _parts("applications.refused", refused, reasons, chance)
    del found["applications.refused"]  # printed as 不同意公开答复数, above
    for court in ("reconsideration", "litigation"):
        parts = _parts(f"{court}.total", some(scale // 20 + 1), ("upheld", "corrected", "other"), chance)
        found |= {k.replace(".total_", "."): v for k, v in parts.items()}
    found["complaints.total"] = some(3)
    found["fees.collected_wan_yuan"] = chance.choice([0, 0, 1, round(chance.uniform(0.01, 3), 2)])
    found["capacity.dedicated_units"] = some(12)
    found["capacity.reading_points"] = some(20)
    found |= _parts("capacity.staff", some(scale // 4 + 6), ("full_time", "part_time"), chance)
    found["capacity.budget_wan_yuan"] = chance.choice([0, some(scale), round(chance.uniform(0.1, 60), 1)])
    found["meetings.meetings_held"] = some(14)
    found["meetings.trainings_held"] = some(9)
    found["meetings.people_trained"] = some(scale * 3)
    return found


def _parts(whole: str, total: int, names: tuple[str, ...], chance: Random) -> dict[str, Number]:
    counts = split(total, [chance.uniform(0.2, 5) for _ in names], chance)
    found: dict[str, Number] = {whole: total}
    return found | {f"{whole}_{name}": count for name, count in zip(names, counts, strict=True)}


def article_of_old(report: OldReport) -> Article:
    """Title, the text under its headings, and the table with its foot."""
    blocks: list[Text | Table] = [Text(report.title, "title"), *map(Text, report.words.preamble)]
    for part in report.words.parts:
        blocks += [Text(part.heading, "heading"), *map(Text, part.paragraphs)]
    blocks += [Text(f"附：政府信息公开情况统计表（{report.year}年度）"), Text(f"填报单位：{report.agency.name}")]
    blocks.append(_table(report))
    blocks.append(Text("单位负责人：某某　审核人：某某　填报人：某某"))
    return Article(blocks, list(report.local))


def _table(report: OldReport) -> Table:
    names = report.columns or ("统计数",)
    head = [Cell("序号", "header")] if report.numbered else []
    head += [Cell("统计指标", "header"), Cell("单位", "header"), *(Cell(name, "header") for name in names)]
    rows = [Row(head, is_head=True)]
    local = {after: (extra, unit) for extra, (after, _, unit) in zip(report.local, LOCAL_ROWS, strict=False)}
    table = load_forms()["stat2014"].table("stat2014")
    assert table is not None
    for top in table.blocks[0].rows:
        for row, above in top.walk():
            rows.append(Row([*_number(report, rows), *_line(report, row, len(above))]))
            if row.id in local:
                extra, unit = local[row.id]
                label = [Cell(extra.label, "label"), Cell(unit, "label")]
                rows.append(Row([*_number(report, rows), *label, *(Cell(v, "extra") for v in extra.values)]))
    return Table("stat2014", rows, len(head))


def _number(report: OldReport, rows: list[Row]) -> list[Cell]:
    return [Cell(str(len(rows)), "extra")] if report.numbered else []


def _line(report: OldReport, row: FormRow, depth: int) -> list[Cell]:
    label = Cell("　" * depth + row.label, "label")
    if row.heading:
        return [label, Cell("——", "label"), *(Cell("", "label") for _ in report.columns or ("",))]
    cells = [label, Cell(row.unit or "", "label")]
    for column, value in zip(report.columns or ("",), report.figures[row.id], strict=True):
        cells.append(Cell(str(value), "value", id=_id(column, row.id), value=value, state=CellState.NUMBER))
    return cells


def render_old(report: OldReport, layout: str, seed: int = 0) -> OldDocument:
    """Lay a report out; the same arguments give the same bytes. KeyError for an unknown layout."""
    article = article_of_old(report)
    draft = LAYOUTS[layout].make(article, dice(seed, layout, report.agency.name, report.year))
    text = draft.text
    if draft.media_type == "text/html":
        head = f'<meta charset="{draft.declared}"><title>{escape(report.title)}</title>'
        text = f"<html><head>{head}</head>\n<body>{draft.text}</body></html>\n"
    cells = {cell.id: cell for cell in article.values() if cell.id is not None}
    return OldDocument(
        report=report,
        layout=layout,
        content=text.encode(draft.encoding),
        values={key: cell.value for key, cell in cells.items()},
        states={key: cell.state or CellState.NUMBER for key, cell in cells.items()},
        extras=tuple(article.extras),
    )
