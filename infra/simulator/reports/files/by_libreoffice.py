"""Files that only office programs write: LibreOffice makes them, many at a time, of files that are written here."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from infra.simulator.reports.rendering import Rendered

MOST_AT_ONCE = 200  # of 400 files that one call names, LibreOffice converts 247 and is silent about the others


def _batches(files: Sequence[Path]) -> list[Sequence[Path]]:
    return [files[at : at + MOST_AT_ONCE] for at in range(0, len(files), MOST_AT_ONCE)]


def libreoffice() -> str | None:
    """Path of LibreOffice, if it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def made_by_libreoffice(files: Sequence[Rendered], wanted: str) -> list[Rendered]:
    """The same reports as `doc`, `xls`, `odt` or `ods`, with their answer keys. RuntimeError where one was not made."""
    program = libreoffice()
    if program is None:
        raise RuntimeError(
            "LibreOffice is not installed: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui"
        )
    with tempfile.TemporaryDirectory() as folder:
        given = [Path(folder, f"{number}{file.suffix}") for number, file in enumerate(files)]
        for path, file in zip(given, files, strict=True):
            path.write_bytes(file.content)
        profile = Path(folder, "profile").as_uri()
        command = [
            program,
            f"-env:UserInstallation={profile}",
            "--headless",
            "--convert-to",
            wanted,
            "--outdir",
            folder,
        ]
        for some in _batches(given):
            subprocess.run([*command, *map(str, some)], check=True, capture_output=True, timeout=900)
        made = [path.with_suffix(f".{wanted}") for path in given]
        if missing := [path.name for path in made if not path.is_file()]:
            raise RuntimeError(f"LibreOffice did not make {missing[0]}")
        return [
            replace(file, layout=file.layout.replace(file.suffix[1:], wanted), content=path.read_bytes())
            for file, path in zip(files, made, strict=True)
        ]
