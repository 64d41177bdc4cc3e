"""Layouts whose markup holds more, less or other pieces than the page shows."""

import re
from html import escape
from random import Random

from infra.simulator.reports.article import Article, Cell
from infra.simulator.reports.draft import Draft, Registry
from infra.simulator.reports.html import Markup, plain, write_html

LAYOUTS = Registry()


@LAYOUTS.add("hidden_parts")
def hidden_parts(article: Article, chance: Random) -> Draft:
    """Rows, cells and words that the page does not show: templates of an editor, Word's hidden text."""
    hidden = ['style="display:none"', "style='DISPLAY: none'", 'style="visibility:hidden"', "hidden"]

    def cell(cell: Cell) -> str:
        if chance.random() < 0.1:
            return f'{plain(cell)}<span style="mso-hide:all;display:none">{chance.randint(1, 99)}</span>'
        return plain(cell)

    lines = []
    for line in write_html(article, Markup(cell=cell)).split("\n"):
        lines.append(line)
        if line.startswith("<tr>") and chance.random() < 0.15:
            figures = re.sub(r">\d+<", lambda _: f">{chance.randint(0, 99)}<", line)
            lines.append(figures.replace("<tr>", f"<tr {chance.choice(hidden)}>", 1))
        elif line.startswith("<tr>") and chance.random() < 0.1:
            lines[-1] = line.replace("</tr>", f"<td {chance.choice(hidden)}>{chance.randint(0, 9)}</td></tr>")
    return Draft("\n".join(lines))


@LAYOUTS.add("form_fields")
def form_fields(article: Article, chance: Random) -> Draft:
    """Figures in the fields of a form that nobody can edit."""
    box = chance.choice(
        ['<input type="text" value="{}" readonly>', "<input value='{}' size=4>", "<textarea>{}</textarea>"]
    )

    def cell(cell: Cell) -> str:
        return box.format(escape(cell.text)) if cell.id is not None else plain(cell)

    return Draft(write_html(article, Markup(cell=cell)))


@LAYOUTS.add("footnotes")
def footnotes(article: Article, chance: Random) -> Draft:
    """Marks that point to notes, raised behind labels and figures."""
    number = 0

    def cell(cell: Cell) -> str:
        nonlocal number
        if cell.role == "section" or not cell.text or chance.random() > 0.12 or cell.value is None:
            return plain(cell)
        number = number % 9 + 1
        marks = [f"<sup>{number}</sup>", chr(0x2460 + number - 1), "*"]
        return plain(cell) + chance.choice(marks)

    return Draft(write_html(article, Markup(cell=cell)) + "<p>注：数据含下属单位。</p>")


@LAYOUTS.add("pretty_printed")
def pretty_printed(article: Article, chance: Random) -> Draft:
    """A program indented the source: line feeds and blanks around words, and inside long ones."""
    indent = "\n" + " " * chance.choice([4, 8, 12])

    def cell(cell: Cell) -> str:
        text = escape(cell.text)
        if cell.role == "label" and len(text) > 12:
            text = f"{text[:9]}{indent}{text[9:]}"
        return f"{indent}<div>{indent}{text}{indent}</div>{indent}"

    head = "<caption>统计表</caption><colgroup><col width=20%><col></colgroup>"
    return Draft(write_html(article, Markup(cell=cell, table_open=f"<table>{head}")))


@LAYOUTS.add("word_fragments")
def word_fragments(article: Article, chance: Random) -> Draft:
    """Pasted from Word after much editing: numbers in pieces, smart tags, bookmarks, comments between digits."""

    def piece(text: str) -> str:
        tag = chance.choice(["span", "font", "b", "st1:chmetcnv", "span lang=EN-US"])
        return f"<{tag}>{escape(text)}</{tag.split()[0]}>"

    def cell(cell: Cell) -> str:
        cut = chance.randint(1, max(1, len(cell.text) - 1))
        middle = chance.choice(["", "<!-- -->", '<a name="OLE_LINK1"></a>', "<wbr>"])
        rest = piece(cell.text[cut:]) if cell.text[cut:] else ""
        return f"<p class=MsoNormal>{piece(cell.text[:cut])}{middle}{rest}<o:p></o:p></p><p>&nbsp;</p>"

    return Draft(write_html(article, Markup(cell=cell)))


@LAYOUTS.add("hidden_tabs")
def hidden_tabs(article: Article, _chance: Random) -> Draft:
    """Each table behind a tab that a script opens: only the first is shown."""
    tables = article.tables()
    text = write_html(article)
    for _ in tables[1:]:
        at = text.rindex(
            "<table border", 0, text.rfind('<div class="tab"') if '<div class="tab"' in text else len(text)
        )
        end = text.index("</table>", at) + len("</table>")
        text = f'{text[:at]}<div class="tab" style="display: none;">{text[at:end]}</div>{text[end:]}'
    return Draft(text)


@LAYOUTS.add("hidden_last_year")
def hidden_last_year(article: Article, chance: Random) -> Draft:
    """Below each table that of the year before, hidden until somebody asks for it."""
    lines = []
    for block in re.split(r"(?<=</table>)", write_html(article)):
        lines.append(block)
        if (at := block.find("<table")) >= 0:
            old = re.sub(r">\d+<", lambda _: f">{chance.randint(0, 99)}<", block[at:])
            lines.append(f'<div style="display:none">{old}</div>')
    return Draft("".join(lines))


@LAYOUTS.add("merged_labels")
def merged_labels(article: Article, chance: Random) -> Draft:
    """The name of a group in Table 3 stands in the same cell as the first of its rows."""
    between = chance.choice(["", " ", "："])
    for row in article.table("applications").rows:
        labels = [cell for cell in row.cells if cell.role == "label"]
        if len(labels) == 2 and labels[0].text.startswith("（"):
            group, first = labels
            first.text = f"{group.text}{between}{first.text}"
            row.cells.remove(group)
    return Draft(write_html(article))
