"""An archive that another parser has read, for tests that read it anew."""

from pathlib import Path

from model.document import PartRef, VersionRecord
from storage.archive import Archive
from storage.local_folder import LocalFolder
from tests.storage_samples import NOON, a_version

REPORTS = sorted((Path(__file__).parent / "reports").glob("*/document.*"))


def archive_of_another_parser(folder: Path) -> Archive:
    """The reports of the fixtures, recorded by a parser `old` that had read them all as verified, without a figure."""
    archive = Archive(LocalFolder(folder, fsync=False))
    archive.begin_run("run1", NOON)
    for number, file in enumerate(REPORTS):
        content = file.read_bytes()
        sha256 = archive.keep_raw(content)
        media_type = "text/html" if file.suffix == ".html" else "text/plain"
        part = PartRef(role="page", sha256=sha256, size=len(content), media_type=media_type, url="u", capture="c")

        def version(known: list[VersionRecord], part: PartRef = part, number: int = number) -> VersionRecord:
            sample = a_version(f"r{number}-2022-own", len(known) + 1, b"")
            manifest = sample.manifest.model_copy(update={"parts": (part,)})
            return sample.model_copy(update={"manifest": manifest, "parser_digest": "old"})

        record = archive.add_version(f"r{number}-2022-own", version)  # type: ignore[arg-type]
        archive.keep_parsed(record.manifest.digest, "old", {"verdict": "verified", "values": {}, "cells": {}})
    return archive
