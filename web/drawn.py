"""Pages of ours around an original that is a file: a picture of its page with the cells laid over it, or its tables.

Nothing in them is the file's but pixels and words. Each cell that was read is a link back to its value in the form, and
has the id `c-<id>`, so that `#c-<id>` shows its place.
"""

import base64
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, NamedTuple
from urllib.parse import urlencode

from model.forms_printed import value_labels
from web.drawing import Laid, Picture
from web.places import place_of
from web.words import TAGS, Language, say

MOST_BYTES = 150_000
"""Of tables and lines; further ones are shown only where a value stands in them."""
PAGES_NAMED = 7
STYLE = """
:root{color-scheme:light}body{margin:0;font:15px/1.7 "Noto Serif CJK SC","Source Han Serif SC",SimSun,Georgia,serif;color:#1b1b1b;background:#fff}
nav,.note{font:13px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#595959;padding:.4rem .8rem;background:#f4f2ec;border-bottom:1px solid #d9d9d9}
nav{position:sticky;top:0;z-index:2;display:flex;gap:.9rem;flex-wrap:wrap}nav a{color:#0b5394}nav b{color:#1b1b1b}.note{margin:0}
.page{position:relative;max-width:60rem;margin:0 auto;line-height:0}.page img{width:100%;height:auto}
.page a{position:absolute;border-radius:1px;box-shadow:inset 0 -2px 0 #8fb3d9}
a:focus-visible{outline:3px solid #0b5394}
.page a:hover{background:#8fb3d944}.page a:target{outline:3px solid #a4262c;background:#ffd54a55;box-shadow:none}
.words{padding:.5rem .8rem}.words p{margin:.3rem 0}.words table{border-collapse:collapse;margin:.6rem 0}
td{border:1px solid #8c8c8c;padding:.15rem .4rem;min-width:1.2em;vertical-align:top;white-space:pre-wrap}
td a{display:block;color:inherit;text-decoration:none;box-shadow:inset 0 -2px 0 #8fb3d9}td a:hover{background:#8fb3d944}
td a:target{outline:3px solid #a4262c;background:#ffe9a8}
[id]{scroll-margin:40vh 10vw}
"""  # noqa: E501


class Original(NamedTuple):
    """What a page of ours says around a file. `report`: address of the report's page, with its version."""

    report: str
    asked: Mapping[str, str]
    within: str
    page: int
    cells: Mapping[str, Mapping[str, Any]]
    language: Language


def picture_page(drawn: Picture, about: Original) -> bytes:
    """One page of a file as a picture, its cells laid over it."""
    labels, out = value_labels(), [_head(about), _pages(drawn.pages, about)]
    name = f"{about.within}{say(about.language, 'page_of', page=about.page, pages=drawn.pages)}"
    picture = base64.b64encode(drawn.png).decode()
    out.append(f'<main class="page"><img alt="{escape(name)}" src="data:image/png;base64,{picture}">')
    for field, cell in about.cells.items():
        place = place_of(str(cell.get("where") or ""))
        if place is None or place.box is None or (place.within, place.page) != (about.within, about.page):
            continue
        left, top, right, bottom = place.box
        at = {
            "left": left / drawn.width,
            "top": top / drawn.height,
            "width": (right - left) / drawn.width,
            "height": (bottom - top) / drawn.height,
        }
        style = ";".join(f"{side}:{100 * share:.2f}%" for side, share in at.items())
        told = escape(f"{labels.get(field, field)}: {cell.get('raw') or ''}")
        out.append(f'{_link(field, about)} style="{style}" title="{told}" aria-label="{told}"></a>')
    out.append("</main></body></html>")
    return "".join(out).encode("utf-8", "replace")


def laid_page(laid: Laid, about: Original) -> bytes:
    """The words and tables of a file as they were read."""
    places: dict[str, list[str]] = {}
    for field, cell in about.cells.items():
        places.setdefault(str(cell.get("where") or ""), []).append(field)
    note = escape(say(about.language, "laid_note"))
    out, size = [_head(about), f'<p class="note">{note}</p><main class="words">'], 0
    left_out = 0
    for item in laid:
        if isinstance(item, str):
            piece, wanted = f"<p>{escape(item)}</p>", False
        else:
            wanted = any(cell.where in places for row in item for cell in row)
            piece = "".join(_table(item, places, about))
        if size > MOST_BYTES and not wanted:
            left_out += 1
            continue
        size += len(piece)
        out.append(piece)
    if left_out:
        out.append(f"<p><i>{escape(say(about.language, 'laid_cut', n=left_out))}</i></p>")
    out.append("</main></body></html>")
    return "".join(out).encode("utf-8", "replace")


def _table(rows: Iterable[Iterable[Any]], places: Mapping[str, list[str]], about: Original) -> Iterable[str]:
    yield "<table>"
    for row in rows:
        yield "<tr>"
        for cell in row:
            words = escape(cell.text.strip())
            fields = places.get(cell.where, [])
            for number, field in enumerate(fields):
                # A place that several values are read from holds an anchor for each.
                words = f"{_link(field, about)}>{words or '&nbsp;'}</a>" if not number else _anchor(field) + words
            yield f"<td>{words}</td>"
        yield "</tr>"
    yield "</table>"


def _link(field: str, about: Original) -> str:
    address = f"{about.report}&cell={field}#cell"
    return f'<a id="c-{escape(field)}" target="_top" href="{escape(address)}"'


def _anchor(field: str) -> str:
    return f'<span id="c-{escape(field)}"></span>'


def _head(about: Original) -> str:
    title = escape(about.within.rstrip(", ") or say(about.language, "original"))
    return (
        f'<!doctype html><html lang="{TAGS[about.language]}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
    )


def _pages(pages: int, about: Original) -> str:
    """Links to the pages around this one, the first and the last."""
    if pages < 2:
        return ""
    near = range(about.page - PAGES_NAMED // 2, about.page + PAGES_NAMED // 2 + 1)
    named = sorted({1, pages, *(number for number in near if 1 <= number <= pages)})
    out, last = [], 0
    for number in named:
        if number > last + 1:
            out.append("<span>…</span>")
        query = escape(urlencode({**about.asked, "page": number}))
        out.append(f"<b>{number}</b>" if number == about.page else f'<a href="?{query}">{number}</a>')
        last = number
    told = escape(say(about.language, "page_of", page=about.page, pages=pages))
    return f'<nav aria-label="{told}"><span>{told}</span>{"".join(out)}</nav>'
