"""Reports as Word files, written with python-docx, with what offices leave in theirs.

Tracked changes, hidden text, headings numbered by Word, words in many runs, a title in a text box, tables in tables.
"""

import io
from random import Random
from typing import TYPE_CHECKING, Any

from infra.simulator.reports.article import Article, Cell, Table, Text
from infra.simulator.reports.files.grid import placed, width_of

if TYPE_CHECKING:
    from docx.table import _Cell

NUMBERED = "一、二、三、四、五、六、"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
BOX = (
    '<w:p xmlns:w="{w}" xmlns:v="urn:schemas-microsoft-com:vml"><w:r><w:pict><v:shape type="#_x0000_t202" '
    'style="width:400pt;height:40pt"><v:textbox><w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p>'
    "</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
)
NUMBERING = (
    '<w:abstractNum xmlns:w="{w}" w:abstractNumId="77"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/><w:lvlText w:val="%1、"/></w:lvl>'
    "</w:abstractNum>"
)
NUMBER = '<w:num xmlns:w="{w}" w:numId="77"><w:abstractNumId w:val="77"/></w:num>'


def write_docx(article: Article, chance: Random) -> bytes:
    """The article as DOCX; what else stands in the file is drawn."""
    from docx import Document

    writer = _Writer(Document(), chance)
    for block in article.blocks:
        writer.table(block) if isinstance(block, Table) else writer.text(block)
    out = io.BytesIO()
    writer.document.save(out)
    return out.getvalue()


class _Writer:
    """One document and the habits of who writes it."""

    def __init__(self, document: Any, chance: Random) -> None:
        self.document = document
        self.chance = chance
        self.tracks = chance.random() < 0.3
        self.hides = chance.random() < 0.3
        self.numbers = chance.random() < 0.3
        self.boxes_title = chance.random() < 0.3
        self.many_runs = chance.random() < 0.5
        self.arranges = chance.random() < 0.2
        if self.numbers:
            self._add_numbering()

    def text(self, block: Text) -> None:
        if block.kind == "title" and self.boxes_title:
            self.document.element.body.insert(0, self._xml(BOX.format(w=W, text=block.text)))
            return
        paragraph = self.document.add_paragraph()
        words = block.text
        if block.kind == "heading" and self.numbers and words[:2] in NUMBERED:
            words = words[2:]
            self._number(paragraph)
        self._write(paragraph, words)

    def table(self, table: Table) -> None:
        holder = self.document
        if self.arranges:
            holder = self.document.add_table(rows=1, cols=1).cell(0, 0)
        rows, columns = len(table.rows), width_of(table)
        drawn = holder.add_table(rows, columns)
        drawn.style = self.document.styles["Table Grid"]
        cells = drawn._cells
        for one in placed(table):
            first = cells[one.row * columns + one.column]
            if one.height > 1 or one.width > 1:
                last = cells[(one.row + one.height - 1) * columns + one.column + one.width - 1]
                first = first.merge(last)
            self._cell(first, one.cell)

    def _cell(self, place: "_Cell", cell: Cell) -> None:
        paragraph = place.paragraphs[0]
        if cell.id is not None and self.tracks and self.chance.random() < 0.2:
            self._change(paragraph, str(self.chance.randint(1, 99)), cell.text)
            return
        if cell.id is not None and self.hides and self.chance.random() < 0.1:
            paragraph.add_run(str(self.chance.randint(1, 99))).font.hidden = True
        for at, piece in enumerate(cell.pieces or (cell.text,)):
            if at:
                paragraph.add_run().add_break()
            self._write(paragraph, piece)

    def _write(self, paragraph: Any, words: str) -> None:
        """Words in one run, or in several as Word leaves them behind when they were edited."""
        if not self.many_runs or len(words) < 2:
            paragraph.add_run(words)
            return
        cut = self.chance.randint(1, len(words) - 1)
        paragraph.add_run(words[:cut])
        paragraph.add_run(words[cut:]).bold = self.chance.random() < 0.2

    def _change(self, paragraph: Any, old: str, new: str) -> None:
        """A tracked change that nobody has accepted: the old number is struck out, the new one shown."""
        mark = f'w:id="{self.chance.randint(1, 9999)}" w:author="编辑" w:date="2025-01-10T09:00:00Z"'
        deleted = f'<w:del xmlns:w="{W}" {mark}><w:r><w:delText>{old}</w:delText></w:r></w:del>'
        paragraph._p.append(self._xml(deleted))
        inserted = self._xml(f'<w:ins xmlns:w="{W}" {mark}><w:r><w:t xml:space="preserve"></w:t></w:r></w:ins>')
        inserted[0][0].text = new
        paragraph._p.append(inserted)

    def _add_numbering(self) -> None:
        numbering = self.document.part.numbering_part.element
        numbering.insert(0, self._xml(NUMBERING.format(w=W)))
        numbering.append(self._xml(NUMBER.format(w=W)))

    def _number(self, paragraph: Any) -> None:
        properties = paragraph._p.get_or_add_pPr()
        properties.append(self._xml(f'<w:numPr xmlns:w="{W}"><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>'))

    @staticmethod
    def _xml(text: str) -> Any:
        from docx.oxml import parse_xml

        return parse_xml(text)
