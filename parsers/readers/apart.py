"""Reading documents apart: in a child process with limits on time and memory. It serves many, and is replaced when one
kills it.

A child is a new interpreter and no fork, so that it shares nothing with a crawl, a flow or a browser that runs here.
"""

import atexit
import contextlib
import io
import os
import pickle
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from parsers.readers.cannot_read import CannotRead
from parsers.readers.child import FOLDER, HEAD, LENGTH
from parsers.readers.external.kept import remove_sockets
from parsers.readers.limits import MOST_BYTES
from parsers.readers.pieces import Piece

SECONDS = 120
MEMORY = 3_000_000_000
MOST_DOCUMENTS = 200  # then a new child: what libraries leak goes with the old one
MOST_ANSWER = 400_000_000
START = "import sys; sys.path.insert(0, sys.argv[1]); from parsers.readers.child import serve; serve(int(sys.argv[2]))"
# Keys and passwords are nothing for a reader.
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "SYSTEMROOT", "TESSDATA_PREFIX")
GIVEN = frozenset({
    "parsers.page.Cell", "parsers.page.Page", "parsers.page.Row", "parsers.readers.cannot_read.CannotRead",
    "parsers.readers.cannot_read.NeedsOcr", "parsers.readers.cannot_read._again", "parsers.readers.limits.TooHostile",
    "parsers.readers.pieces.Piece",
})  # fmt: skip
ROOT = str(Path(__file__).resolve().parents[2])


class _Unpickler(pickle.Unpickler):
    """Takes from a child nothing but what readers give: a document that took it over gains nothing here."""

    def find_class(self, module: str, name: str) -> Any:
        if f"{module}.{name}" not in GIVEN:
            raise pickle.UnpicklingError(f"a child process gave {module}.{name}")
        return super().find_class(module, name)


def unpacked(answer: bytes) -> list[Piece]:
    """The pieces that a child gave."""
    pieces: list[Piece] = _Unpickler(io.BytesIO(answer)).load()
    return pieces


class _Child:
    """One child process. It has a folder of its own for the files of outside programs, which goes when it goes."""

    def __init__(self, memory: int) -> None:
        self._folder = tempfile.mkdtemp(prefix=FOLDER)
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, ROOT, str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in KEPT if name in os.environ} | {"TMPDIR": self._folder},
            start_new_session=True,
        )
        self.read = 0

    def ask(self, content: bytes, seconds: int) -> list[Piece]:
        """The pieces of a document. Raises CannotRead when the child dies over it or takes too long."""
        self.read += 1
        ends = time.monotonic() + seconds
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(HEAD.pack(len(content), seconds))
            self.process.stdin.write(content)
            self.process.stdin.flush()
            length = LENGTH.unpack(self._receive(LENGTH.size, ends, seconds))[0]
            if length > MOST_ANSWER:
                raise CannotRead("too_much_memory", f"what was read of it takes {length} bytes")
            return unpacked(self._receive(length, ends, seconds))
        except (BrokenPipeError, EOFError):
            raise self._death() from None

    def _receive(self, length: int, ends: float, seconds: int) -> bytes:
        assert self.process.stdout is not None
        out = self.process.stdout.fileno()
        received = bytearray()
        while len(received) < length:
            ready, _, _ = select.select([out], [], [], max(0, ends - time.monotonic()))
            if not ready:
                raise CannotRead("reader_timed_out", f"reading it took more than {seconds} seconds")
            piece = os.read(out, min(length - len(received), 1 << 20))
            if not piece:
                raise EOFError
            received += piece
        return bytes(received)

    def _death(self) -> CannotRead:
        code = self.process.wait()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        # SIGKILL comes from outside: the machine ran out of memory.
        return CannotRead(
            "reader_killed" if code == -signal.SIGKILL else "reader_crashed", f"the reader died on it ({how})"
        )

    def let_go(self) -> None:
        """Close the pipes; without them the child ends by itself."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def end(self) -> None:
        """Kill the child and what it started, and remove its folder."""
        self.let_go()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        remove_sockets(Path(self._folder))
        shutil.rmtree(self._folder, ignore_errors=True)


class Apart:
    """Children that wait for documents; as many as threads that ask at once."""

    def __init__(self, seconds: int = SECONDS, memory: int = MEMORY) -> None:
        self.seconds, self.memory = seconds, memory
        self.waiting: list[_Child] = []
        self._theirs: list[_Child] = []
        self._lock = threading.Lock()

    def pieces(self, content: bytes) -> list[Piece]:
        """The documents that a file holds. Never raises for what it holds: the piece tells the problem."""
        if len(content) > MOST_BYTES:
            problem = CannotRead("too_hostile", f"file has {len(content)} bytes, more than {MOST_BYTES}")
            return [Piece("unknown", problem=problem)]
        with self._lock:
            child = self.waiting.pop() if self.waiting else None
        child = child or _Child(self.memory)
        try:
            pieces = child.ask(content, self.seconds)
        except CannotRead as problem:
            child.end()
            return [Piece("unknown", problem=problem)]
        except pickle.UnpicklingError as error:
            child.end()
            return [Piece("unknown", problem=CannotRead("reader_failed", str(error)))]
        except BaseException:
            child.end()
            raise
        if child.read >= MOST_DOCUMENTS:
            child.end()
        else:
            with self._lock:
                self.waiting.append(child)
        return pieces

    def end(self) -> None:
        """End all children that wait."""
        with self._lock:
            ended, self.waiting = self.waiting, []
        for child in ended:
            child.end()

    def forget(self) -> None:
        """After a fork: the children are the parent's, and would never see its end if their pipes stayed open here."""
        self._lock = threading.Lock()
        self._theirs, self.waiting = self.waiting, []
        for child in self._theirs:
            child.let_go()


APART = Apart()
atexit.register(APART.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=APART.forget)
