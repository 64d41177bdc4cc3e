"""What a file of a document is called: by the server, by the link that led to it, or by its address."""

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from urllib.parse import parse_qs, unquote, unquote_to_bytes, urlsplit

from model.capture import Capture

# filename*=UTF-8''%E5%B9%B4%E6%8A%A5.pdf (RFC 6266)
EXTENDED = re.compile(r"filename\*\s*=\s*([\w-]*)'[^']*'([^;]+)", re.IGNORECASE)
PLAIN = re.compile(r"""filename\s*=\s*(?:"([^"]*)"|([^;]+))""", re.IGNORECASE)
NAMED = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|zip|rar|rtf|txt|jpe?g|png|mp4)$", re.IGNORECASE)
# 附件, 附件1：, 点击下载: words around a name and no name
BARE = re.compile(r"^(?:附件\s*\d*\s*[:：.、]?\s*)?(?:(?:点击)?(?:下载|查看|此处)(?:附件)?)?$")
LEADING = re.compile(r"^附件\s*\d*\s*[:：.、]\s*")
UNWANTED = re.compile(r"[\x00-\x1f\x7f]")


def part_name(capture: Capture) -> str | None:
    """The name of an attachment, without folders; None for pages, and where nobody gives it one."""
    if capture.kind != "attachment":
        return None
    given = (_disposition(capture.header("content-disposition") or ""), _linked(capture), _leaf(capture.url))
    return next((name for found in given if found and (name := _without_folders(found))), None)


def _without_folders(path: str) -> str:
    name = re.split(r"[\\/]", UNWANTED.sub("", path))[-1].strip()
    return "" if name in (".", "..") else name


def _disposition(value: str) -> str | None:
    """From Content-Disposition: as RFC 6266 has it, percent-encoded, or as raw bytes in UTF-8 or GBK."""
    if found := EXTENDED.search(value):
        encoding = found[1] or "utf-8"
        try:
            return unquote(found[2].strip(), encoding=encoding)
        except (LookupError, UnicodeError):  # an encoding that nobody knows, or one that is not for text
            return unquote(found[2].strip())
    if not (found := PLAIN.search(value)):
        return None
    name = (found[1] if found[1] is not None else found[2]).strip()
    if name.startswith("=?"):
        try:
            return str(make_header(decode_header(name)))
        except (HeaderParseError, LookupError, UnicodeError):
            return name
    # The header came as bytes, read as Latin-1.
    return _decoded(unquote_to_bytes(name.encode("latin-1", "replace")))


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def _linked(capture: Capture) -> str | None:
    name = (capture.name or "").strip()
    if BARE.match(name):
        return None
    return LEADING.sub("", name)


def _leaf(url: str) -> str | None:
    """From the address: a parameter that gives the name, else the last step of the path where it is a file's."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    for key in ("showname", "filename", "fileName", "name"):
        if key in query and NAMED.search(query[key][0]):
            return query[key][0]
    leaf = _decoded(unquote_to_bytes(parts.path.rpartition("/")[2]))
    return leaf if NAMED.search(leaf) else None
