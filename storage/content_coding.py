"""Content coding of payloads: they lie in the archive as received, and are shown and read without it."""

import zlib

from model.errors import UndecodablePayload

# A payload that unpacks to more than this is not unpacked: no report is so large, a bomb is.
MOST_BYTES = 200_000_000
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


def decoded(payload: bytes, coding: str | None) -> bytes:
    """The payload without its content coding (RFC 9110, 8.4): gzip and deflate, the two that we ask for.

    Raises UndecodablePayload when it cannot be undone; the bytes as received stay in the archive all the same.
    """
    name = (coding or "identity").strip().lower()
    if name in ("", "identity"):
        return payload
    if name not in ("gzip", "x-gzip", "deflate"):
        raise UndecodablePayload(f"content coding {name!r} is not one that gongkai asks for")
    for bits in (GZIP_OR_ZLIB, -zlib.MAX_WBITS):
        unpacking = zlib.decompressobj(bits)
        try:
            content = unpacking.decompress(payload, MOST_BYTES)
        except zlib.error:
            continue
        if unpacking.unconsumed_tail:
            raise UndecodablePayload(f"payload unpacks to more than {MOST_BYTES} bytes")
        return content
    raise UndecodablePayload(f"payload of {len(payload)} bytes is no {name}")
