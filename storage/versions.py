"""The version chain of each report: `reports/<report id>/<n>.json`, numbered by arrival from 1, without holes."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from model.canonical import sha256_hex
from model.document import VersionRecord
from storage.objects import checked_segment
from storage.records import Shelf, create_record, numbered, read_record

NO_TEXT = sha256_hex(b"")


def same_document(one: VersionRecord, other: VersionRecord) -> bool:
    """Is it the same document, or the same one in another layout?

    Equal manifests, or equal text, figures and attachments. Without any text (a scan) only the manifest can tell.
    """
    if one.manifest.digest == other.manifest.digest:
        return True
    return (
        one.text_digest == other.text_digest != NO_TEXT
        and one.figures_digest == other.figures_digest
        and _attachments(one) == _attachments(other)
    )


def newest_of(chain: Sequence[VersionRecord]) -> VersionRecord:
    """The version that was captured last. Numbers tell only the order of arrival: an import may bring an older one."""
    return max(chain, key=lambda version: (version.captured_at, version.n))


class Versions(Shelf):
    """One distinct document of a report is one version; a layout-only change is counted on the version it repeats."""

    def versions(self, report_id: str) -> list[VersionRecord]:
        """All versions of a report, by number; empty when the archive has none."""
        prefix = f"reports/{checked_segment(report_id)}/"
        return [read_record(self.store, key, VersionRecord) for _, key in numbered(self.store, prefix)]

    def version(self, report_id: str, n: int) -> VersionRecord:
        """One version; ObjectMissing when there is none with this number."""
        return read_record(self.store, version_key(report_id, n), VersionRecord)

    def add_version(self, report_id: str, build: Callable[[Sequence[VersionRecord]], VersionRecord]) -> VersionRecord:
        """Add a version, unless the newest, or one that arrived meanwhile, is this document; the record that stands.

        `build` gets the versions that there are, by number, and gives the record that would follow them (`n` one more
        than the last). It is called again when another writer was faster, so it must have no effect of its own. An
        agency that goes back to an older text makes a new version: what stood there in between is told, too.
        """
        known = self.versions(report_id)
        seen = len(known)
        while True:
            record = build(known)
            expected = known[-1].n + 1 if known else 1
            if record.report_id != report_id or record.n != expected:
                raise ValueError(f"built version {record.n} of {record.report_id}, expected {expected} of {report_id}")
            for version in known[max(seen - 1, 0) :]:
                if same_document(version, record):
                    return version
            if create_record(self.store, version_key(report_id, record.n), record):
                return record
            known = self.versions(report_id)

    def note_repeat(self, report_id: str, n: int, manifest_digest: str, capture_id: str) -> bool:
        """Count a layout-only change on the version that it repeats; False when this manifest was counted before."""
        key = f"reports/{checked_segment(report_id)}/repeats/{n}-{checked_segment(manifest_digest)}.json"
        return create_record(self.store, key, {"n": n, "manifest": manifest_digest, "capture": capture_id})

    def repeats(self, report_id: str) -> Counter[int]:
        """How many further layouts each version has been seen in, by its number."""
        prefix = f"reports/{checked_segment(report_id)}/repeats/"
        return Counter(int(key.removeprefix(prefix).partition("-")[0]) for key in self.store.list(prefix))

    def report_ids(self) -> Iterator[str]:
        """Ids of all reports, sorted."""
        last = ""
        for key in self.store.list("reports/"):
            if (report_id := key.split("/")[1]) != last:
                yield (last := report_id)


def version_key(report_id: str, n: int) -> str:
    """Key of a version record; it serves as the cause of the events that the version brings."""
    return f"reports/{checked_segment(report_id)}/{n}.json"


def _attachments(record: VersionRecord) -> list[str]:
    return [part.sha256 for part in record.manifest.parts if part.role == "attachment"]
