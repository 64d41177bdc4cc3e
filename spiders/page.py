"""An HTML page as text, with the questions that every family asks of it."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

# <script>location.href="/zwgk/xxgknb/index.html"</script>, window.location.replace('…')
SCRIPT_REDIRECT = re.compile(
    r"""(?:window\.|document\.|top\.|self\.)?location(?:\.href)?\s*(?:=|\.replace\()\s*"""
    r"""["']([^"'+]+)["'][ \t]*(?:[;)<}]|$)""",
    re.MULTILINE,
)
# content="0; url=index.html"
REFRESH = re.compile(r"""^\s*\d+\s*;\s*url\s*=\s*["']?([^"']+)""", re.IGNORECASE)
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
        return BeautifulSoup(self.text, "lxml")

    @cached_property
    def base(self) -> str:
        """What relative links are relative to."""
        if self.shell is not None:
            return self.shell.base
        base = self.soup.find("base", href=True)
        return urljoin(self.url, str(base["href"])) if isinstance(base, Tag) else self.url

    @cached_property
    def _places(self) -> dict[str, list[Tag]]:
        """Elements by `#id`, `.class` and name, in one walk: selecting thirty times would be thirty walks."""
        places: dict[str, list[Tag]] = defaultdict(list)
        for element in self.soup.find_all(True):
            places[element.name].append(element)
            if name := element.get("id"):
                places[f"#{name}"].append(element)
            for name in element.get_attribute_list("class"):
                places[f".{name}"].append(element)
        return places

    def elements(self, *selectors: str) -> list[Tag]:
        """Elements of these plain selectors (`#zoom`, `.TRS_Editor`, `ucapcontent`), in the order of the selectors."""
        found = (element for selector in selectors for element in self._places.get(selector, ()))
        return list({id(element): element for element in found}.values())

    @cached_property
    def title(self) -> str:
        return self.soup.title.get_text(strip=True) if self.soup.title else ""

    @cached_property
    def visible_text(self) -> str:
        """Text that a reader sees, blanks folded; scripts and styles are not in it."""
        texts = (
            s for s in self.soup.find_all(string=True) if s.parent and s.parent.name not in {"script", "style", "title"}
        )
        return re.sub(r"\s+", " ", " ".join(s for s in texts if type(s).__name__ == "NavigableString")).strip()

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
        for meta in self.soup.find_all("meta"):
            found = REFRESH.search(str(meta.get("content", "")))
            if str(meta.get("http-equiv", "")).lower() == "refresh" and found:
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
