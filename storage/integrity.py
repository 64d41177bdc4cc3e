"""What can be wrong with an archive, and whether one object is what its key promises."""

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Literal

from pydantic import ValidationError

from model.agency import Agency
from model.canonical import sha256_hex
from model.capture import Capture, Record
from model.document import Event, VersionRecord
from model.errors import DigestMismatch
from storage.keys import kind_of
from storage.ledger import parsed_lines
from storage.parsed import pack_lines
from storage.raw import raw_key
from storage.records import plain_json, refuse_newer

FaultKind = Literal["damaged", "missing", "foreign", "hole", "catalogue", "chain", "signature", "conflict"]


class IntegrityFault(Record):
    """One thing that is wrong; `what` says it in words.

    An object that is damaged, missing or foreign, a hole in a chain of versions, a catalogue that disagrees, a chain of
    manifests that is broken or not signed by the key, a copy that differs (conflict).
    """

    kind: FaultKind
    key: str
    what: str


class Contents(Record):
    """What an object refers to: keys that must be there, and documents (manifests) that it is a version of."""

    references: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


def examined(key: str, content: bytes) -> Contents | str:
    """What a sound object refers to; a sentence when it is not what its key promises. NewerRecord as `read_record`."""
    check = _CHECKS.get(kind_of(key) or "")
    try:
        plain = plain_json(content) if key.endswith(".json") else content
        return check(key, plain) if check else Contents()
    except (OSError, EOFError, zlib.error) as error:
        return f"is not readable as gzip ({error})"
    except ValidationError as error:
        refuse_newer(key, json.loads(plain))
        first = error.errors(include_url=False)[0]
        return f"is no valid record ({'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']})"
    except (ValueError, KeyError, TypeError, DigestMismatch) as error:
        return f"is no valid record ({error})"


def _raw(key: str, content: bytes) -> Contents | str:
    found = sha256_hex(gzip.decompress(content))
    return Contents() if key.endswith(found) else f"holds bytes with the digest {found}"


def _gzip(_: str, content: bytes) -> Contents:
    gzip.decompress(content)
    return Contents()


def _ledger(key: str, content: bytes) -> Contents | str:
    references: list[str] = []
    for record, packed in parsed_lines(content):
        if not key.rpartition("/")[2].startswith(f"{record.run}-"):
            return f"tells of run {record.run}"
        if packed is not None:
            references.append(packed.warc)
        elif isinstance(record, Capture) and record.body is not None and record.body.store == "raw":
            references.append(raw_key(record.body.sha256))
    return Contents(references=tuple(dict.fromkeys(references)))


def _version(key: str, content: bytes) -> Contents | str:
    record = VersionRecord.model_validate_json(content)
    if key != f"reports/{record.report_id}/{record.n}.json":
        return f"is the record of version {record.n} of {record.report_id}"
    earlier = [n for n in (record.corrects, record.rendition_of) if n is not None]
    references = [raw_key(part.sha256) for part in record.manifest.parts]
    references += [f"reports/{record.report_id}/{n}.json" for n in earlier]
    return Contents(references=tuple(dict.fromkeys(references)), documents=(record.manifest.digest,))


def _repeat(key: str, content: bytes) -> Contents | str:
    plain = json.loads(content)
    report = key.split("/")[1]
    if not key.endswith(f"/repeats/{plain['n']}-{plain['manifest']}.json"):
        return f"is the note of another layout, {plain['manifest']} of version {plain['n']}"
    return Contents(references=(f"reports/{report}/{plain['n']}.json",), documents=(plain["manifest"],))


def _parsed(key: str, content: bytes) -> Contents | str:
    plain = json.loads(content)
    manifest = key.split("/")[1]
    if plain.get("input", f"manifest:{manifest}") != f"manifest:{manifest}":
        return f"is the parse of {plain['input']}"
    return Contents()


def _parsed_pack(key: str, content: bytes) -> Contents:
    for manifest, line in pack_lines(content, key).items():
        told = json.loads(line)["report"].get("input", f"manifest:{manifest}")
        if told != f"manifest:{manifest}":
            raise ValueError(f"holds the parse of {told} as that of {manifest}")
    return Contents()


def _event(key: str, content: bytes) -> Contents | str:
    event = Event.model_validate_json(content)
    if event.id != Event.identify(event.kind, event.subject, event.cause) or not key.endswith(f"/{event.id}.json"):
        return f"is no event of its cause {event.cause}"
    return Contents(references=(event.cause,) if event.cause.startswith("reports/") else ())


def _agency(key: str, content: bytes) -> Contents | str:
    agency = Agency.model_validate_json(content)
    if key != f"agencies/{agency.id}/{agency.n}.json":
        return f"is record {agency.n} of agency {agency.id}"
    return Contents()


def _json(_: str, content: bytes) -> Contents:
    json.loads(content)
    return Contents()


_CHECKS: dict[str, Callable[[str, bytes], Contents | str]] = {
    "raw": _raw,
    "warc": _gzip,
    "ledger": _ledger,
    "version": _version,
    "repeat": _repeat,
    "parsed": _parsed,
    "parsed pack": _parsed_pack,
    "event": _event,
    "agency": _agency,
    "restriction": _json,
}
