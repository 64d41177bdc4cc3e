"""What changed between two versions of a report, both read by the parser of today."""

from typing import Any

from model.compare import changed_cells, printed_cells
from model.document import Manifest, PartRef, VersionRecord
from model.forms_printed import value_labels
from model.sentences import changed_sentences, sentences
from parsers import text_of
from storage.archive import Archive

from .understand import contents, understand


def difference(archive: Archive, old: VersionRecord, new: VersionRecord) -> dict[str, Any]:
    """The JSON of `gongkai diff`: cells, sentences, table rows and parts that differ; how the two are linked.

    `layouts`: in how many further layouts each of the two was seen. `rows` repeat what `cells` tell and hold what no
    cell does (rows beside the form, tables that could not be read).
    """
    before, after = understand(archive, old.manifest), understand(archive, new.manifest)
    cells = changed_cells(
        before["values"], after["values"], value_labels(), printed_cells(before), printed_cells(after)
    )
    left, right = (text_of(contents(archive, version.manifest)).splitlines() for version in (old, new))
    prose = changed_sentences(*(sentences([line for line in side if "|" not in line]) for side in (left, right)))
    rows = changed_sentences(*([line for line in side if "|" in line] for side in (left, right)))
    repeats = archive.repeats(new.report_id)
    return {
        "from": old.n,
        "to": new.n,
        "reason": new.reason.value,
        "corrects": new.corrects,
        "rendition_of": new.rendition_of,
        "layouts": {"from": repeats[old.n], "to": repeats[new.n]},
        "verdicts": {"from": before["verdict"], "to": after["verdict"]},
        "cells": [cell.as_detail() for cell in cells],
        "text": [change.as_detail() for change in prose],
        "rows": [change.as_detail() for change in rows],
        "parts": {
            "removed": _parts_only_in(old.manifest, new.manifest),
            "added": _parts_only_in(new.manifest, old.manifest),
        },
    }


def _parts_only_in(one: Manifest, other: Manifest) -> list[dict[str, Any]]:
    """Parts beside the page itself that the other document has not."""
    known = {part.sha256 for part in other.parts}
    return [_told(part) for part in one.parts if part.role != "page" and part.sha256 not in known]


def _told(part: PartRef) -> dict[str, Any]:
    return {
        "role": part.role,
        "name": part.name,
        "url": part.url,
        "media_type": part.media_type,
        "size": part.size,
        "sha256": part.sha256,
    }
