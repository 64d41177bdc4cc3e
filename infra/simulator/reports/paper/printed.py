"""Reports as PDF by the programs of those who publish: printed by a browser, or exported from a Word file."""

from collections.abc import Sequence
from dataclasses import replace

from infra.simulator.reports.files import render_file
from infra.simulator.reports.files.by_libreoffice import made_by_libreoffice
from infra.simulator.reports.rendering import Frame, Rendered, render
from infra.simulator.reports.report import GeneratedReport

PDF = "application/pdf"
# What the editors of content management systems and the styles of portals make of tables.
STYLES = (
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #000;padding:2px;font-size:10pt}",
    "table{border-collapse:separate;border-spacing:0}td,th{border:.5pt solid #333;font-size:9pt;text-align:center}",
    "table{border-collapse:collapse;font-size:12px}td,th{border:1px solid #999;background:#fff}p{text-indent:2em}",
    "table{border-collapse:collapse}td{border:2px solid #000}h1{font-size:22px;text-align:center}p{line-height:2}",
)
LINES = "html,table{line-height:1.3}"  # else the machine's fonts decide where pages break
# Layouts that show on paper what they show on a screen.
LAYOUTS = (
    "clean", "word_paste", "one_table", "five_tables", "blank_zeros", "dash_zeros", "units", "extra_rows", "th_thead",
    "hidden_parts", "footnotes", "other_enumerators", "notes_in_cells", "broken_headers",
)  # fmt: skip


def printed_by_chromium(reports: Sequence[GeneratedReport], chromium: str) -> list[Rendered]:
    """Each report as a web page that was printed, with and without the browser's own header and footer.

    `chromium`: the path of the browser, which is started once.
    """
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page()
        for number, report in enumerate(reports):
            document = render(report, LAYOUTS[number % len(LAYOUTS)], number, _styled(STYLES[number % len(STYLES)]))
            page.set_content(document.content.decode(document.charset_declared or "utf-8"))
            content = page.pdf(
                format="A4", landscape=number % 7 == 3, display_header_footer=number % 2 == 0,
                margin={"top": "15mm", "bottom": "15mm", "left": "15mm", "right": "15mm"},
            )  # fmt: skip
            found.append(replace(document, content=content, media_type=PDF, layout=f"printed {document.layout}"))
        browser.close()
    return found


def exported_by_libreoffice(reports: Sequence[GeneratedReport]) -> list[Rendered]:
    """Each report as a Word file that was exported. What offices struck out and did not accept is printed, too."""
    files = [render_file(report, "docx", number) for number, report in enumerate(reports)]
    return [replace(made, media_type=PDF) for made in made_by_libreoffice(files, "pdf")]


def _styled(style: str) -> Frame:
    def frame(fragment: str, charset: str) -> str:
        head = f'<meta charset="{charset}"><title>print</title><style>{LINES}{style}</style>'
        return f"<html><head>{head}</head><body>{fragment}</body></html>"

    return frame
