"""Deriving a figure again from the archived bytes, step by step."""

from datetime import datetime
from typing import Any

from model.canonical import sha256_hex
from model.capture import Record
from model.document import VersionRecord
from model.errors import GongkaiError
from model.permalinks import Cited
from parsers import parser_digest
from storage.archive import Archive
from storage.citations import the_version

from .understand import parse_anew


class Step(Record):
    """One step of a derivation: what was looked at, what came of it, and did it hold?"""

    what: str
    found: str
    holds: bool


def trace(archive: Archive, cited: Cited) -> tuple[list[Step], dict[str, Any]]:
    """Derive a report (or one value of it) again from its archived bytes; the steps, and the reading of today."""
    chain, chosen = the_version(archive, cited)
    steps = [Step(what="version", found=f"{chosen.n} of {len(chain)}, {_told(chosen.captured_at)}", holds=True)]
    for number, part in enumerate(chosen.manifest.parts, 1):
        steps.append(_bytes(archive, part.sha256, f"part {number} ({part.role})", part.size))
    steps.append(_capture(archive, chosen))
    kept = archive.parsed(chosen.manifest.digest, chosen.parser_digest)
    anew = parse_anew(archive, chosen.manifest)
    steps.append(Step(what="parsed anew", found=f"{anew['verdict']} by parser {parser_digest()[:12]}", holds=True))
    if cited.value is not None:
        steps += _value(cited.value, kept, anew, chosen.parser_digest)
    elif kept is not None:
        moved = sum(1 for name, value in anew["values"].items() if kept["values"].get(name) != value)
        found = f"{moved} of {len(anew['values'])} values differ from the reading of {chosen.parser_digest[:12]}"
        steps.append(Step(what="against the first reading", found=found, holds=moved == 0))
    return steps, anew


def _bytes(archive: Archive, sha256: str, what: str, size: int) -> Step:
    try:
        payload = archive.raw(sha256)
    except GongkaiError as error:
        return Step(what=what, found=str(error), holds=False)
    holds = sha256_hex(payload) == sha256 and len(payload) == size
    return Step(what=what, found=f"{len(payload):,} bytes, SHA-256 {sha256}", holds=holds)


def _capture(archive: Archive, chosen: VersionRecord) -> Step:
    for capture in archive.captures(chosen.run):
        if capture.id == chosen.first_capture:
            found = f"{capture.url} answered {capture.status} at {_told(capture.fetched_at)} (capture {capture.id})"
            return Step(what="capture", found=found, holds=True)
    return Step(what="capture", found=f"the ledger has no capture {chosen.first_capture}", holds=False)


def _value(name: str, kept: dict[str, Any] | None, anew: dict[str, Any], first: str) -> list[Step]:
    if name not in anew["values"]:
        return [Step(what=name, found="the reading of today has no such value", holds=False)]
    value, cell = anew["values"][name], anew["cells"].get(name)
    where = f"{cell['where']} prints {cell['raw']!r} ({cell['state']})" if cell else "no cell was found"
    steps: list[Step] = [Step(what=name, found=f"{'no figure' if value is None else value}: {where}", holds=True)]
    bound = [check for check in anew["checks"] if name.startswith(check["place"]) or check["place"] == name]
    if failed := [check["code"] for check in bound if not check["passed"]]:
        steps.append(Step(what="checks of its row", found=f"failed: {', '.join(sorted(set(failed)))}", holds=False))
    if name in anew["suspect"]:
        steps.append(Step(what="doubt", found="suspect: the value may be wrong, whoever is at fault", holds=False))
    if kept is not None:
        before = kept["values"].get(name)
        found = f"{'no figure' if before is None else before} by parser {first[:12]}, when the version came"
        steps.append(Step(what="against the first reading", found=found, holds=before == value))
    return steps


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
