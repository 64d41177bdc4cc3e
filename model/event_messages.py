"""An event in words, Chinese first, then English, for people who have never heard of gongkai."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from model.clock import SHANGHAI, legal_day
from model.document import Event
from model.impairment_words import impairment_in_words
from model.vocabulary import EventKind

MOST_CELLS = 10
MOST_LINES = 30
MOST_REMARKS = 5


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
    EventKind.WATCH_IMPAIRED: (
        "监测异常",
        "watching is impaired",
        "gongkai 自身的监测出现问题：{problem}。可能漏看变化。",
        "The watching itself has a problem: {problem_en}. Changes may be missed.",
    ),
    EventKind.INTEGRITY_FAILED: (
        "存档校验失败",
        "archive check failed",
        "存档中的一个文件与记录不符（{portal}），需要人工检查。",
        "A file in the archive does not match its record ({portal}); a person should look.",
    ),
}

# Townships, streets and zones, for which no law sets a date.
_BY_LOCAL_PRACTICE: dict[EventKind, tuple[str, str, str, str]] = {
    EventKind.OVERDUE: (
        "晚于惯例未发布",
        "late against local practice",
        "按当地惯例，{agency}{year}年度报告应已发布，目前仍未见到。法律未对其规定期限。",
        "By local practice the {year} annual report of {agency} would be out; it was not found. No law sets a date.",
    ),
    EventKind.LATE: (
        "晚于惯例发布",
        "published late against local practice",
        "{agency}{year}年度报告的发布晚于当地惯例。法律未对其规定期限。",
        "{agency} published its {year} annual report later than local practice has it. No law sets a date.",
    ),
}

_BASES = {
    "Art. 49": "《政府信息公开条例》第四十九条 Article 49 of the Regulations",
    "2007 Art. 31": "2007年《条例》第三十一条 Article 31 of the Regulations of 2007",
    "local practice": "当地惯例，非法定期限 local practice, not the law",
}

_MOMENTS = {
    "read_whole_at": "最近完整查阅列表 List last read to its end",
    "last_ok": "最后一次可见 Last seen there",
    "overdue_told_at": "此前逾期提醒 Told to be overdue",
    "until": "停止访问至 Left alone until",
}

# What a person can do.
_NEXT = {
    EventKind.OVERDUE: "打开链接核对栏目，或向该机关询问 look at the column behind the link, or ask the agency",
    EventKind.WITHDRAWN: "存档版本可用 gongkai show 查看 our copy: gongkai show",
    EventKind.REVISED: "逐项对比用 gongkai diff compare all: gongkai diff",
    EventKind.CORRECTED: "逐项对比用 gongkai diff compare all: gongkai diff",
    EventKind.EDITED: "逐句对比用 gongkai diff compare all: gongkai diff",
    EventKind.PORTAL_BLOCKED: "请网站主管单位许可，或用 gongkai add 手工录入 ask its operator, or add reports by hand",
    EventKind.PORTAL_SILENT: "运行 gongkai portals status {portal}，再打开网站核对 then look at the site",
    EventKind.PORTAL_CHANGED: "运行 gongkai portals status {portal} 核对读数 see whether all reports are still listed",
    EventKind.PARSE_REGRESSED: "运行 gongkai review",
    EventKind.WATCH_IMPAIRED: "运行 gongkai doctor 和 gongkai portals status",
    EventKind.INTEGRITY_FAILED: "运行 gongkai audit，并从副本恢复 and restore the file from a copy",
}

_WEIGHT = [
    EventKind.WITHDRAWN,
    EventKind.OVERDUE,
    EventKind.REVISED,
    EventKind.CORRECTED,
    EventKind.PUBLISHED,
    EventKind.LATE,
    EventKind.EDITED,
    EventKind.REAPPEARED,
    EventKind.DISAPPEARED,
]
_WEIGHT += [kind for kind in EventKind if kind not in _WEIGHT]

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
    headline, headline_en, sentence, sentence_en = _words_of(event)
    agency = str(event.details.get("agency") or (f"《{_one_line(event.title)}》" if event.title else event.subject))
    year = event.details.get("report_year")
    impaired = impairment_in_words(str(event.details.get("problem")), event.details)
    problem = impaired or (agency, agency)
    words = {"agency": agency, "portal": event.portal, "problem": problem[0], "problem_en": problem[1]}
    if year is None:
        sentence = sentence.replace("{year}年度", "年度").replace("{year}年", "")
        sentence_en = sentence_en.replace("{year} ", "")
    else:
        words["year"] = str(year)
    of_portal = "{agency}" not in sentence and "{problem}" not in sentence
    who = event.portal if of_portal else f"{agency} {year}" if year is not None else agency
    if impaired is not None:
        who = impaired.chinese

    lines = [sentence.format_map(words), sentence_en.format_map(words)]
    cells = _cell_lines(event)
    if cells:
        lines += ["", *cells]
    if remarks := _remark_lines(event):
        lines += ["", *remarks]
    lines += ["", *_facts(event)]
    if impaired is not None:
        lines.append(f"下一步 Next: {impaired.following}")
    elif event.kind in _NEXT:
        lines.append(f"下一步 Next: {_NEXT[event.kind].format(portal=event.portal)}")
    return Message(title=f"【{headline}】{who} · {headline_en}", text="\n".join(lines), link=event.url)


def digest_of(events: Sequence[Event]) -> Message:
    """One message of several events: by kind, a line for each, those of most weight first."""
    days = sorted({legal_day(event.at) for event in events})
    span = f"{days[0]}" if len(days) == 1 else f"{days[0]} – {days[-1]}"
    lines = []
    for kind in sorted({event.kind for event in events}, key=_WEIGHT.index):
        members = [event for event in events if event.kind is kind]
        headline, headline_en, _, _ = _words_of(members[0])
        lines += ["", f"【{headline}】{headline_en}: {len(members)}"]
        for event in members[:MOST_LINES]:
            lines.append(f"· {_who(event)}" + (f" {event.url}" if event.url else ""))
        if len(members) > MOST_LINES:
            more = len(members) - MOST_LINES
            lines.append(f"· 另有 {more} 条 and {more} more")
    count = len(events)
    return Message(title=f"【公开动态】{span} · {count} 条 events", text="\n".join(lines[1:]), link=None)


def _who(event: Event) -> str:
    agency, year = event.details.get("agency"), event.details.get("report_year")
    if agency:
        return f"{agency} {year}" if year else str(agency)
    return _one_line(event.title) or event.portal


def _words_of(event: Event) -> tuple[str, str, str, str]:
    """The words of a kind. Where no law sets a date, nobody is told of a duty that was not kept."""
    local = event.details.get("basis") == "local practice"
    return _BY_LOCAL_PRACTICE[event.kind] if local and event.kind in _BY_LOCAL_PRACTICE else _WORDS[event.kind]


def _facts(event: Event) -> list[str]:
    facts = []
    if event.title:
        facts.append(f"标题 Title: {_one_line(event.title)}")
    if published := event.details.get("published_on"):
        facts.append(f"发布日期 Published: {published}")
    facts += _due_facts(event) + _evidence(event)
    if verdict := event.details.get("verdict"):
        facts.append(f"核验 Verdict: {_VERDICTS.get(str(verdict), str(verdict))}")
    if event.url:
        facts.append(f"链接 Link: {event.url}")
    return facts


def _due_facts(event: Event) -> list[str]:
    """The date, what sets it, and how long ago it was."""
    details = event.details
    if not details.get("due"):
        return []
    basis = _BASES.get(str(details.get("basis")), str(details.get("basis")))
    facts = [f"期限 Due: {details['due']}（{basis}）"]
    if days := details.get("days_late"):
        facts.append(f"超过天数 Days past it: {days}")
    return facts


def _evidence(event: Event) -> list[str]:
    """Since when, and what was seen: times are those of China."""
    details, facts = event.details, []
    for name, words in _MOMENTS.items():
        if when := _moment(details.get(name)):
            facts.append(f"{words}: {when}")
    checks = details.get("checks")
    if isinstance(checks, list) and checks:
        seen = [_moment(check.get("at")) for check in checks if isinstance(check, dict)]
        facts.append(f"核实 Checks without the report: {len(seen)}, {seen[0]} – {seen[-1]}")
    elif details.get("status") is not None:
        facts.append(f"网站应答 The site answered: {details['status']}")
    signals = details.get("signals")
    if isinstance(signals, list) and signals:
        facts.append(f"迹象 Signs: {', '.join(map(str, signals))}")
    if details.get("version") and event.kind in (EventKind.WITHDRAWN, EventKind.DISAPPEARED):
        facts.append(f"存档 Kept: 版本 version {details['version']}")
    facts.append(f"发现 Seen: {_moment(event.at.isoformat())}（北京时间 China time）")
    return facts


def _moment(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return f"{datetime.fromisoformat(value).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _remark_lines(event: Event) -> list[str]:
    """Findings and figures that moved against last year, five of each at most."""
    lines = []
    jumps, findings = event.details.get("jumps"), event.details.get("findings")
    if isinstance(jumps, list) and jumps:
        lines.append("与上年相比变动较大 Moved much against last year:")
        for jump in jumps[:MOST_REMARKS]:
            if isinstance(jump, dict):
                lines.append(f"· {jump['label']}（{jump['id']}）：{_plain(jump['last'])} → {_plain(jump['now'])}")
    if isinstance(findings, list) and findings:
        lines.append("校验发现 Findings:")
        for finding in findings[:MOST_REMARKS]:
            if isinstance(finding, dict):
                lines.append(f"· {finding.get('code')} {finding.get('place')}: {finding.get('message')}")
    return lines


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


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
