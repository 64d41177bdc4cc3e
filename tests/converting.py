"""The converters that people use on a page before anyone parses it, and what became of each printed value."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable

import markdownify
import trafilatura

from infra.simulator.reports import HTML_LAYOUTS, Rendered
from model.report import Report
from model.vocabulary import TableVerdict
from parsers.readers.decode import decode

Convert = Callable[[bytes], bytes]
# Of these a converter prints other cells than the page shows: hidden figures, no values of fields, footnote
# marks as digits (12¹ as 121). Where no identity binds such a figure, nothing in the text tells.
PRINTED_OTHERWISE = frozenset({"hidden_parts", "hidden_tabs", "hidden_last_year", "form_fields", "footnotes"})
CONVERTED = tuple(name for name in HTML_LAYOUTS if name not in PRINTED_OTHERWISE)
PACKAGES = {"html2markdown": "python3-html2text", "w3m": "w3m", "lynx": "lynx", "pandoc": "pandoc"}
LONGEST = 60


def _trafilatura(content: bytes, form: str) -> bytes:
    return (trafilatura.extract(content, include_tables=True, output_format=form) or "").encode()


def _markdownify(content: bytes) -> bytes:
    return str(markdownify.markdownify(decode(content))).encode()


IN_PROCESS: dict[str, Convert] = {
    "trafilatura, text": lambda content: _trafilatura(content, "txt"),
    "trafilatura, Markdown": lambda content: _trafilatura(content, "markdown"),
    "markdownify": _markdownify,
}
# Those of them that take UTF-8 only are given UTF-8: whoever uses them has to.
COMMANDS: dict[str, tuple[str, ...]] = {
    "html2text": ("html2markdown",),
    "html2text, padded": ("html2markdown", "--pad-tables", "--body-width=0"),
    "w3m": ("w3m", "-dump", "-T", "text/html", "-O", "UTF-8"),
    "w3m, 200 columns": ("w3m", "-dump", "-T", "text/html", "-O", "UTF-8", "-cols", "200"),
    "lynx": ("lynx", "-dump", "-stdin", "-display_charset=UTF-8"),
    "lynx, 200 columns": ("lynx", "-dump", "-stdin", "-nolist", "-width=200", "-display_charset=UTF-8"),
    "pandoc, plain": ("pandoc", "-f", "html", "-t", "plain"),
    "pandoc, gfm": ("pandoc", "-f", "html", "-t", "gfm"),
    "pandoc, org": ("pandoc", "-f", "html", "-t", "org"),
}
TAKE_UTF8 = ("html2markdown", "pandoc")


def missing_programs() -> list[str]:
    """Debian packages of the programs that are not installed."""
    return sorted({PACKAGES[c[0]] for c in COMMANDS.values() if shutil.which(c[0]) is None})


def program(command: tuple[str, ...]) -> Convert:
    """A converter that is a program of its own."""

    def convert(content: bytes) -> bytes:
        given = decode(content).encode() if command[0] in TAKE_UTF8 else content
        return subprocess.run(command, input=given, capture_output=True, timeout=LONGEST, check=False).stdout

    return convert


def outcome(report: Report, document: Rendered, field_id: str) -> str:
    """verified (value and state as printed, and vouched for), suspect, refused, absent; else wrong, in silence."""
    table = report.tables.get(field_id.split(".")[0])
    if table is None or table.verdict is TableVerdict.ABSENT:
        return "absent"
    if field_id in report.suspect:
        return "suspect"
    read, cell = report.values.get(field_id), report.cells.get(field_id)
    if read is None and table.verdict is TableVerdict.REFUSED:
        return "refused"
    same = read == document.values[field_id] and cell is not None and cell.state is document.states[field_id]
    return "verified" if same else "wrong"


def outcomes(report: Report, document: Rendered) -> Counter[str]:
    """How many of the printed values came to which end."""
    return Counter(outcome(report, document, i) for i in document.values)
