"""DOC, WPS, RTF and other files of office programs: LibreOffice turns them into DOCX or XLSX, which are read as ever.

It runs without a screen, with a profile of its own, with macros and links to elsewhere switched off, and with no way to
the network where the system lets us take that away. Time and memory are those of the child process that it belongs to.
"""

import contextlib
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from parsers.page import Page
from parsers.readers.cannot_read import CannotRead
from parsers.readers.docx import read_docx
from parsers.readers.external.kept import KEPT
from parsers.readers.sheet import read_xlsx

PROGRAMS = ("soffice", "libreoffice")
PROFILE = "libreoffice-profile"
QUIET = ("--headless", "--norestore", "--nologo", "--nolockcheck")
NO_WAY_OUT = "127.0.0.1"  # nothing listens on its port 9
SETTINGS = {
    "/org.openoffice.Office.Common/Security/Scripting": {
        "MacroSecurityLevel": "3",
        "DisableMacrosExecution": "true",
        "DisableActiveContent": "true",
        "BlockUntrustedRefererLinks": "true",
    },
    "/org.openoffice.Inet/Settings": {
        "ooInetProxyType": "1",
        "ooInetHTTPProxyName": NO_WAY_OUT,
        "ooInetHTTPProxyPort": "9",
        "ooInetHTTPSProxyName": NO_WAY_OUT,
        "ooInetHTTPSProxyPort": "9",
    },
    "/org.openoffice.Office.Writer/Content/Update": {"Link": "0", "Field": "false", "Chart": "false"},
    "/org.openoffice.Office.Calc/Content/Update": {"Link": "1"},
}
ITEM = '<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000


def program() -> str | None:
    """Path of LibreOffice, if it is installed."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def read_doc(content: bytes) -> Page:
    """A file of Word or WPS Writer (DOC, WPS)."""
    return _as_word(content, "doc")


def read_rtf(content: bytes) -> Page:
    """A file in Rich Text Format."""
    return _as_word(content, "rtf")


def read_odt(content: bytes) -> Page:
    """A text in OpenDocument."""
    return _as_word(content, "odt")


def read_word_xml(content: bytes) -> Page:
    """A Word file as one XML file (Word 2003, or a flat package)."""
    return _as_word(content, "xml")


def read_ods(content: bytes) -> Page:
    """A spreadsheet in OpenDocument: whose hidden rows calamine does not tell."""
    return _as_sheet(content, "ods")


def read_xlsb(content: bytes) -> Page:
    """A binary workbook of Excel."""
    return _as_sheet(content, "xlsb")


def read_sheet_xml(content: bytes) -> Page:
    """A workbook as one XML file (Excel 2003)."""
    return _as_sheet(content, "xml")


def _as_word(content: bytes, ending: str) -> Page:
    page = read_docx(converted(content, ending, "docx"))
    page.reader = "libreoffice"
    return page


def _as_sheet(content: bytes, ending: str) -> Page:
    page = read_xlsx(converted(content, ending, "xlsx"))
    page.reader = "libreoffice"
    return page


def converted(content: bytes, ending: str, wanted: Literal["docx", "xlsx"]) -> bytes:
    """The same document in another format. Raises CannotRead (`needs_libreoffice`, `damaged`)."""
    office = program()
    if office is None:
        raise CannotRead(
            "needs_libreoffice",
            "reading it takes LibreOffice, which is not installed: apt-get install libreoffice-writer-nogui "
            "libreoffice-calc-nogui",
        )
    with tempfile.TemporaryDirectory(prefix="office-") as folder:
        given = Path(folder, f"document.{ending}")
        given.write_bytes(content)
        home = Path(tempfile.gettempdir())
        settings = [f"-env:UserInstallation={_profile(home).as_uri()}", *QUIET]
        command = [office, *settings, "--nodefault", "--convert-to", wanted, "--outdir", folder, str(given)]
        made = Path(folder, f"document.{wanted}")
        KEPT.stand_by(office, settings, home, _environment(str(home)), _cut_off)
        told = _run(command, folder)
        if KEPT.is_kept and not made.is_file():
            # Nobody is blamed for what a document before has done to it.
            KEPT.end()
            told = _run(command, folder)
        if not made.is_file():
            words = told.stderr.decode("utf-8", "replace").strip().splitlines()
            raise CannotRead("damaged", f"LibreOffice cannot open it ({words[-1] if words else 'it says nothing'})")
        return made.read_bytes()


def _run(command: list[str], folder: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command, cwd=folder, env=_environment(folder), capture_output=True, check=False, stdin=subprocess.DEVNULL,
        preexec_fn=_cut_off if sys.platform == "linux" else None,
    )  # fmt: skip


def _profile(folder: Path) -> Path:
    """A profile with our settings, kept as long as the child lives: making one takes longer than a document."""
    profile = folder / PROFILE
    registry = profile / "user" / "registrymodifications.xcu"
    if not registry.is_file():
        registry.parent.mkdir(parents=True, exist_ok=True)
        items = "".join(
            ITEM.format(path=path, name=name, value=value)
            for path, settings in SETTINGS.items()
            for name, value in settings.items()
        )
        registry.write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
            f'xmlns:xs="http://www.w3.org/2001/XMLSchema">\n{items}</oor:items>\n',
            encoding="utf-8",
        )
    return profile


def _environment(folder: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"HOME": folder, "TMPDIR": folder, "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"}


def _cut_off() -> None:
    """A network of its own with nothing in it; not every system grants that, and then the settings have to do."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(NEW_NETWORK):
            libc.unshare(NEW_USER | NEW_NETWORK)
