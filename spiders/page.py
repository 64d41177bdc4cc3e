"""An HTML page as text, with the questions that every family asks of it."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup
from lxml import etree, html

# <script>location.href="/zwgk/xxgknb/index.html"</script>, window.location.replace('…')
SCRIPT_REDIRECT = re.compile(
    r"""(?:window\.|document\.|top\.|self\.)?location(?:\.href)?\s*(?:=|\.replace\()\s*"""
    r"""["']([^"'+]+)["'][ \t]*(?:[;)<}]|$)""",
    re.MULTILINE,
)
# content="0; url=index.html"
REFRESH = re.compile(r"""^\s*\d+\s*;\s*url\s*=\s*["']?([^"']+)""", re.IGNORECASE)
NAMED: Any = etree.XPath("//*[@id or @class]")
SEEN: Any = etree.XPath("//text()[not(parent::script or parent::style or parent::title)]", smart_strings=False)
UNWANTED = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Page:
    """`url` is the address that answered, after redirects.

    `shell`: the list page in which the answer of a program is meant to stand; links are relative to that.
    """

    url: str
    text: str
    shell: "Page | None" = None

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The document for questions of any kind; ten times as slow to make as `tree`."""
        return BeautifulSoup(self.text, "lxml")

    @cached_property
    def tree(self) -> Any:
        """The same document as lxml alone makes it, for what is asked of every page: an `html` element, maybe empty."""
        parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
        try:
            root = html.document_fromstring(self.text.encode("utf-8", "replace"), parser)
        except etree.ParserError:  # nothing in it
            return html.document_fromstring(b"<html></html>")
        return root

    @cached_property
    def base(self) -> str:
        """What relative links are relative to."""
        if self.shell is not None:
            return self.shell.base
        if "<base" not in self._lower:
            return self.url
        base = next(iter(self.tree.xpath("//base/@href")), None)
        return urljoin(self.url, str(base)) if base is not None else self.url

    @cached_property
    def _places(self) -> dict[str, list[Any]]:
        places: dict[str, list[Any]] = defaultdict(list)
        for element in NAMED(self.tree):
            if name := element.get("id"):
                places[f"#{name}"].append(element)
            for name in (element.get("class") or "").split():
                places[f".{name}"].append(element)
        return places

    def elements(self, *selectors: str) -> list[Any]:
        """Elements of these plain selectors (`#zoom`, `.TRS_Editor`, `ucapcontent`), in the order of the selectors.

        In one walk over the document: selecting thirty times would be thirty walks.
        """
        found = (
            element
            for selector in selectors
            for element in (self._places.get(selector, ()) if selector[0] in "#." else self.tree.iter(selector))
        )
        return list(dict.fromkeys(found))

    @cached_property
    def title(self) -> str:
        title = self.tree.find(".//title")
        return "".join(title.itertext()).strip() if title is not None else ""

    @cached_property
    def visible_text(self) -> str:
        """Text that a reader sees, blanks folded; scripts and styles are not in it."""
        return " ".join(" ".join(SEEN(self.tree)).split())

    @cached_property
    def _lower(self) -> str:
        return self.text.lower()

    def holds(self, *words: str) -> bool:
        """Does the page's source hold one of these words, written in lower case, in whatever case?"""
        return any(word in self._lower for word in words)

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


def host_of(url: str) -> str:
    """Host name with its port where that is not the scheme's own: the unit of politeness and of the allow-list."""
    parts = urlsplit(url)
    port = parts.port
    name = (parts.hostname or "").lower()
    name = f"[{name}]" if ":" in name else name
    return name if port is None or port == {"http": 80, "https": 443}.get(parts.scheme) else f"{name}:{port}"
