"""Layouts that leave words and cells as they are and change the markup or the bytes around them."""

import re
from html import escape
from itertools import pairwise
from random import Random

from infra.simulator.reports.article import Article, Cell, Row, Text
from infra.simulator.reports.draft import Draft, Registry
from infra.simulator.reports.html import Markup, write_html

LAYOUTS = Registry()


@LAYOUTS.add("clean")
def clean(article: Article, _chance: Random) -> Draft:
    """The form as it should be."""
    return Draft(write_html(article))


@LAYOUTS.add("word_paste")
def word_paste(article: Article, chance: Random) -> Draft:
    """Pasted from Word: mso styles, <o:p>, one <span> for each character."""

    def spans(text: str) -> str:
        font = chance.choice(["仿宋_GB2312", "宋体", "Times New Roman"])
        style = f"mso-bidi-font-size:10.5000pt;font-family:{font};mso-font-kerning:1.0000pt"
        return "".join(f'<span style="{style}">{escape(char)}</span>' for char in text)

    def cell(cell: Cell) -> str:
        return f'<p class="MsoNormal" align="center">{spans(cell.text)}<span><o:p>&nbsp;</o:p></span></p>'

    style = ' style="border:1.0pt solid windowtext;mso-border-alt:.5pt solid windowtext;padding:0 5.4pt"'
    markup = Markup(
        cell=cell,
        attributes=lambda _cell: style,
        paragraph=lambda text: f"{spans(text)}<o:p></o:p>",
        table_open='<table class="MsoNormalTable" border="1" style="border-collapse:collapse;mso-yfti-tbllook:1184">',
    )
    head = "<style>@font-face{font-family:宋体;} p.MsoNormal{mso-style-parent:'';margin:0;}</style>\n"
    return Draft(head + write_html(article, markup))


@LAYOUTS.add("broken_headers")
def broken_headers(article: Article, chance: Random) -> Draft:
    """Labels broken over lines by <br> or paragraphs, at any character."""
    in_paragraphs = set()
    for cell in article.labels():
        if len(cell.text) > 2 and chance.random() < 0.7:
            at = sorted(chance.sample(range(1, len(cell.text)), min(len(cell.text) - 1, chance.choice([1, 1, 2]))))
            edges = [0, *at, len(cell.text)]
            cell.pieces = tuple(cell.text[a:b] for a, b in pairwise(edges))
            if chance.random() < 0.5:
                in_paragraphs.add(id(cell))

    def write(cell: Cell) -> str:
        pieces = [escape(piece) for piece in cell.pieces or (cell.text,)]
        return "".join(f"<p>{piece}</p>" for piece in pieces) if id(cell) in in_paragraphs else "<br />\n".join(pieces)

    return Draft(write_html(article, Markup(cell=write)))


@LAYOUTS.add("gb18030_declared_utf8")
def gb18030_declared_utf8(article: Article, _chance: Random) -> Draft:
    """Bytes in GB18030, declared as UTF-8."""
    return Draft(write_html(article), encoding="gb18030", declared="utf-8")


@LAYOUTS.add("utf8_declared_gb2312")
def utf8_declared_gb2312(article: Article, _chance: Random) -> Draft:
    """Bytes in UTF-8, declared as gb2312."""
    return Draft(write_html(article), encoding="utf-8", declared="gb2312")


@LAYOUTS.add("layout_tables")
def layout_tables(article: Article, _chance: Random) -> Draft:
    """The whole article inside two nested tables that only place it on the page."""
    inner = write_html(article)
    return Draft(
        '<table width="1000" align="center"><tr><td width="200" valign="top"><table><tr><td>公开指南</td></tr>'
        "<tr><td>公开年报</td></tr></table></td>\n"
        f'<td><table width="95%"><tr><td class="bt">{escape(_title(article))}</td></tr>\n'
        f'<tr><td id="zoom">{inner}</td></tr><tr><td align="right">【关闭窗口】</td></tr></table></td></tr></table>'
    )


def _title(article: Article) -> str:
    return next(block.text for block in article.blocks if isinstance(block, Text) and block.kind == "title")


@LAYOUTS.add("th_thead")
def th_thead(article: Article, chance: Random) -> Draft:
    """Header rows in <thead>, header cells and some labels as <th>."""
    as_th = {"section", "header"} | ({"label"} if chance.random() < 0.5 else set())

    def tag(cell: Cell, _row: Row) -> str:
        return "th" if cell.role in as_th else "td"

    head = ("<thead>", "</thead>") if chance.random() < 0.8 else None
    return Draft(write_html(article, Markup(tag=tag, head=head)))


@LAYOUTS.add("sloppy_markup")
def sloppy_markup(article: Article, _chance: Random) -> Draft:
    """Upper-case tags, unquoted attributes, no <tbody>, no closing tags, remains of conditional comments."""
    text = write_html(article, Markup(body=("", ""), table_open="<table border=1 width=100%>"))
    text = re.sub(r"</t[dr]>", "", text)
    # colspan="3"
    text = re.sub(r'(\w+)="(\w+)"', r"\1=\2", text)
    text = re.sub(r"</?[a-z]+", lambda match: match[0].upper(), text)
    text = text.replace("colspan", "COLSPAN").replace("rowspan", "ROWSPAN")
    # What Word leaves at the end of a table whose columns do not line up.
    spare = "<![if !supportMisalignedColumns]><TR height=0><TD width=60><TD width=60></TR><![endif]></TABLE>"
    text = text.replace("</TABLE>", spare)
    return Draft("<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]-->\n" + text)
