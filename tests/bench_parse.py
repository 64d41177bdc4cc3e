"""The parser: bytes to checked JSON, against `pandas.read_html` of the same page and against a bare lxml parse."""

import io
from collections.abc import Iterator

import lxml.html
import pandas

from infra.simulator.reports import invent, render
from model.vocabulary import ReportVerdict
from parsers import Part, parse_document
from tests.benching import Comparison, Item

SIZE = 60_000
LAYOUTS = ("clean", "word_paste", "layout_tables")
FORMS = ("form2021", "form2019")


def page_of(layout: str, form: str) -> bytes:
    """A generated page of the layout, filled up to 60 KB with the navigation that surrounds a report on a portal."""
    (invented,) = invent(1, form, 7)
    content = render(invented, layout).content.decode()
    links = "".join(
        f'<li class="nav-item"><a href="/zwgk/list/{n}.html" target="_blank" title="栏目">栏目{n}</a></li>\n'
        for n in range(max(0, (SIZE - len(content.encode())) // 106))
    )
    return content.replace("<body>", f'<body><div class="nav"><ul>{links}</ul></div>').encode()


def to_json(content: bytes) -> str:
    """The whole way of `gongkai parse`."""
    report = parse_document([Part("page", content)])
    assert report.verdict is ReportVerdict.VERIFIED
    return report.model_dump_json()


def bench() -> Iterator[Item]:
    for form in FORMS:
        for layout in LAYOUTS:
            page = page_of(layout, form)
            work = f"{layout.replace('_', ' ')}, {form}, {len(page) // 1000} KB"
            text = page.decode()
            yield Comparison(f"{work}: JSON / raw tables", lambda page=page: to_json(page),  # type: ignore[misc]
                             lambda text=text: pandas.read_html(io.StringIO(text), flavor="lxml"),  # type: ignore[misc]
                             against="pandas.read_html", goal=1.0, clock="cpu")  # fmt: skip
            yield Comparison(f"{work}: JSON / bare tree", lambda page=page: to_json(page),  # type: ignore[misc]
                             lambda page=page: lxml.html.fromstring(page),  # type: ignore[misc]
                             against="lxml.html", goal=3.0, seconds=2, clock="cpu")  # fmt: skip
