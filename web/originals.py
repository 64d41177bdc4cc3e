"""The originals, shown where nothing of theirs can run: an application of its own, for an origin of its own.

A page of a portal is a stranger. What is sent has neither scripts nor addresses to load from, its policy allows none,
and whoever embeds it does so in a sandboxed frame. Cells that were read carry an id, so that a link with `#c-<id>`
shows the place; a cell is marked only where its words are those that were read.
"""

import codecs
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

_ATTRIBUTES = (
    "colspan rowspan width height border cellspacing cellpadding start size align valign bgcolor color face style "
    "lang dir title alt class"
)
_TAGS = (
    "html head title style body a abbr address article aside b big blockquote br caption center cite code col "
    "colgroup dd del details dfn div dl dt em fieldset figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr "
    "i img ins kbd label legend li main mark nav ol p pre q s samp section small span strike strong sub summary "
    "sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
_EMPTIED = (
    "script noscript template iframe frame frameset object applet svg math canvas audio video select "
    "textarea option datalist noembed noframes xmp plaintext"
)
KEPT_ATTRIBUTES = frozenset(_ATTRIBUTES.split())
KEPT_TAGS = frozenset(_TAGS.split())
EMPTIED = frozenset(_EMPTIED.split())
"""Their content is not words of the page."""
PARSER = etree.HTMLParser(
    encoding="utf-8", remove_comments=True, remove_pis=True, recover=True, no_network=True, huge_tree=False
)
PLACE = re.compile(r"table (\d+), row (\d+), column (\d+)")
# The policy blocks it already; a style sheet that names nothing to load is not even tried.
LOADING = re.compile(r"@import\b|(?:url|image|image-set|src)\s*\(", re.IGNORECASE)
IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
FILES = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"II*\0",
    b"MM\0*",
    b"{\\rtf",
    b"Rar!",
)
CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r"})
OURS = """
[data-gongkai]{box-shadow:inset 0 -2px 0 #8fb3d9;scroll-margin:40vh 10vw}
:target{outline:3px solid #a4262c!important;outline-offset:-2px;background:#ffe9a8!important;color:#000!important}
"""
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "{sandbox}; frame-ancestors {ancestors}"
)


def text_of_bytes(content: bytes) -> str:
    """Bytes that are valid UTF-8 are UTF-8, whatever the page declares; else GB18030."""
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(bom):
            return content[len(bom) :].decode(encoding, "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return codecs.getincrementaldecoder(encoding)("strict").decode(content)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")


def is_page(content: bytes, media_type: str | None) -> bool:
    """Is a payload a page of HTML? What it is called decides least."""
    if content.startswith(FILES):
        return False
    head = content[:4096].replace(b"\0", b"").lower()
    return "html" in (media_type or "").lower() or any(
        tag in head for tag in (b"<html", b"<!doctype html", b"<table", b"<body")
    )


def harmless(content: bytes, cells: Mapping[str, Mapping[str, Any]]) -> bytes:
    """A page without anything that runs, loads or leads elsewhere, its cells marked. Always some document."""
    text = text_of_bytes(content).encode("utf-8", "replace").translate(None, CONTROLS)
    try:
        root = etree.fromstring(text or b"<p>", PARSER)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return b"<!doctype html><meta charset=utf-8><title>-</title>"
    for element in list(root.iter()):
        _disarm(element)
    _mark(root, cells)
    style = etree.Element("style")
    style.text = OURS
    root.append(style)
    page: bytes = etree.tostring(root, method="html", encoding="utf-8")
    return b"<!doctype html><meta charset=utf-8>" + page


def marked(content: bytes, cells: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """Ids of the cells that `harmless` marks."""
    root = etree.fromstring(harmless(content, cells), PARSER)
    return frozenset(str(one.get("id")).removeprefix("c-") for one in root.iter() if one.get("id"))


def plain(content: bytes) -> bytes:
    """A text document as a page."""
    root = etree.Element("html")
    etree.SubElement(root, "style").text = "pre{white-space:pre-wrap;font:14px/1.6 monospace}"
    etree.SubElement(etree.SubElement(root, "body"), "pre").text = re.sub(
        "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text_of_bytes(content)
    )
    page: bytes = etree.tostring(root, method="html", encoding="utf-8")
    return b"<!doctype html><meta charset=utf-8>" + page


def _disarm(element: "etree._Element") -> None:
    parent = element.getparent()
    tag = element.tag if isinstance(element.tag, str) else ""
    if tag in EMPTIED:
        tail = element.tail
        element.clear()
        element.tag, element.tail = "span", tail
        return
    if tag not in KEPT_TAGS:
        if parent is None:
            element.tag = "html"
        else:
            # A tag that we do not know keeps its words.
            element.tag = "div" if tag in ("form", "section", "center", "body") else "span"
    if tag == "style":
        # Written out as it stands: what looks like a tag must not become one.
        element.text = LOADING.sub("-(", (element.text or "").translate({ord("<"): None, ord("\\"): None}))
    for name in list(element.attrib):
        name, value = str(name), str(element.attrib[name])
        keeps = name in KEPT_ATTRIBUTES or (name == "src" and tag == "img" and IMAGE.fullmatch(value))
        if not keeps or (name == "style" and _moves(value)):
            del element.attrib[name]


def _moves(style: str) -> bool:
    """Would it lay itself over the page, or load something?"""
    return (
        re.search(
            r"url\s*\(|expression|position\s*:\s*(?:fixed|absolute)|behavior|-moz-binding|\\", style, re.IGNORECASE
        )
        is not None
    )


def _mark(root: "etree._Element", cells: Mapping[str, Mapping[str, Any]]) -> None:
    wanted: dict[int, dict[tuple[int, int], list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for name, cell in cells.items():
        if place := PLACE.fullmatch(str(cell.get("where") or "")):
            table, row, column = map(int, place.groups())
            wanted[table][row, column].append((name, _squeezed(str(cell.get("raw") or ""))))
    tables = list(_leaf_tables(root))
    taken: set[int] = set()
    for number, places in wanted.items():
        # Tables that the page hides are not counted by whoever read it: the table is the one whose words agree.
        agree = Counter({at: _agreement(rows, places) for at, rows in enumerate(tables) if at not in taken})
        likely = sorted(agree, key=lambda at: (-agree[at], abs(at + 1 - number)))
        if not likely or not agree[likely[0]]:
            continue
        taken.add(likely[0])
        for (row, column), told in places.items():
            cell_there = tables[likely[0]].get((row, column))
            for name, raw in told:
                if cell_there is not None and _squeezed("".join(map(str, cell_there.itertext()))) == raw:
                    if cell_there.get("id") is None:
                        cell_there.set("id", f"c-{name}")
                        cell_there.set("data-gongkai", "")
                    else:
                        inner = etree.Element("span", id=f"c-{name}")
                        inner.text, cell_there.text = cell_there.text, None
                        cell_there.insert(0, inner)


def _leaf_tables(root: "etree._Element") -> Iterator[dict[tuple[int, int], "etree._Element"]]:
    """(row, column) to cell, both from 1 as tags stand, of each table without a table inside, in order."""
    for table in root.iter("table"):
        if next(table.iterdescendants("table"), None) is None:
            yield {
                (at, n): cell
                for at, tr in enumerate(table.iter("tr"), 1)
                for n, cell in enumerate(tr.iterchildren("td", "th"), 1)
            }


def _agreement(
    rows: Mapping[tuple[int, int], "etree._Element"], places: Mapping[tuple[int, int], list[tuple[str, str]]]
) -> int:
    return sum(
        place in rows and any(raw == _squeezed("".join(map(str, rows[place].itertext()))) for _, raw in told)
        for place, told in places.items()
    )


def _squeezed(text: str) -> str:
    return "".join(text.split())
