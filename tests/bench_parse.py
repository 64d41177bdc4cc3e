"""The parser: bytes to checked JSON, against `pandas.read_html` of the same page and against a bare lxml parse."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from unittest import mock

import lxml.html
import pandas

from infra.simulator.reports import invent, render
from model.vocabulary import ReportVerdict
from parsers import Part, page_report, parse_document, parts
from parsers.readers import html
from tests.benching import Comparison, Figures, Item

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


# What each stage consists of, by the names under which one module calls another.
STAGES: dict[str, tuple[tuple[ModuleType, str], ...]] = {
    "decode": ((parts, "is_in_place"), (parts, "kind_of"), (parts, "utf8")),
    "tree (lxml)": ((html, "tree_of"),),
    "lines and cells": ((parts, "read_html"),),
    "identity": ((page_report, "identity_of"),),
    "labels and columns": ((page_report, "_alignments"), (page_report, "best_reading")),
    "checks and verdicts": ((page_report, "judge"),),
    "sections": ((page_report, "sections_of"),),
    "claims": ((page_report, "claims_in"), (page_report, "claim_findings")),
}


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Seconds of this process in each stage, without those of the stages that it calls."""
    spent: dict[str, float] = dict.fromkeys(STAGES, 0.0)
    inside: list[float] = []

    def watched(stage: str, work: Callable[..., object]) -> Callable[..., object]:
        def run(*args: object, **named: object) -> object:
            inside.append(0.0)
            start = time.process_time()
            try:
                return work(*args, **named)
            finally:
                took = time.process_time() - start
                spent[stage] += took - inside.pop()
                if inside:
                    inside[-1] += took

        return run

    with ExitStack() as patches:
        for stage, places in STAGES.items():
            for module, name in places:
                patches.enter_context(mock.patch.object(module, name, watched(stage, getattr(module, name))))
        yield spent


def breakdown(page: bytes, rounds: int = 60) -> list[tuple[str, ...]]:
    """Milliseconds and share of each stage of one page, means of the rounds."""
    to_json(page)
    with timed() as spent:
        start = time.process_time()
        reports = [parse_document([Part("page", page)]) for _ in range(rounds)]
        parsed = time.process_time()
        for report in reports:
            report.model_dump_json()
        end = time.process_time()
    spent["the rest"] = parsed - start - sum(spent.values())
    spent["JSON"] = end - parsed
    return [
        (stage, f"{took / rounds * 1000:.2f}", f"{took / (end - start):.0%}")
        for stage, took in (*spent.items(), ("together", end - start))
    ]


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
    for layout in LAYOUTS[:2]:
        title = f"where the time goes: {layout.replace('_', ' ')}, form2021"
        yield Figures(title, ("stage", "ms", "share"), breakdown(page_of(layout, "form2021")))
