"""Understands documents: bytes in, `Report` out; no network, no disk, no clock."""

from parsers.digests import figures_digest, parser_digest, text_digest, text_of
from parsers.document import is_passing, parse_document
from parsers.parts import Part

__all__ = ["Part", "figures_digest", "is_passing", "parse_document", "parser_digest", "text_digest", "text_of"]
