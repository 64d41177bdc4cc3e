"""Citing one figure: value, report, version, time of capture, digest, place and parser."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import AwareDatetime

from model.capture import Record
from model.document import VersionRecord
from model.english_labels import english_label
from model.errors import BadQuery
from model.forms import load_forms
from model.permalinks import Cited
from storage.archive import Archive
from storage.versions import newest_of


class Citation(Record):
    """All that stands behind a figure. `value` None: the report prints none there, or none can be known (`state`)."""

    id: str
    permalink: str
    agency: str
    report_year: int
    title: str
    url: str
    version: int
    versions: int
    captured_at: AwareDatetime
    published_on: str | None
    sha256: tuple[str, ...]
    parser: str | None
    value_id: str | None = None
    label_zh: str | None = None
    label_en: str | None = None
    value: float | int | None = None
    unit: str | None = None
    raw: str | None = None
    state: str | None = None
    verdict: str
    evidence: str | None = None
    suspect: bool | None = None
    where: str | None = None
    adjudicated: str | None = None

    def sentence(self) -> str:
        """As it may stand in a footnote."""
        what = "" if self.value_id is None else f" {self.label_zh or self.value_id}: {self._figure()}."
        doubt = " Suspect: the value may be wrong." if self.suspect else ""
        seen = f"version {self.version} of {self.versions}, captured {self.captured_at:%Y-%m-%d %H:%M} UTC"
        return f"{self.agency}, {self.title}, {self.url} ({seen}).{what}{doubt} {self.permalink}"

    def bibtex(self) -> str:
        """An entry for a bibliography."""
        note = f"version {self.version}, SHA-256 {self.sha256[0]}"
        if self.value_id is not None:
            note = f"{self.value_id} = {self._figure()}; {note}"
        fields = {
            "author": f"{{{self.agency}}}",
            "title": f"{{{self.title}}}",
            "year": (self.published_on or f"{self.report_year + 1}")[:4],
            "url": self.url,
            "urldate": f"{self.captured_at:%Y-%m-%d}",
            "note": f"{note}; {self.permalink}",
        }
        lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items())
        return f"@misc{{{self.id.partition('#')[0].replace('@', '-')},\n{lines}\n}}"

    def _figure(self) -> str:
        return f"{self.value:g} {self.unit or ''}".strip() if self.value is not None else f"no figure ({self.state})"


def cite(
    archive: Archive,
    chain: Sequence[VersionRecord],
    chosen: VersionRecord,
    parsed: Mapping[str, Any],
    cited: Cited,
    base: str | None = None,
) -> Citation:
    """What stands behind a name. `base`: address of the explorer. BadQuery when the report has no such value."""
    exact = cited._replace(version=chosen.n)
    about = {
        "id": str(exact),
        "permalink": exact.permalink(base),
        "agency": chosen.agency_name,
        "report_year": chosen.report_year,
        "title": chosen.title,
        "url": chosen.url,
        "version": chosen.n,
        "versions": len(chain),
        "captured_at": chosen.captured_at,
        "published_on": chosen.published_on.isoformat() if chosen.published_on else parsed.get("published_on"),
        "sha256": tuple(part.sha256 for part in chosen.manifest.parts),
        "parser": (parsed.get("parser") or {}).get("digest"),
        "verdict": parsed["verdict"],
    }
    if cited.value is None:
        return Citation.model_validate(about)
    value_id = cited.value
    if value_id not in parsed["values"]:
        raise BadQuery(f"{cited.report_id} has no value {value_id}; gongkai show {cited.report_id} draws those it has")
    table, cell = parsed["tables"][value_id.partition(".")[0]], parsed["cells"].get(value_id) or {}
    form = load_forms().get(table.get("era") or "")
    field = form.by_id.get(value_id) if form else None
    decided = archive.standing(chosen.report_id, chosen.manifest.digest).get(value_id)
    return Citation.model_validate(
        about
        | {
            "value_id": value_id,
            "label_zh": form.labels().get(value_id) if form else None,
            "label_en": english_label(value_id),
            "value": parsed["values"][value_id],
            "unit": cell.get("unit") or (field.unit if field else None),
            "raw": cell.get("raw"),
            "state": cell.get("state"),
            "verdict": table["verdict"],
            "evidence": table.get("evidence"),
            "suspect": value_id in parsed["suspect"],
            "where": cell.get("where"),
            "adjudicated": f"{decided.decision} {decided.value if decided.value is not None else ''}".strip()
            if decided
            else None,
        }
    )


def the_version(archive: Archive, cited: Cited) -> tuple[list[VersionRecord], VersionRecord]:
    """All versions of the report that is meant, and the one that is."""
    archive.require_open(cited.report_id, cited.version)
    chain = archive.versions(cited.report_id)
    if not chain:
        raise BadQuery(f"{archive.store.describe()} has no report {cited.report_id}; gongkai list shows what there is")
    if cited.version is None:
        chosen = newest_of(chain)
        archive.require_open(cited.report_id, chosen.n)
        return chain, chosen
    chosen_or_none = next((v for v in chain if v.n == cited.version), None)
    if chosen_or_none is None:
        raise BadQuery(f"{cited.report_id} has {len(chain)} version(s), there is no version {cited.version}")
    return chain, chosen_or_none
