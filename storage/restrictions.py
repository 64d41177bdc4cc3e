"""What is withheld by a lawful take-down or a privacy request: `restrictions/<report id>/<n>.json`, each record once.

A record concerns a report or one version of it. Of the records about the same thing the highest number holds, so a
restriction is undone by another record and never by deleting one. Nothing else in the archive changes: what is withheld
is kept, checked and replicated like everything, and it is neither listed nor shown, compared, exported or told of.
"""

from dataclasses import dataclass

from pydantic import AwareDatetime, Field

from model.capture import Capture, Record
from model.errors import Restricted
from storage.objects import checked_segment
from storage.records import create_record, numbered, read_record
from storage.versions import Versions


class Restriction(Record):
    """One decision. `reason` is told to whoever asks for the report, so it must not repeat what is to be withheld."""

    schema_version: str = "1"
    report_id: str
    n: int = Field(ge=1)
    version: int | None = Field(None, description="Only this version; none: the report with all that it ever had")
    restricted: bool = Field(description="False: an earlier decision about the same thing is undone")
    reason: str
    by: str = Field(description="Who decided")
    at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Withheld:
    """All that is withheld at one moment."""

    reports: frozenset[str]
    versions: frozenset[tuple[str, int]]
    payloads: frozenset[str]
    """SHA-256 of parts that only withheld versions have."""
    addresses: frozenset[str]
    """Where wholly withheld reports were published."""

    def hides(self, report_id: str, version: int | None = None) -> bool:
        """Is the report, or this version of it, withheld?"""
        return report_id in self.reports or (version is not None and (report_id, version) in self.versions)

    def hides_capture(self, capture: Capture) -> bool:
        """Does a capture show what is withheld? List pages, which name a title at most, do not."""
        if capture.body is not None and capture.body.sha256 in self.payloads:
            return True
        return not self.addresses.isdisjoint({capture.url, capture.requested_url, capture.document_url})


class Restrictions(Versions):
    """Decisions to withhold, and what follows from them."""

    def add_restriction(
        self, report_id: str, version: int | None, *, restricted: bool, reason: str, by: str, at: AwareDatetime
    ) -> Restriction:
        """Record a decision under the next number of its report; the record."""
        prefix = f"restrictions/{checked_segment(report_id)}/"
        facts = {"version": version, "restricted": restricted, "reason": reason, "by": by, "at": at}
        while True:
            n = max((n for n, _ in numbered(self.store, prefix)), default=0) + 1
            record = Restriction.model_validate({"report_id": report_id, "n": n, **facts})
            if create_record(self.store, f"{prefix}{n}.json", record):
                return record

    def restrictions(self, report_id: str | None = None) -> list[Restriction]:
        """Every decision, those that were undone too, by report and number."""
        prefix = f"restrictions/{checked_segment(report_id)}/" if report_id else "restrictions/"
        found = [read_record(self.store, key, Restriction) for key in self.store.list(prefix)]
        return sorted(found, key=lambda record: (record.report_id, record.n))

    def standing_restrictions(self, report_id: str | None = None) -> list[Restriction]:
        """The decisions that hold: the last one about each report and version, where it withholds."""
        last = {(record.report_id, record.version): record for record in self.restrictions(report_id)}
        return [record for record in last.values() if record.restricted]

    def withheld(self) -> Withheld:
        """All that is withheld now. Reads only the versions of reports that are concerned."""
        standing = self.standing_restrictions()
        reports = frozenset(r.report_id for r in standing if r.version is None)
        versions = frozenset((r.report_id, r.version) for r in standing if r.version is not None)
        hidden, shown, addresses = set[str](), set[str](), set[str]()
        for report_id in {r.report_id for r in standing}:
            for record in self.versions(report_id):
                closed = report_id in reports or (report_id, record.n) in versions
                (hidden if closed else shown).update(part.sha256 for part in record.manifest.parts)
                if report_id in reports:
                    addresses |= {record.url, *(part.url for part in record.manifest.parts)}
        return Withheld(reports, versions, frozenset(hidden - shown), frozenset(addresses))

    def require_open(self, report_id: str, version: int | None = None) -> None:
        """Restricted, with the reason, when the report or this version of it is withheld."""
        for record in self.standing_restrictions(report_id):
            if record.version in (None, version):
                what = report_id if record.version is None else f"version {record.version} of {report_id}"
                raise Restricted(f"{what} is restricted (451) since {record.at:%Y-%m-%d}: {record.reason}")
