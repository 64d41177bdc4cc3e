"""Reading documents out of the archive: parsed once for each parser, then remembered."""

import contextlib
from typing import Any

from model.compare import Reading, printed_cells
from model.document import Manifest, PartRef
from model.errors import StoreNotWritable
from parsers import Part, figures_digest, is_passing, parse_document, parser_digest, text_digest
from storage.archive import Archive
from storage.content_coding import decoded

from .spans import span


def _content(archive: Archive, part: PartRef) -> Part:
    payload = decoded(archive.raw(part.sha256), part.coding)
    # Without its name: that is told by an address or a header, and a parse is a function of the manifest's digest.
    return Part(role=part.role, content=payload, media_type=part.media_type)


def contents(archive: Archive, manifest: Manifest) -> list[Part]:
    """The parts with their payloads, content coding undone."""
    return [_content(archive, part) for part in manifest.parts]


def understand(archive: Archive, manifest: Manifest) -> dict[str, Any]:
    """The public JSON of a document: from `parsed/`, else parsed now and kept there.

    It is a function of the manifest and the parser alone, so neither address nor time goes into it.
    """
    known = archive.parsed(manifest.digest, parser_digest())
    if known is not None:
        return known
    parsed = parse_anew(archive, manifest)
    if is_passing(parsed):
        return parsed  # a program is missing here, or time ran out: the next one reads it again
    # Who may only read an archive gets the same answer, and the next one reads the document again.
    with contextlib.suppress(StoreNotWritable):
        archive.keep_parsed(manifest.digest, parser_digest(), parsed)
    return parsed


def parse_anew(archive: Archive, manifest: Manifest) -> dict[str, Any]:
    """The public JSON of a document by the parser of today, kept nowhere."""
    with span("parse", manifest=manifest.digest, parts=len(manifest.parts)):
        report = parse_document(contents(archive, manifest))
    parsed: dict[str, Any] = report.model_dump(mode="json")
    parsed["input"] = f"manifest:{manifest.digest}"
    return parsed


def reading(archive: Archive, manifest: Manifest) -> Reading:
    """What comparisons need of a document, by the parser of today."""
    parsed = understand(archive, manifest)
    return Reading(
        values=parsed["values"],
        figures_digest=figures_digest(parsed),
        text_digest=text_digest(contents(archive, manifest)),
        parts=tuple(sorted(p.sha256 for p in manifest.parts if p.role == "attachment")),
        printed=printed_cells(parsed),
    )
