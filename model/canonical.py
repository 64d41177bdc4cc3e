"""One way to write a record as bytes, so that equal records have equal digests and equal objects."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel


def canonical_json(record: BaseModel | dict[str, Any] | list[Any]) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces; a model is written without unset defaults being dropped."""
    plain = record.model_dump(mode="json") if isinstance(record, BaseModel) else record
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_hex(content: bytes) -> str:
    """The 64 hexadecimal digits by which bytes are named everywhere."""
    return hashlib.sha256(content).hexdigest()


def record_digest(record: BaseModel | dict[str, Any] | list[Any]) -> str:
    """Digest of a record's canonical form."""
    return sha256_hex(canonical_json(record))
