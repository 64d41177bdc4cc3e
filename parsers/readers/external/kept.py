"""LibreOffice kept running between documents: to start it takes ten times as long as to turn one into another format.

A document of ours is open in it all the time, without which it would end with the first conversion. `soffice
--convert-to` finds it by the profile, hands its file over and waits. Linux only: it must die with the process that it
belongs to, and what it leaves in the folder for sockets is known from /proc.
"""

import contextlib
import ctypes
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

STARTS = 20.0  # seconds that a start may take
STEP = 0.05
MOST_DOCUMENTS = 100  # then a new one: what it leaks goes with the old one
DIES_WITH_ITS_PARENT = 1  # PR_SET_PDEATHSIG
SOCKETS = "libreoffice-sockets"
OURS = "OSL_PIPE_"
OPEN = rb"{\rtf1 open}"


class KeptOffice:
    """One LibreOffice of this process, from the second document on: a single one is not worth keeping it for."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = 0
        self._folder: Path | None = None

    @property
    def is_kept(self) -> bool:
        """Was one started that has not been ended? It may have died over a document."""
        return self._process is not None

    @property
    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stand_by(
        self, office: str, settings: Sequence[str], folder: Path, environment: Mapping[str, str],
        before: Callable[[], None],
    ) -> None:  # fmt: skip
        """Have one running for the next document, where the system allows it and it is worth it.

        `office`: the path of `soffice`; `settings`: its arguments for every start; `folder`: for what it needs while it
        lives; `before`: what is called in the new process before it becomes LibreOffice.
        """
        self._asked += 1
        if self._asked > MOST_DOCUMENTS:
            self.end()
            self._asked = 2
        binary = Path(os.path.realpath(office)).with_name("soffice.bin")
        if self._asked < 2 or self._is_running or sys.platform != "linux" or not binary.is_file():
            return
        self.end()
        opened = folder / "open.rtf"
        opened.write_bytes(OPEN)
        name = f"gongkai{os.getpid()}"
        arguments = [str(binary), *settings, f"--accept=pipe,name={name};urp;", str(opened)]

        def prepare() -> None:
            ctypes.CDLL(None).prctl(DIES_WITH_ITS_PARENT, signal.SIGKILL)
            before()

        self._folder = folder
        self._process = subprocess.Popen(
            arguments, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=prepare,
        )  # fmt: skip
        if not self._is_ready(name):
            self.end()

    def _is_ready(self, name: str) -> bool:
        ends = time.monotonic() + STARTS
        while self._is_running and time.monotonic() < ends:
            sockets = self._sockets()
            if self._folder is not None:
                # Whoever kills this process removes them.
                (self._folder / SOCKETS).write_text("\n".join(sockets), encoding="utf-8")
            # It opens this one last.
            if any(path.endswith(name) for path in sockets):
                return True
            time.sleep(STEP)
        return False

    def _sockets(self) -> list[str]:
        """The paths of the sockets on which it listens: proc(5), net/unix."""
        assert self._process is not None
        mine = Path(f"/proc/{self._process.pid}")
        try:
            held = {str(link.readlink()) for link in (mine / "fd").iterdir()}
            lines = [line.split() for line in (mine / "net/unix").read_text("utf-8").splitlines()[1:]]
        except OSError:
            return []
        return [line[7] for line in lines if len(line) > 7 and f"socket:[{line[6]}]" in held]

    def end(self) -> None:
        """Kill it and remove its sockets."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._folder is not None:
            remove_sockets(self._folder)


def remove_sockets(folder: Path) -> None:
    """Remove the sockets of a LibreOffice that was killed; only such, whatever stands in the list."""
    with contextlib.suppress(OSError, ValueError):
        for line in (folder / SOCKETS).read_text(encoding="utf-8").splitlines():
            path = Path(line)
            if path.name.startswith(OURS) and stat.S_ISSOCK(path.lstat().st_mode):
                path.unlink()
        (folder / SOCKETS).unlink()


KEPT = KeptOffice()
