"""From the payload as received to text: content coding first, then the character set."""

import re
import zlib
from typing import NamedTuple

CODINGS = "gzip, deflate"
"""What we ask for; a server that sends anything else has not read the request."""

DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
CJK = re.compile(r"[\u4e00-\u9fff]")
# GBK text read as UTF-8 and written again, UTF-8 read as Latin-1
MOJIBAKE = re.compile(r"锟斤拷|ï¿½|Ã[\x80-\xbf©¨¤]|\ufffd")

MOJIBAKE_SIGNS = "锟ïÃ\ufffd"
"""Without one of them there is nothing to search for."""


class Undecodable(Exception):
    """The payload is not what its Content-Encoding says, or unpacks to more than the limit."""

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


class Text(NamedTuple):
    """`suspect`: the characters look wrong whatever was tried."""

    text: str
    encoding: str
    suspect: bool = False


def unpack(payload: bytes, content_encoding: str | None, limit: int) -> bytes:
    """Undo Content-Encoding, giving at most `limit` bytes. Raises Undecodable."""
    for coding in reversed([c.strip().lower() for c in (content_encoding or "").split(",") if c.strip()]):
        if coding in {"gzip", "x-gzip"}:
            payload = _inflate(payload, 16 + zlib.MAX_WBITS, limit)
        elif coding == "deflate":
            raw = payload[:1] and (payload[0] & 0x0F) != 8
            payload = _inflate(payload, -zlib.MAX_WBITS if raw else zlib.MAX_WBITS, limit)
        elif coding != "identity":
            raise Undecodable(f"the server sent the content coding {coding!r}, which was not asked for")
    return payload


def _inflate(payload: bytes, window: int, limit: int) -> bytes:
    inflator = zlib.decompressobj(window)
    try:
        plain = inflator.decompress(payload, limit)
    except zlib.error as error:
        raise Undecodable(f"the compressed payload is damaged: {error}") from error
    if inflator.unconsumed_tail:
        raise Undecodable(f"the payload unpacks to more than {limit} bytes", too_large=True)
    if not inflator.eof:
        raise Undecodable("the compressed payload ends early")
    return plain


def decode(payload: bytes, content_type: str | None) -> Text:
    """Text of an HTML, XML or JSON payload.

    Bytes that are strictly UTF-8 are UTF-8 whatever is declared, since pages declare gb2312 and send UTF-8; then the
    declared character set, with gb2312 and gbk read as their superset gb18030; then gb18030.
    """
    body = payload.removeprefix(b"\xef\xbb\xbf")
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return Text(body.decode("utf-16", "replace"), "utf-16")
    for encoding in ("utf-8", *_declared(body, content_type), "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        return Text(text.removeprefix("\ufeff"), encoding, _is_mojibake(text))
    # One bad byte must not turn a Chinese page into another alphabet: keep the character set that loses least.
    lossy = min((body.decode(e, "replace") for e in ("utf-8", "gb18030")), key=lambda t: t.count("\ufffd"))
    return Text(lossy, "replaced", suspect=True)


def _is_mojibake(text: str) -> bool:
    return any(sign in text for sign in MOJIBAKE_SIGNS) and bool(MOJIBAKE.search(text))


def _declared(body: bytes, content_type: str | None) -> list[str]:
    names = []
    for place in ((content_type or "").encode("latin-1", "replace"), body[:4096]):
        if found := DECLARED.search(place):
            name = found[1].decode("ascii", "replace").lower()
            names.append("gb18030" if name in {"gb2312", "gbk", "gb_2312-80"} else name)
    return [n for n in names if _exists(n)]


def _exists(encoding: str) -> bool:
    try:
        "".encode(encoding)
    except LookupError:
        return False
    return True
