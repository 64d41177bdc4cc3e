"""An HTML page as text, with the questions that every family asks of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

# <script>location.href="/zwgk/xxgknb/index.html"</script>, window.location.replace('…')
SCRIPT_REDIRECT = re.compile(
    r"""(?:window\.|document\.|top\.|self\.)?location(?:\.href)?\s*(?:=|\.replace\()\s*"""
    r"""["']([^"'+]+)["'][ \t]*(?:[;)<}]|$)""",
    re.MULTILINE,
)
# content="0; url=index.html"
REFRESH = re.compile(r"""^\s*\d+\s*;\s*url\s*=\s*["']?([^"']+)""", re.IGNORECASE)
TEXTS: Any = etree.XPath("/descendant::text()", smart_strings=False)
NAMES: dict[str, Any] = {kind: etree.XPath(f"//@{kind}", smart_strings=False) for kind in ("id", "class")}
# By way of the attributes: they are few, and a question to each element takes eight times as long.
NAMED: dict[str, Any] = {kind: etree.XPath(f"//@{kind}[.=$name]/..") for kind in ("id", "class")}
UNWANTED = re.compile(r"[\x00-\x1f\x7f]")


Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Page:
    """`url` is the address that answered, after redirects.

    `shell`: the list page in which the answer of a program is meant to stand; links are relative to that.
    """

    url: str
    text: str
    shell: "Page | None" = None

    @cached_property
    def soup(self) -> "BeautifulSoup":
        """The document for questions of any kind; ten times as slow to make as `tree`."""
        from bs4 import BeautifulSoup  # whoever only reads an archive need not load it

        return BeautifulSoup(self.text, "lxml")

    @property
    def tree(self) -> Any:
        """The same document as lxml alone makes it, for what is asked of every page: an `html` element, maybe empty.

        Without what scripts, styles and titles say: all its text is text that a reader sees.
        """
        return self.parsed()[0]

    def parsed(self) -> tuple[Any, str]:
        """The tree, and the title that stood in it."""
        known = self.__dict__
        if "_parsed" not in known:
            known["_parsed"] = _parse(self.text)
        found: tuple[Any, str] = known["_parsed"]
        return found

    def read_ahead(self) -> "Page":
        """Work out what is asked of every page, in a thread of its own: it is done by C code, which runs beside ours.

        Before anybody else sees the page. Written past `cached_property`, which has one lock for all pages.
        """
        self.__dict__["visible_text"] = _visible_text(self.tree)
        self.__dict__["_names"] = _names(self.tree)
        return self

    @cached_property
    def base(self) -> str:
        """What relative links are relative to."""
        if self.shell is not None:
            return self.shell.base
        if not self.holds("<base"):
            return self.url
        base = next(iter(self.tree.xpath("//base/@href")), None)
        return urljoin(self.url, str(base)) if base is not None else self.url

    @cached_property
    def _names(self) -> dict[str, list[tuple[str, str]]]:
        return _names(self.tree)

    def elements(self, *selectors: str) -> list[Any]:
        """Elements of these plain selectors (`#zoom`, `.TRS_Editor`, `ucapcontent`), in the order of the selectors.

        The document is only walked for names that stand in it: most of thirty selectors don't.
        """
        found: dict[Any, None] = {}
        for selector in selectors:
            if selector[0] not in "#.":
                found |= dict.fromkeys(self.tree.iter(selector))
            elif values := self._names.get(selector):
                places = [NAMED[kind](self.tree, name=value) for kind, value in values]
                found |= dict.fromkeys(places[0] if len(places) == 1 else _in_page_order(self.tree, places))
        return list(found)

    @property
    def title(self) -> str:
        return self.parsed()[1]

    @cached_property
    def visible_text(self) -> str:
        """Text that a reader sees, blanks folded; scripts and styles are not in it."""
        return _visible_text(self.tree)

    @cached_property
    def _lower(self) -> bytes:
        """The source with its ASCII letters in lower case; those of all alphabets would take fifteen times as long."""
        return self.text.encode("utf-8", "replace").lower()

    def holds(self, *words: str, sharing: str = "") -> bool:
        """Does the page's source hold one of these words, written in lower case, in whatever case of A to Z?

        `sharing`: what is in all of them; where it does not stand, none needs to be looked for.
        """
        return sharing.encode() in self._lower and any(word.encode() in self._lower for word in words)

    def resolve(self, href: str) -> str | None:
        """Absolute http(s) address of a link, without fragment; None for anything that is not a plain address."""
        address = UNWANTED.sub("", href).strip()
        if not address or address.startswith("#"):
            return None
        try:
            absolute = urldefrag(urljoin(self.base, address))[0]
            parts = urlsplit(absolute)
            port_is_a_number = parts.port is None or parts.port > 0
        except ValueError:
            return None
        usable = parts.scheme in {"http", "https"} and parts.hostname and port_is_a_number and "@" not in parts.netloc
        return absolute if usable else None

    def redirect_in_page(self) -> str | None:
        """Where a page without content of its own sends its reader by meta refresh or script; literal targets only."""
        if len(self.visible_text) > 200:
            return None
        for meta in self.tree.iter("meta"):
            found = REFRESH.search(meta.get("content") or "")
            if (meta.get("http-equiv") or "").lower() == "refresh" and found:
                return self.resolve(found[1])
        if len(self.text) < 4000 and (script := SCRIPT_REDIRECT.search(self.text)):
            return self.resolve(script[1])
        return None


def _parse(text: str) -> tuple[Any, str]:
    root: Any = None
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), _parser())
    except etree.XMLSyntaxError:  # nothing in it
        root = None
    if root is None:
        root = etree.fromstring(b"<html></html>", _parser())
    first = root.find(".//title")
    title = "".join(first.itertext()).strip() if first is not None else ""
    for unseen in root.iter("script", "style", "title"):
        unseen.text = None
    return root, title


def _visible_text(tree: Any) -> str:
    return " ".join(" ".join(TEXTS(tree)).split())


def _names(tree: Any) -> dict[str, list[tuple[str, str]]]:
    """By selector: the attributes, as (kind, whole value), whose elements it selects."""
    names: dict[str, list[tuple[str, str]]] = {}
    for value in dict.fromkeys(NAMES["id"](tree)):
        names.setdefault(f"#{value}", []).append(("id", value))
    for value in dict.fromkeys(NAMES["class"](tree)):
        for name in dict.fromkeys(value.split()):
            names.setdefault(f".{name}", []).append(("class", value))
    return names


def _parser() -> etree.HTMLParser:
    return etree.HTMLParser(encoding="utf-8", huge_tree=True, collect_ids=False)


def _in_page_order(tree: Any, places: list[list[Any]]) -> list[Any]:
    """Elements of several answers as they stand in the page."""
    wanted = {element for elements in places for element in elements}
    return [element for element in tree.iter() if element in wanted]


def remembered(question: Callable[[Page], Answer]) -> Callable[[Page], Answer]:
    """A question whose answer is kept in the page: several ask it, and pages of many hosts are under way at once."""
    name = f"{question.__module__}.{question.__qualname__}"

    @wraps(question)
    def ask(page: Page) -> Answer:
        known = page.__dict__
        if name not in known:
            known[name] = question(page)
        answer: Answer = known[name]
        return answer

    return ask
