"""Reports in zip archives, with what else lies in them: names in GBK, an explainer, rubbish of the packer."""

import io
import zipfile
from random import Random

from infra.simulator.reports.article import Article
from infra.simulator.reports.files.spreadsheet import write_xlsx
from infra.simulator.reports.files.word import write_docx

WHEN = (2025, 1, 20, 9, 0, 0)
INSIDE = {".docx": write_docx, ".xlsx": write_xlsx}


def write_zip(article: Article, chance: Random) -> bytes:
    """The article as a Word or Excel file in an archive, perhaps in an archive within that one."""
    ending = chance.choice(list(INSIDE))
    files = {f"附件：政府信息公开年度报告{ending}": INSIDE[ending](article, chance)}
    if chance.random() < 0.4:
        files["年度报告解读.txt"] = "图解政府信息公开年度报告：这一年，我们这样公开。".encode("gb18030")
    if chance.random() < 0.3:
        files["__MACOSX/._年度报告.docx"] = b"\x00\x05\x16\x07"
    packed = pack(files, in_gbk=chance.random() < 0.6)
    return pack({"年报.zip": packed}, in_gbk=True) if chance.random() < 0.2 else packed


def pack(files: dict[str, bytes], *, in_gbk: bool = False) -> bytes:
    """A zip archive of files by name. `in_gbk`: names as Windows in China writes them, without a word about it."""
    out = io.BytesIO()
    renamed: list[tuple[bytes, bytes]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files.items()):
            raw = name.encode("gb18030")
            stand_in = f"{number:02d}".ljust(max(len(raw), 2), "~")
            archive.writestr(zipfile.ZipInfo(stand_in if in_gbk else name, WHEN), content, zipfile.ZIP_DEFLATED)
            renamed.append((stand_in.encode(), raw.ljust(len(stand_in))))
    content = out.getvalue()
    for stand_in_raw, raw in renamed if in_gbk else ():
        content = content.replace(stand_in_raw, raw)
    return content
