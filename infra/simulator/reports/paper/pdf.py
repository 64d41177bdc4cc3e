"""Pages as PDF, by reportlab: fonts that every viewer has for Chinese, and lines as programs draw them."""

import io
from collections.abc import Iterator
from dataclasses import replace

from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from infra.simulator.reports.dice import dice
from infra.simulator.reports.grid import article_of
from infra.simulator.reports.paper.pages import lay_out
from infra.simulator.reports.paper.sheets import PORTRAIT, Frame, Sheet, Words
from infra.simulator.reports.paper.style import STYLES, Style
from infra.simulator.reports.rendering import Rendered, answered
from infra.simulator.reports.report import GeneratedReport
from model.vocabulary import CellState

CHINESE = "STSong-Light"
RADICALS = str.maketrans("方一行长见风立示用目人力生自大小文日月言止", "⽅⼀⾏⻓⻅⻛⽴⽰⽤⽬⼈⼒⽣⾃⼤⼩⽂⽇⽉⾔⽌")


def render_pdf(report: GeneratedReport, layout: str, seed: int = 0) -> Rendered:
    """The report as a PDF in one of `STYLES`, with its answer key; the same arguments give the same bytes."""
    style = STYLES[layout]
    if seed:
        # Page breaks fall elsewhere in each.
        style = replace(style, first_gap=dice(seed, "gap", layout, report.agency.name).uniform(0, 420))
    article = article_of(report)
    if style.blanks:
        chance = dice(seed, layout, report.agency.name, report.year)
        for cell in article.values():
            if cell.value == 0 and chance.random() < 0.5:
                cell.print_nothing("", CellState.BLANK)
    content = write_pdf(lay_out(article, style), style)
    return answered(report, layout, content, "application/pdf", article)


def write_pdf(sheets: list[Sheet], style: Style) -> bytes:
    """The bytes of the document."""
    if CHINESE not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for sheet in sheets:
        _page(canvas, sheet, style)
    canvas.save()
    return out.getvalue()


def write_scan(images: list[bytes]) -> bytes:
    """Pictures of pages as a PDF without a text layer, as a scanner makes it."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for image in images:
        canvas.setPageSize(PORTRAIT)
        canvas.drawImage(ImageReader(io.BytesIO(image)), 0, 0, *PORTRAIT)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _page(canvas: Canvas, sheet: Sheet, style: Style) -> None:
    # With /Rotate the library itself changes the sides.
    canvas.setPageSize((sheet.height, sheet.width) if style.sideways else (sheet.width, sheet.height))
    canvas.setPageRotation(style.rotate)
    canvas.saveState()
    if style.rotate == 90 or style.sideways:
        canvas.translate(sheet.height, 0)
        canvas.rotate(90)
    elif style.rotate == 180:
        canvas.translate(sheet.width, sheet.height)
        canvas.rotate(180)
    for frame in sheet.frames:
        _frame(canvas, frame, sheet, style)
    for words in sorted(sheet.words, key=lambda w: w.late):
        _words(canvas, words, sheet, style)
    canvas.restoreState()
    canvas.showPage()


def _frame(canvas: Canvas, frame: Frame, sheet: Sheet, style: Style) -> None:
    x0, x1, y0, y1 = frame.x0, frame.x1, sheet.height - frame.y1, sheet.height - frame.y0
    if frame.shaded:
        canvas.setFillColorRGB(0.77, 0.85, 0.94)
        canvas.rect(x0, y0, x1 - x0, y1 - y0, stroke=0, fill=1)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setLineWidth({"hairline": 0.1}.get(style.lines, 0.5))
    canvas.setDash([2, 2] if style.lines == "dashed" else [])
    if frame.table < 0:
        canvas.rect(x0, y0, x1 - x0, y1 - y0)
        return
    if style.lines == "double":
        canvas.rect(x0 + 0.6, y0 + 0.6, x1 - x0 - 1.2, y1 - y0 - 1.2)
        return
    for ax, ay, bx, by in _sides(x0, y0, x1, y1, style, sheet):
        if style.lines == "filled":
            canvas.rect(ax - 0.24, ay - 0.24, bx - ax + 0.48, by - ay + 0.48, stroke=0, fill=1)
        else:
            canvas.line(ax, ay, bx, by)


def _sides(
    x0: float, y0: float, x1: float, y1: float, style: Style, sheet: Sheet
) -> Iterator[tuple[float, float, float, float]]:
    if style.lines == "none":
        return
    yield x0, y0, x1, y0
    yield x0, y1, x1, y1
    edges = (min(f.x0 for f in sheet.frames), max(f.x1 for f in sheet.frames))
    for x in (x0, x1):
        outer = min(abs(x - edge) for edge in edges) < 1
        if style.lines != "across" and not (style.lines == "open_sides" and outer):
            yield x, y0, x, y1


def _words(canvas: Canvas, words: Words, sheet: Sheet, style: Style) -> None:
    text = words.text.translate(RADICALS) if style.radicals else words.text
    x, y = words.x, sheet.height - words.y
    for piece, latin in _by_font(text):
        canvas.setFont(style.digits if latin else CHINESE, words.size)
        for shift in (0.0, 0.25) if style.bold and words.bold else (0.0,):
            canvas.drawString(x + shift, y, piece)
        x += len(piece) * words.size / 2 if latin else len(piece) * words.size


def _by_font(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of Latin and of Chinese characters: digits come from another font."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or _is_latin(text[at]) != _is_latin(text[start]):
            yield text[start:at], _is_latin(text[start])
            start = at


def _is_latin(char: str) -> bool:
    return char.isascii()
