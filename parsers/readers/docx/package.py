"""The parts of a Word package: which is the document, and what stands beside it. Nothing outside of it is fetched."""

import posixpath
from functools import cached_property

from lxml import etree

from parsers.readers.cannot_read import CannotRead
from parsers.readers.containers import Container, xml_of
from parsers.readers.limits import TooHostile

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)  # fmt: skip
RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
MAIN = "/officeDocument"
MOST_TAGS = 3_000_000


class Package:
    """A Word package that was opened."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.main = self._main()

    def _main(self) -> str:
        """Name of the document's part, as the package's relations tell it."""
        for kind, target, external in self._relations("").values():
            if kind.endswith(MAIN) and not external and target in self._container:
                return target
        if "word/document.xml" not in self._container:
            raise CannotRead("damaged", "the Word file holds no document")
        return "word/document.xml"

    def document(self) -> bytes:
        """The document's XML as bytes."""
        content = self._read(self.main)
        tags = content.count(b"<")
        if tags > MOST_TAGS:
            raise TooHostile(f"document has {tags} tags, more than {MOST_TAGS}")
        return content

    @cached_property
    def tree(self) -> "etree._Element":
        return xml_of(self.document(), "the document")

    def beside(self, kind: str) -> "etree._Element | None":
        """The tree of a part that the document relates to (`/styles`, `/numbering`), if it is there and readable."""
        for relation, target, external in self._relations(self.main).values():
            if relation.endswith(kind) and not external and target in self._container:
                return xml_of(self._read(target), target)
        return None

    def chunk(self, relation_id: str) -> bytes | None:
        """A piece of another kind that the document takes in (altChunk); None for what lies outside of the package."""
        _, target, external = self._relations(self.main).get(relation_id, ("", "", True))
        return None if external or target not in self._container else self._container.read(target)

    def _read(self, name: str) -> bytes:
        content = self._container.read(name)
        for strict, usual in STRICT:
            content = content.replace(strict, usual)
        return content

    def _relations(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Id to kind, target within the package, and whether the target lies outside."""
        folder, leaf = posixpath.split(part)
        name = posixpath.join(folder, "_rels", f"{leaf}.rels")
        if name not in self._container:
            return {}
        found = {}
        for relation in xml_of(self._read(name), name):
            target = relation.get("Target") or ""
            whole = posixpath.normpath(target if target.startswith("/") else posixpath.join("/", folder, target))
            outside = relation.get("TargetMode") == "External"
            found[relation.get("Id") or ""] = (relation.get("Type") or "", whole.lstrip("/"), outside)
        return found
