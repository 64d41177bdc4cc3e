"""The parts of an OFD package: documents, their pages, templates under the pages, drawings that are used again."""

import posixpath
from dataclasses import dataclass, field

from lxml import etree

from parsers.readers.cannot_read import CannotRead
from parsers.readers.containers import Container, xml_of

FOREGROUND = "Foreground"


@dataclass
class Document:
    """What the pages of one document have in common. `templates`, `units`, `params`, `notes` (of the page): by id."""

    area: str = "0 0 210 297"
    templates: "dict[str, etree._Element]" = field(default_factory=dict)
    units: "dict[str, etree._Element]" = field(default_factory=dict)
    params: "dict[str, etree._Element]" = field(default_factory=dict)
    notes: "dict[str, list[etree._Element]]" = field(default_factory=dict)


@dataclass
class PageParts:
    """One page. `contents`: templates behind it, itself, templates before it; `notes`: what was laid over all that."""

    area: str
    contents: "list[etree._Element]"
    document: Document
    notes: "list[etree._Element]" = field(default_factory=list)


class Package:
    """An OFD package that was opened. Elements lose their namespace: editions differ in nothing else."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def pages(self) -> list[PageParts]:
        """The pages of all documents, in order. Raises CannotRead where there are none."""
        root = self._tree("OFD.xml")
        found: list[PageParts] = []
        for body in root.iter("DocRoot"):
            name = _joined("", body.text or "")
            if name in self._container:
                found += self._document(name)
        if not found:
            raise CannotRead("damaged", "the OFD file holds no page")
        return found

    def _document(self, name: str) -> list[PageParts]:
        tree = self._tree(name)
        folder = posixpath.dirname(name)
        document = Document()
        if area := _area(tree.find("CommonData/PageArea")):
            document.area = area
        for template in tree.iterfind("CommonData/TemplatePage"):
            where = _joined(folder, template.get("BaseLoc") or "")
            if where in self._container:
                document.templates[template.get("ID") or ""] = self._tree(where)
        for resource in [*tree.iterfind("CommonData/PublicRes"), *tree.iterfind("CommonData/DocumentRes")]:
            where = _joined(folder, resource.text or "")
            if where in self._container:
                found = self._tree(where)
                document.units |= {unit.get("ID") or "": unit for unit in found.iter("CompositeGraphicUnit")}
                document.params |= {param.get("ID") or "": param for param in found.iter("DrawParam")}
        self._notes(tree.findtext("Annotations") or "", folder, document)
        return [
            self._page(where, document, page.get("ID") or "")
            for page in tree.iterfind("Pages/Page")
            if (where := _joined(folder, page.get("BaseLoc") or "")) in self._container
        ]

    def _notes(self, name: str, folder: str, document: Document) -> None:
        """Notes that are shown on the pages; a watermark is none."""
        where = _joined(folder, name)
        if not name or where not in self._container:
            return
        for page in self._tree(where).iter("Page"):
            leaf = _joined(posixpath.dirname(where), page.findtext("FileLoc") or "")
            if leaf in self._container:
                document.notes[page.get("PageID") or ""] = [
                    shown
                    for note in self._tree(leaf).iter("Annot")
                    if note.get("Visible") != "false" and note.get("Type") != "Watermark"
                    for shown in note.iterfind("Appearance")
                ]

    def _page(self, name: str, document: Document, page_id: str) -> PageParts:
        page = self._tree(name)
        behind: list[etree._Element] = []
        before: list[etree._Element] = []
        for used in page.iterfind("Template"):
            template = document.templates.get(used.get("TemplateID") or "")
            if template is not None:
                (before if used.get("ZOrder") == FOREGROUND else behind).append(template)
        return PageParts(
            _area(page.find("Area")) or document.area,
            [*behind, page, *before],
            document,
            document.notes.get(page_id, []),
        )

    def _tree(self, name: str) -> "etree._Element":
        root = xml_of(self._container.read(name), name)
        for element in root.iter():
            if isinstance(element.tag, str):
                element.tag = etree.QName(element).localname
        return root


def _area(element: "etree._Element | None") -> str | None:
    box = element.find("PhysicalBox") if element is not None else None
    return box.text if box is not None else None


def _joined(folder: str, target: str) -> str:
    target = target.strip().replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
