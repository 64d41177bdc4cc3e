"""Checksums of a release's files, as `sha256sum -c` reads them, and the mark that makes a release whole."""

import hashlib
from pathlib import Path

MARKER = "release.json"
SUMS = "SHA256SUMS"


def write_sums(folder: Path) -> str:
    """`SHA256SUMS` over every file; its own digest."""
    lines = [f"{digest_of(path)}  {path.relative_to(folder).as_posix()}" for path in all_files(folder)]
    content = ("\n".join(lines) + "\n").encode()
    (folder / SUMS).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def all_files(folder: Path) -> list[Path]:
    """Every file of a release, checksums and marker left out."""
    return [p for p in sorted(folder.rglob("*")) if p.is_file() and p.name not in (SUMS, MARKER)]


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
