"""The child process in which documents from the network are read: one after the other, within its limits.

Started by `parsers.readers.apart`. It talks over standard input and output: a length, then so many bytes; for each
document one answer, a pickled list of pieces. It ends when its input does.
"""

import contextlib
import os
import pickle
import select
import shutil
import signal
import struct
import sys
import tempfile
from pathlib import Path

from parsers.readers.external.kept import KEPT
from parsers.readers.pieces import pieces_of

LENGTH = struct.Struct(">Q")
HEAD = struct.Struct(">QI")  # bytes of the document, seconds for it
SPARE = 5
FOLDER = "gongkai-reader-"
REST = 20  # seconds without a document: LibreOffice need not wait any longer


def serve(memory: int) -> None:
    """Read documents until there are no more; `memory`: bytes of address space that the process may have."""
    # What a library prints must not come between the answers.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    limit_memory(memory)
    while head := _next_head():
        length, seconds = HEAD.unpack(head)
        content = sys.stdin.buffer.read(length)
        # Should the parent be gone, nobody else would end a reader that never ends.
        signal.alarm(seconds + SPARE)
        answer = pickle.dumps(pieces_of(content))
        signal.alarm(0)
        out.write(LENGTH.pack(len(answer)) + answer)
        out.flush()
    KEPT.end()
    # A parent that ended in a hurry has left the folder behind.
    if Path(tempfile.gettempdir()).name.startswith(FOLDER):
        shutil.rmtree(tempfile.gettempdir(), ignore_errors=True)


def _next_head() -> bytes:
    """The head of the next document; nothing when there are no more."""
    # The parent sends the next document only after the answer, so nothing waits in the buffer.
    if KEPT.is_kept and not select.select([sys.stdin], [], [], REST)[0]:
        KEPT.end()
    return sys.stdin.buffer.read(HEAD.size)


def limit_memory(memory: int) -> None:
    """Address space that this process may have, in bytes; where the system has no such limits, none."""
    try:
        import resource
    except ImportError:
        return  # Windows has no such limits; time still holds
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # a limit of the system may be lower already
            resource.setrlimit(what, (most, most))
