"""An event in words, Chinese first, then English, for people who have never heard of gongkai."""

from collections.abc import Mapping
from dataclasses import dataclass

from model.document import Event
from model.vocabulary import EventKind

MOST_CELLS = 10


@dataclass(frozen=True, slots=True)
class Message:
    """What is told of an event. `text` repeats nothing of the title but the facts."""

    title: str
    text: str
    link: str | None


# Kind: headlines and sentences, Chinese and English. {agency} and {year} are those of the report, {portal} its portal.
_WORDS: dict[EventKind, tuple[str, str, str, str]] = {
    EventKind.COLLECTED: (
        "收录",
        "collected",
        "已收录{agency}{year}年政府信息公开工作年度报告。",
        "The {year} annual report of {agency} was collected.",
    ),
    EventKind.PUBLISHED: (
        "发布",
        "published",
        "{agency}发布了{year}年政府信息公开工作年度报告。",
        "{agency} published its {year} annual report on open government information.",
    ),
    EventKind.REVISED: (
        "数据修改",
        "figures changed",
        "{agency}{year}年度报告中的数据有改动：",
        "Figures in the {year} annual report of {agency} have changed:",
    ),
    EventKind.EDITED: (
        "文字修改",
        "text changed",
        "{agency}{year}年度报告的文字有改动，表格数据未变。",
        "The text of the {year} annual report of {agency} has changed; the figures have not.",
    ),
    EventKind.CORRECTED: (
        "更正",
        "corrected",
        "{agency}更正了{year}年度报告。",
        "{agency} published a correction of its {year} annual report.",
    ),
    EventKind.DISAPPEARED: (
        "链接失效（尚未确认）",
        "not found (not yet confirmed)",
        "{agency}{year}年度报告在原网址已找不到。目前仅发现一次，尚未确认撤下。",
        "The {year} annual report of {agency} was not found at its address. Seen once, not yet confirmed.",
    ),
    EventKind.WITHDRAWN: (
        "撤下",
        "withdrawn",
        "{agency}{year}年度报告已从网站撤下，经多次核实确认。存档版本仍可查阅。",
        "The {year} annual report of {agency} is gone from the site; confirmed by repeated visits. Our copy is kept.",
    ),
    EventKind.REAPPEARED: (
        "重新上线",
        "back online",
        "{agency}{year}年度报告又可在网站上查阅。",
        "The {year} annual report of {agency} can be found again.",
    ),
    EventKind.OVERDUE: (
        "逾期未发布",
        "overdue",
        "{agency}{year}年度报告已过期限，仍未见发布。",
        "The {year} annual report of {agency} was not found, and its due date has passed.",
    ),
    EventKind.LATE: (
        "逾期发布",
        "published late",
        "{agency}在期限之后发布了{year}年度报告。",
        "{agency} published its {year} annual report after the due date.",
    ),
    EventKind.PORTAL_BLOCKED: (
        "网站拒绝访问",
        "site refuses visits",
        "网站 {portal} 拒绝了我们的访问，我们已停止访问。这不说明其报告有任何变化。",
        "The site of {portal} refused our visits, and we stay away. It says nothing about its reports.",
    ),
    EventKind.PORTAL_SILENT: (
        "网站无内容",
        "site shows nothing",
        "网站 {portal} 没有给出应有的报告列表，暂时无法判断有无变化。",
        "The site of {portal} did not show the reports it should list; whether anything changed is not known.",
    ),
    EventKind.PORTAL_CHANGED: (
        "网站改版",
        "site changed",
        "网站 {portal} 的页面结构有变化，采集规则需要人工检查。",
        "The pages of {portal} are built differently now; a person should check how it is read.",
    ),
    EventKind.PARSE_REGRESSED: (
        "解析变差",
        "read worse than before",
        "{agency}{year}年度报告的解析结果不如以前，需要人工检查。报告本身未变。",
        "The {year} annual report of {agency} is read worse than before and needs a look. The report is unchanged.",
    ),
    EventKind.INTEGRITY_FAILED: (
        "存档校验失败",
        "archive check failed",
        "存档中的一个文件与记录不符（{portal}），需要人工检查。",
        "A file in the archive does not match its record ({portal}); a person should look.",
    ),
}

_VERDICTS = {
    "verified": "表格数据已读取并通过校验 every table was read and passed its checks",
    "flagged": "部分数据存疑 some values are in doubt",
    "refused": "表格无法可靠读取 the tables cannot be read reliably",
    "narrative": "只有文字、没有表格 text only, no tables",
    "needs_ocr": "扫描件，尚未识别 a scan, not read yet",
    "not_a_report": "不是年度报告 not an annual report",
    "unreadable": "无法读取 cannot be read",
}


def message_of(event: Event) -> Message:
    """Title and text of an event. Unknown details are left out, never guessed."""
    headline, headline_en, sentence, sentence_en = _WORDS[event.kind]
    agency = str(event.details.get("agency") or (f"《{_one_line(event.title)}》" if event.title else event.subject))
    year = event.details.get("report_year")
    words = {"agency": agency, "portal": event.portal}
    if year is None:
        sentence = sentence.replace("{year}年度", "年度").replace("{year}年", "")
        sentence_en = sentence_en.replace("{year} ", "")
    else:
        words["year"] = str(year)
    of_portal = "{agency}" not in sentence
    who = event.portal if of_portal else f"{agency} {year}" if year is not None else agency

    lines = [sentence.format_map(words), sentence_en.format_map(words)]
    cells = _cell_lines(event)
    if cells:
        lines += ["", *cells]
    facts = _facts(event)
    if facts:
        lines += ["", *facts]
    return Message(title=f"【{headline}】{who} · {headline_en}", text="\n".join(lines), link=event.url)


def _facts(event: Event) -> list[str]:
    facts = []
    if event.title:
        facts.append(f"标题 Title: {_one_line(event.title)}")
    if published := event.details.get("published_on"):
        facts.append(f"发布日期 Published: {published}")
    if verdict := event.details.get("verdict"):
        facts.append(f"核验 Verdict: {_VERDICTS.get(str(verdict), str(verdict))}")
    if event.url:
        facts.append(f"链接 Link: {event.url}")
    return facts


def _cell_lines(event: Event) -> list[str]:
    """`· label（id）：from → to`, ten at most, then how many more."""
    cells = event.details.get("cells")
    found = [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    lines = []
    for cell in found[:MOST_CELLS]:
        label, identity = cell.get("label") or cell["id"], cell["id"]
        name = f"{label}（{identity}）" if label != identity else f"{label}"
        lines.append(f"· {name}：{_value(cell, 'from')} → {_value(cell, 'to')}")
    if len(found) > MOST_CELLS:
        more = len(found) - MOST_CELLS
        lines.append(f"· 另有 {more} 处 and {more} more")
    return lines


# What a cell without a number prints; words stand as they are.
_STATES = {"dash": "—", "slash": "/", "none_word": "无"}


def _value(cell: Mapping[str, object], side: str) -> str:
    """A blank is not zero, and says so."""
    value = cell.get(side)
    if value is None:
        state, printed = str(cell.get(f"{side}_state", "blank")), str(cell.get(f"{side}_printed", ""))
        return _STATES.get(state) or (f"“{_one_line(printed)}”" if printed.strip() else "空白 blank")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())
