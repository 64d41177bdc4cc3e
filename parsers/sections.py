"""The written parts of the report, split by number and keyword; contact details are taken out.

Headings are worded freely, stand in lines, in cells or in the middle of a text that lost its lines, and some are
missing. A row of the tables may begin like a heading (四、结转下年度继续办理): it has a number and no keyword.
"""

import re

from model.contacts import without_contacts
from model.forms import Form, Section
from model.normal_text import bare_label, fold, label_key
from model.report import SectionText
from model.vocabulary import CellState
from parsers.cells import read_cell
from parsers.headings import headings_in
from parsers.page import Page, Row
from parsers.unheaded import placed

LONGEST_HEADING = 60
LEAST_LABELS = 5
LEAST_PROSE = 24
CLOSE = 60
# Where a report without headings goes: the id of its one part.
BODY = "body"
# 该部分以表格形式报告。表格如下： (详见下表) 单位：件
LEFTOVER = re.compile(
    r"^[(（]?(?:(?:该|本|此)(?:部分|项|表).{0,12}表.{0,16}|(?:详见|见|具体见|如)?下表.{0,4}|表格(?:如下|见下).{0,4}|(?:计量)?单位[:：].{1,6})[)）。:：]*$"
)


SENTENCE = re.compile("[。；;，,]")
# 【关闭窗口】, 上一篇:…, the number of a printed page
CHROME = re.compile(
    r"^[【\[]?(?:关闭(?:窗口|本页)?|打印(?:本页)?|返回顶部|分享到?[:：]?|收藏|[上下]一[篇页条].*|\d{1,4})[】\]]?$"
)
BEGINS_CHROME = frozenset("【[关打返分收上下0123456789０１２３４５６７８９")


def sections_of(page: Page, form: Form) -> dict[str, SectionText]:
    """Text by section id, in the order of the document; a section whose body is only a table is left out."""
    found: dict[str, SectionText] = {}
    current: Section | None = None
    patterns = [(s, re.compile(s.match)) for s in form.sections]
    words = form.words_printed
    before: list[str] = []
    lines = lines_of(page, words)
    prose = {line for line in lines if len(line) > LEAST_PROSE and _is_prose(line)}
    corner = next((t.corner for t in form.tables if t.row_layout == "outline"), "")
    for text, heading in headings_in(lines, patterns, corner, words):
        if heading is not None:
            current = heading.section
            found.setdefault(current.id, SectionText(heading=heading.words, text=""))
        if current is None:
            if text in prose:
                before.append(without_contacts(text))
            continue
        if current.table and _belongs_to_a_table(text, words):
            continue
        text = _before_the_table(text, form, current) if current.table and len(text) > LONGEST_HEADING else text
        part = found[current.id]
        if text:
            part.text += ("\n" if part.text else "") + without_contacts(text)
    return {k: v for k, v in placed(found, before, form).items() if v.text}


def body_of(page: Page) -> str:
    """The whole text of a report without headings: its longer lines, contact details taken out."""
    return "\n".join(without_contacts(line) for line in lines_of(page) if _is_prose(line))


def _is_prose(line: str) -> bool:
    return len(line) > LEAST_PROSE and bool(SENTENCE.search(line))


def lines_of(page: Page, printed: frozenset[str] = frozenset()) -> list[str]:
    """Every line, those that stand in a box (the only words of a row) but for the words that the form prints there."""
    lines: list[str] = []
    for item in page.items:
        boxed = type(item) is not str
        text = item if isinstance(item, str) else _boxed(item)
        if not text:
            continue
        for line in text.split("\n") if "\n" in text else (text,):
            plain = line.strip()
            if not plain or (plain[0] in BEGINS_CHROME and CHROME.match(plain)):
                continue
            if not (boxed and label_key(plain) in printed):
                lines.append(plain)
    return lines


def _boxed(row: Row) -> str | None:
    """Prose or a heading that stands in a table of its own: the only cell of its row that says anything."""
    filled = [c.text for c in row.cells if c.text.strip()]
    if len(filled) != 1:
        return None
    text = filled[0] if "。" in filled[0] else "".join(filled[0].split())
    content = read_cell(text)
    if content.is_value and (len(row.cells) > 1 or content.state is not CellState.NONE_WORD):
        return None
    return text if len(text) <= LONGEST_HEADING or "。" in text else None


def _before_the_table(text: str, form: Form, section: Section) -> str:
    """A text that lost its lines, without the table that runs on in it: it begins where labels stand close together."""
    table = form.table(section.table or "")
    labels = {cell.text for row in table.grid() for cell in row if len(cell.text) > 2} if table else set()
    places = sorted(at for label in labels if (at := text.find(label)) >= 0)
    for at, (place, next_but_one) in enumerate(zip(places, places[2:], strict=False)):
        if next_but_one - place <= CLOSE and len(places) - at >= LEAST_LABELS:
            return text[:place].rstrip("（( ")
    return text


def _belongs_to_a_table(line: str, words: frozenset[str]) -> bool:
    if LEFTOVER.match(fold(line).strip()):
        return True
    key = label_key(line)
    if key in words or bare_label(key) in words:
        return True
    tokens = line.split()
    while tokens and read_cell(tokens[-1]).is_value:
        tokens.pop()
    rest = label_key("".join(tokens))
    return not rest or (len(tokens) < len(line.split()) and (rest in words or bare_label(rest) in words))
