"""Reports in Rich Text Format, as word processors save them: control words, cells by right edges, merged cells."""

from random import Random

from infra.simulator.reports.article import Article, Cell, Table, Text
from infra.simulator.reports.files.grid import Placed, placed, width_of

HEAD = r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}}\uc1\f0\fs21 "
COLUMN = 700


def write_rtf(article: Article, chance: Random) -> bytes:
    """The article as RTF; characters as Unicode escapes or as bytes of GBK, hidden words beside some figures."""
    writer = _Writer(chance)
    body = "".join(writer.table(b) if isinstance(b, Table) else writer.text(b) for b in article.blocks)
    return (HEAD + body + "}").encode("ascii")


class _Writer:
    """One document and the habits of the program that saves it."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.in_gbk = chance.random() < 0.5
        self.hides = chance.random() < 0.3

    def text(self, block: Text) -> str:
        return rf"\pard {self.words(block.text)}\par" + "\n"

    def table(self, table: Table) -> str:
        columns = width_of(table)
        grid: list[dict[int, tuple[Placed, bool]]] = [{} for _ in table.rows]
        for one in placed(table):
            for below in range(one.height):
                grid[one.row + below][one.column] = (one, below > 0)
        return "".join(self._row(cells, columns) for cells in grid) + "\\pard\\par\n"

    def _row(self, cells: dict[int, tuple[Placed, bool]], columns: int) -> str:
        head, body = [r"\trowd\trgaph108 "], []
        at = 0
        while at < columns:
            if at not in cells:  # a row that ends early
                head.append(rf"\cellx{COLUMN * (at + 1)}")
                body.append(r"\pard\intbl\cell ")
                at += 1
                continue
            one, goes_on = cells[at]
            at += one.width
            merge = "" if one.height == 1 else r"\clvmrg" if goes_on else r"\clvmgf"
            head.append(rf"{merge}\cellx{COLUMN * at}")
            body.append(rf"\pard\intbl {'' if goes_on else self._cell(one.cell)}\cell ")
        return "".join(head) + "".join(body) + "\\row\n"

    def _cell(self, cell: Cell) -> str:
        hidden = ""
        if cell.id is not None and self.hides and self.chance.random() < 0.1:
            hidden = rf"{{\v {self.chance.randint(1, 99)}}}"
        return hidden + r"\line ".join(self.words(piece) for piece in cell.pieces or (cell.text,))

    def words(self, text: str) -> str:
        """Characters beyond ASCII escaped; braces and backslashes too."""
        return "".join(self._character(char) for char in text)

    def _character(self, char: str) -> str:
        if char in "\\{}":
            return "\\" + char
        if char.isascii():
            return char
        if self.in_gbk:
            try:
                return "".join(f"\\'{byte:02x}" for byte in char.encode("gbk"))
            except UnicodeEncodeError:
                pass
        units = char.encode("utf-16-le")
        codes = [int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2)]
        return "".join(f"\\u{code}?" for code in codes)
