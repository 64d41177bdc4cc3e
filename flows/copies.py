"""Copies of a page at other addresses: big5 gateway, bare address, mobile twin, http beside https.

A copy is a location of the report of the page that it copies, and makes no version and no event of its own.
"""

from collections.abc import Iterable

from model.document import Location
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.hosts import is_twin, page_key
from storage.archive import Archive
from storage.versions import newest_of

from .assemble import Publication
from .identify import NO_REPORT
from .outcome import DocumentOutcome
from .understand import reading, understand


class Originals:
    """The known addresses of a portal by what their pages have in common."""

    def __init__(self, portal: Portal, locations: Iterable[Location]) -> None:
        self.portal = portal
        self._by_key: dict[str, dict[str, Location]] = {}
        for location in locations:
            self.add(location)

    def add(self, location: Location) -> None:
        """Take in an address, or what became of it."""
        self._by_key.setdefault(page_key(location.url, self.portal), {})[location.url] = location

    def of(self, url: str, known: Location | None) -> Location | None:
        """The location of the page that the one at `url` copies, if it is a copy and the page's report is known.

        An address that was the page's own before stays it: of http and https, the one that was met first.
        """
        if known is not None and known.report_id is not None and not is_twin(url, self.portal):
            return None
        same = self._by_key.get(page_key(url, self.portal), {})
        places = [place for other, place in sorted(same.items()) if other != url and place.report_id is not None]
        own = [place for place in places if not is_twin(place.url, self.portal)]
        return next(iter([*own, *places]), None)


def record_copy(
    archive: Archive, publication: Publication, known: Location | None, original: Location
) -> tuple[Location, DocumentOutcome, str | None]:
    """The copy's location, its outcome, and a sentence when it shows other figures than the page."""
    assert publication.manifest is not None
    capture = publication.main
    location = original.model_copy(
        update={
            "url": publication.url,
            "state": publication.state.value,
            "first_seen": known.first_seen if known else capture.fetched_at,
            "last_checked": capture.fetched_at,
            "last_ok": capture.fetched_at,
            "last_ok_capture": capture.id,
            "manifest": publication.manifest,
            "validators": (known.validators if known else {}) | publication.validators,
            "listed": True,
            "losses": (),
            "withdrawn_at": None,
        }
    )
    year = int(original.report_id.split("-")[1]) if original.report_id else None
    outcome = DocumentOutcome(
        url=publication.url,
        title=original.title,
        what="repeated",
        state=FetchState(publication.main.state).value,
        report_id=original.report_id,
        year=year,
        verdict=original.verdict,
        version=original.version,
    )
    return location, outcome, _difference(archive, publication, original)


def _difference(archive: Archive, publication: Publication, original: Location) -> str | None:
    """A gateway's traditional characters are not read; a copy that can be read must say the same."""
    if publication.manifest is None or original.manifest is None or original.report_id is None:
        return None
    if str(understand(archive, publication.manifest)["verdict"]) in NO_REPORT:
        return None
    newest = newest_of(archive.versions(original.report_id))
    if reading(archive, publication.manifest).figures_digest == reading(archive, newest.manifest).figures_digest:
        return None
    return f"shows other figures than {original.url}, of which it is a copy; look at both"
