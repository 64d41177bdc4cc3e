"""Settling what a run saw at one address: new, changed, a copy, as before, gone, back, or unclear."""

from pydantic import JsonValue

from model.capture import Capture
from model.document import Event, Location
from model.portal import Portal
from model.vocabulary import FetchState
from storage.archive import Archive

from .assemble import LOST, Publication
from .copies import Originals, record_copy
from .happened import event_of_loss, event_of_return
from .outcome import DocumentOutcome
from .places import Places
from .record import Recorder


class DocumentSettling:
    """The documents of one portal in one run, one after the other; collects what is to be told of them.

    `lost`: address to the capture that found no report there.
    """

    def __init__(self, archive: Archive, portal: Portal, places: Places, recorder: Recorder) -> None:
        self.archive = archive
        self.places = places
        self.recorder = recorder
        self.originals = Originals(portal, places.before.values())
        self.lost: dict[str, Capture] = {}
        self.outcomes: list[DocumentOutcome] = []
        self.events: list[Event] = []
        self.problems: list[str] = []

    def settle(self, publication: Publication, known: Location | None) -> None:
        """`known`: what was known of its address."""
        if publication.state in LOST:
            self._lost(publication, known)
        elif publication.manifest is None:
            self._unclear(publication, known)
        elif publication.unchanged and known is not None:
            self._still_there(publication, known)
        else:
            self._new_content(publication, known)

    def _lost(self, publication: Publication, known: Location | None) -> None:
        capture = publication.main
        title = known.title if known else (publication.row.title if publication.row else publication.url)
        self._note(publication, known, "gone", title)
        self.lost[publication.url] = capture
        if known is None or known.report_id is None:
            self.problems.append(f"{publication.url}: listed, but answers {capture.state} ({capture.status})")
            return
        if FetchState(known.state) not in LOST and not self.places.lives_elsewhere(known):
            self.keep(event_of_loss(known, capture, self.recorder.details(known)))
        self._remember(
            publication, known.model_copy(update={"state": capture.state.value, "last_checked": capture.fetched_at})
        )

    def _unclear(self, publication: Publication, known: Location | None) -> None:
        """Neither there nor gone: nothing is concluded, and what was known stays known."""
        title = known.title if known else (publication.row.title if publication.row else publication.url)
        self._note(publication, known, "unclear", title)
        why = f" ({publication.missing})" if publication.missing else self._why(publication.main)
        self.problems.append(f"{publication.url}: {publication.state}{why}")
        if known is None:
            return
        update: dict[str, object] = {"last_checked": publication.main.fetched_at}
        if publication.missing and FetchState(known.state) not in LOST:
            # The next run asks again for what lacks a part, instead of waiting until the document is due.
            update["state"] = publication.state.value
        self._remember(publication, known.model_copy(update=update))

    @staticmethod
    def _why(capture: Capture) -> str:
        told = capture.error or (f"status {capture.status}" if capture.status else "")
        return f" ({told})" if told else ""

    def _still_there(self, publication: Publication, known: Location) -> None:
        capture = publication.main
        if FetchState(known.state) in LOST and known.report_id is not None and not self.places.lives_elsewhere(known):
            self.keep(event_of_return(known, capture, self._returning(known, [known])))
        self._note(publication, known, "unchanged", known.title)
        self._remember(
            publication,
            known.model_copy(
                update={
                    "state": publication.state.value,
                    "last_checked": capture.fetched_at,
                    "last_ok": capture.fetched_at,
                    "last_ok_capture": capture.id,
                    "validators": {**known.validators, **publication.validators},
                    "losses": (),
                    "withdrawn_at": None,
                }
            ),
        )

    def _new_content(self, publication: Publication, known: Location | None) -> None:
        original = self.originals.of(publication.url, known)
        if original is not None:
            location, outcome, problem = record_copy(self.archive, publication, known, original)
            if problem:
                self.problems.append(f"{publication.url} {problem}")
            self.outcomes.append(outcome)
            self._remember(publication, location)
            return
        recorded = self.recorder.record(publication, known)
        if recorded.problem:
            self.problems.append(f"{publication.url}: {recorded.problem}")
        self.events += recorded.events
        location = recorded.location.model_copy(update={"state": publication.state.value})
        if recorded.outcome.what != "new" and self.places.was_lost(location, known):
            had = self.places.before_it_was_here(location, known)
            self.keep(event_of_return(location, publication.main, self._returning(location, had)))
        self.outcomes.append(recorded.outcome)
        self._remember(publication, location)

    def _returning(self, location: Location, had: list[Location]) -> dict[str, JsonValue]:
        """What the event of a return tells beside its report: whether anybody was told that it was withdrawn."""
        withdrawn = any(place.withdrawn_at is not None for place in had)
        return {**self.recorder.details(location), "was_withdrawn": withdrawn}

    def keep(self, event: Event) -> None:
        """Tell of something, once."""
        if event in self.events:
            return
        self.archive.add_event(event)
        self.events.append(event)

    def _remember(self, publication: Publication, location: Location) -> None:
        if publication.main.imported_from is not None:
            return  # what an address showed to others, long ago, says nothing of what it shows now
        self.places.changed[publication.url] = location
        self.originals.add(location)

    def _note(self, publication: Publication, known: Location | None, what: str, title: str) -> None:
        # What an incomplete document lacks is one of its parts: its page may have been well.
        state = publication.main.state if publication.manifest else publication.state
        self.outcomes.append(
            DocumentOutcome.model_validate(
                {"url": publication.url, "title": title, "what": what, "state": state.value}
                | (self.recorder.known_fields(known) if known else {})
            )
        )
