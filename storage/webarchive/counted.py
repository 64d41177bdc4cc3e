"""A stream that knows how much went through it, and its digest; a member of a zip file can tell neither."""

import hashlib
from typing import Protocol


class Sink(Protocol):
    """Takes bytes in order."""

    def write(self, content: bytes, /) -> int: ...


class Counted:
    """Passes on what it is given."""

    def __init__(self, out: Sink) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self.written = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, content: bytes, /) -> int:
        self._digest.update(content)
        self.written += len(content)
        return self._out.write(content)

    def flush(self) -> None:
        """For warcio, which flushes after each record; what lies below is flushed when it is closed."""
