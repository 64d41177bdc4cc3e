"""What a program's notation leaves around words: escapes, emphasis, breaks; lines that hold no words at all."""

import re
from collections.abc import Iterable
from html import unescape

ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
EMPHASIS = re.compile(r"^(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1$")
MOST_EMPHASIS = 3
BREAK = re.compile(r"<br\s{0,3}/?>", re.IGNORECASE)
# <<name>>: an anchor in org
ANCHOR = re.compile(r"<<[^<>]*>>")
# An escaped backslash and an escaped pipe while a line is cut: characters that no text has
BACKSLASH, PIPE = "\ufdd1", "\ufdd2"
# - 4 -, — 12 —, 第 3 页, 第 3 页 共 5 页, 共5页 第3页, 3/5, Page 3 of 5
PAGE_NUMBER = re.compile(
    r"^(?:[-—–~·•]\s*\d{1,3}\s*[-—–~·•]|第\s*\d{1,3}\s*页(?:\s*[,，/]?\s*共\s*\d{1,3}\s*页)?|共\s*\d{1,3}\s*页\s*[,，/]?\s*第\s*\d{1,3}\s*页"
    r"|\d{1,3}\s*/\s*\d{1,3}|(?i:page)\s*\d{1,3}(?:\s*of\s*\d{1,3})?)$"
)
# .7 below 24: the rest of a number
REST_OF_NUMBER = re.compile(r"^[.,]\d+$")
BARE_NUMBER = re.compile(r"^[1-9]\d{0,2}$")


def plain(text: str) -> str:
    """The words of a cell or line as the page printed them."""
    text = text.strip()
    if len(text) < 2:
        return text
    if "<" in text:
        text = joined(BREAK.split(ANCHOR.sub("", text)))
    if "&" in text:
        text = unescape(text)
    for _ in range(MOST_EMPHASIS):
        if text[:1] not in ("*", "_") or (match := EMPHASIS.match(text)) is None:
            break
        text = match[2]
    if "\\" in text and len(text) > 1:
        text = ESCAPED.sub(r"\1", text)
    return text.strip()


def joined(pieces: Iterable[str]) -> str:
    """Pieces of one cell as one: words run on, figures stay on lines of their own, since 1 and 187 are not 1187."""
    whole = ""
    for piece in map(str.strip, pieces):
        apart = whole[-1:].isascii() and whole[-1:].isalnum() and piece[:1].isascii() and piece[:1].isalnum()
        whole += ("\n" if apart else "") + piece
    return whole


def fields(line: str, *, escaped: bool = False) -> list[str]:
    """The cells of a line with pipes; the frame of a drawn one is no cell. `escaped`: a backslash hides a pipe."""
    inner = line[1:] if line.startswith("|") else line
    if line.startswith("|") and inner.endswith("|") and not (escaped and inner.endswith("\\|")):
        inner = inner[:-1]
    if not escaped or "\\" not in inner:
        return [c.strip() for c in inner.split("|")]
    cells = inner.replace("\\\\", BACKSLASH).replace("\\|", PIPE).split("|")
    return [c.replace(BACKSLASH, "\\\\").replace(PIPE, "|").strip() for c in cells]
