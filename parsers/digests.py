"""Digests: of the parser itself, of the figures of a report, of the text of a document."""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from importlib.abc import Traversable
from typing import Any

from model.canonical import record_digest, sha256_hex
from model.normal_text import squeeze
from model.report import Report
from parsers.parts import Part, open_parts
from parsers.readers.scan.installed import engine_of_scans

VERSION = "1"
# 浏览次数：123, 打印本页, 分享到, 当前位置, 今天是2026年1月2日
NOISE = re.compile(
    r"^(?:.{0,6}(?:浏览|点击|阅读|访问)(?:次数|量|数)?[:：]?\d*|.*(?:打印|关闭窗口|分享到|扫一扫|当前位置|今天是|字体[:：]?).*"
    r"|版权所有.*|.*ICP备.*|.*网站标识码.*|.*公网安备.*|\d{1,4})$"
)

# What of `model/` decides how a document is read; the register of agencies does not.
OF_THE_PARSER = (
    "forms",
    "normal_text",
    "titles",
    "report",
    "divisions",
    "agency_kinds",
    "agency_names",
    "agency_words",
    "portal_hosts",
)


def _files(folder: Traversable, ending: tuple[str, ...]) -> list[tuple[str, bytes]]:
    found = []
    for item in sorted(folder.iterdir(), key=lambda i: i.name):
        if item.is_dir() and item.name != "__pycache__":
            found += [(f"{item.name}/{n}", b) for n, b in _files(item, ending)]
        elif item.name.endswith(ending):
            found.append((item.name, item.read_bytes()))
    return found


@cache
def parser_digest() -> str:
    """Changes when code, forms or data tables of the parser change, and with what reads scans here."""
    digest = hashlib.sha256(f"{VERSION}{engine_of_scans()}".encode())
    model = resources.files("model")
    chosen = _files(resources.files("parsers"), (".py", ".csv", ".yml"))
    chosen += _files(model / "forms", (".yml",))
    chosen += [(n, b) for n, b in _files(model, (".py", ".csv", ".yml")) if n.startswith(OF_THE_PARSER)]
    for name, content in chosen:
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()


def figures_digest(report: Report | dict[str, Any]) -> str:
    """Equal for equal figures: values and what stands where there is no value."""
    plain = report.model_dump(mode="json") if isinstance(report, Report) else report
    states = {i: c["state"] for i, c in plain["cells"].items() if plain["values"].get(i) is None}
    return record_digest({"values": plain["values"], "states": states})


def text_of(parts: Sequence[Part]) -> str:
    """The words of a document, one line each, without counters, tool bars and dates of today."""
    lines: list[str] = []
    for opened in open_parts(parts):
        page = opened.read()
        if page is None:
            continue
        for item in page.items:
            text = item if isinstance(item, str) else "|".join(c.text for c in item.cells)
            key = squeeze(text)
            if key and not NOISE.match(key):
                lines.append(key)
    return "\n".join(lines)


def text_digest(parts: Sequence[Part]) -> str:
    """Digest of `text_of`: a change of layout alone keeps it."""
    return sha256_hex(text_of(parts).encode("utf-8", "replace"))
