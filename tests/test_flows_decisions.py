"""What is decided without archive and network: parts to documents, differences, shards, events, identities."""

from datetime import date, datetime, timedelta

import pytest

from flows.assemble import assemble, by_document
from flows.happened import event_of_loss, event_of_version
from flows.identify import Identity, Unidentified, identify
from flows.outcome import PortalOutcome, RunOutcome
from flows.plan import is_due, shards
from model.agency import Agency, AgencyName, Register
from model.canonical import sha256_hex
from model.capture import BodyRef, Capture, CaptureKind, Row
from model.compare import CellChange, Reading, changed_cells, reason_for
from model.document import Location, Manifest, PartRef
from model.portal import Portal
from model.vocabulary import EventKind, FetchState, VersionReason
from tests.storage_samples import NOON, a_location, a_version

PAGE = "https://a.gov.cn/r.html"
FILE = "https://a.gov.cn/r.docx"


def capture(
    url: str, kind: CaptureKind, state: FetchState, body: bytes | None = None, *, at: datetime = NOON, id: str = ""
) -> Capture:
    """An answer that belongs to the document at PAGE."""
    ref = BodyRef(sha256=sha256_hex(body), size=len(body), store="raw") if body is not None else None
    return Capture.model_validate(
        {"id": id or f"{kind}-{state}", "run": "r1", "shard": "000", "portal": "example", "kind": kind}
        | {"document_url": PAGE, "requested_url": url, "url": url, "fetched_at": at, "state": state, "body": ref}
        | {"crawler": "gongkai/0", "portal_digest": "0" * 64, "headers": (("ETag", '"1"'),), "status": 200}
    )


def manifest(*parts: tuple[str, CaptureKind, bytes]) -> Manifest:
    return Manifest(
        parts=tuple(PartRef(role=k, sha256=sha256_hex(b), size=len(b), url=u, capture="c0") for u, k, b in parts)
    )


def a_portal(name: str = "example", *urls: str, **settings: object) -> Portal:
    addresses = urls or ("https://a.gov.cn/list/",)
    given = {"id": name, "title": "试验栏目", "region": "990100", "start_urls": addresses, **settings}
    return Portal.model_validate(given)


def digests(found: Manifest | None) -> list[str]:
    assert found is not None
    return [part.sha256 for part in found.parts]


def test_page_and_attachment_make_one_document_in_reading_order() -> None:
    got = [
        capture(FILE, "attachment", FetchState.OK, b"file", at=NOON + timedelta(seconds=1)),
        capture(PAGE, "page", FetchState.OK, b"page"),
    ]
    publication = assemble(PAGE, got, None)
    assert publication is not None
    assert digests(publication.manifest) == [sha256_hex(b"page"), sha256_hex(b"file")]
    assert not publication.unchanged
    assert publication.validators == {PAGE: ('"1"', None), FILE: ('"1"', None)}


def test_not_modified_stands_for_the_part_known_before() -> None:
    known = manifest((PAGE, "page", b"page"), (FILE, "attachment", b"file"))
    got = [
        capture(PAGE, "page", FetchState.NOT_MODIFIED),
        capture(FILE, "attachment", FetchState.NOT_MODIFIED),
    ]
    publication = assemble(PAGE, got, known)
    assert publication is not None
    assert publication.unchanged
    assert publication.manifest == known


def test_a_part_that_was_not_asked_again_stays_when_its_page_did_not_change() -> None:
    known = manifest((PAGE, "page", b"page"), (FILE, "attachment", b"file"))
    publication = assemble(PAGE, [capture(PAGE, "page", FetchState.NOT_MODIFIED)], known)
    assert publication is not None
    assert publication.unchanged


def test_a_changed_attachment_behind_an_unchanged_page_is_a_new_document() -> None:
    known = manifest((PAGE, "page", b"page"), (FILE, "attachment", b"file"))
    got = [
        capture(PAGE, "page", FetchState.NOT_MODIFIED),
        capture(FILE, "attachment", FetchState.OK, b"other"),
    ]
    publication = assemble(PAGE, got, known)
    assert publication is not None
    assert digests(publication.manifest) == [sha256_hex(b"page"), sha256_hex(b"other")]
    assert not publication.unchanged


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("continuation", FetchState.GONE),
        ("attachment", FetchState.THROTTLED),
        ("attachment", FetchState.NOT_MODIFIED),  # of which nothing is known
        ("data", FetchState.UNREACHABLE),
    ],
)
def test_a_missing_part_makes_the_whole_incomplete(kind: CaptureKind, state: FetchState) -> None:
    publication = assemble(PAGE, [capture(PAGE, "page", FetchState.OK, b"page"), capture(FILE, kind, state)], None)
    assert publication is not None
    assert (publication.state, publication.manifest) == (FetchState.INCOMPLETE, None)


def test_a_lost_attachment_makes_no_shorter_document() -> None:
    got = [capture(PAGE, "page", FetchState.OK, b"page"), capture(FILE, "attachment", FetchState.GONE)]
    publication = assemble(PAGE, got, manifest((PAGE, "page", b"page"), (FILE, "attachment", b"file")))
    assert publication is not None
    assert (publication.state, publication.manifest) == (FetchState.INCOMPLETE, None)
    assert publication.missing == f"the part {FILE} is gone (status 200)"


def test_a_part_that_was_never_asked_for_is_missing() -> None:
    page = capture(PAGE, "page", FetchState.OK, b"page").model_copy(update={"parts": (FILE,)})
    publication = assemble(PAGE, [page], None)
    assert publication is not None
    assert (publication.state, publication.manifest) == (FetchState.INCOMPLETE, None)
    assert publication.missing == f"the part {FILE} was not asked for"
    whole = assemble(PAGE, [page, capture(FILE, "attachment", FetchState.OK, b"file")], None)
    assert whole is not None
    assert [(p.role, p.name) for p in whole.manifest.parts] == [("page", None), ("attachment", "r.docx")]  # type: ignore[union-attr]


def test_the_last_answer_of_an_address_counts() -> None:
    late = capture(PAGE, "page", FetchState.OK, b"page", at=NOON + timedelta(minutes=1), id="b")
    early = capture(PAGE, "page", FetchState.THROTTLED, at=NOON, id="a")
    groups = by_document([late, early])
    assert [c.id for c in groups[PAGE]] == ["a", "b"]
    publication = assemble(PAGE, groups[PAGE], None)
    assert publication is not None
    assert publication.state is FetchState.OK


def test_parts_without_their_page_say_nothing() -> None:
    assert assemble(PAGE, [capture(FILE, "attachment", FetchState.OK, b"file")], None) is None


def test_blank_and_zero_differ_and_order_is_the_forms() -> None:
    old = {"requests.total": None, "requests.new": 4, "requests.kept": 1}
    new = {"requests.kept": 1, "requests.new": 5, "requests.total": 0, "requests.extra": 2}
    assert changed_cells(old, new, {"requests.new": "本年新收"}) == [
        CellChange("requests.total", "requests.total", None, 0),
        CellChange("requests.new", "本年新收", 4, 5),
        CellChange("requests.extra", "requests.extra", None, 2),
    ]
    assert CellChange("a", "甲", 1, 2).as_detail() == {"id": "a", "label": "甲", "from": 1, "to": 2}


@pytest.mark.parametrize(
    ("figures", "text", "parts", "reason"),
    [
        ("f", "t", (), None),
        ("f", "t", ("x",), VersionReason.PARTS),
        ("f", "u", ("x",), VersionReason.TEXT),
        ("g", "u", ("x",), VersionReason.FIGURES),
    ],
)
def test_figures_weigh_more_than_text_than_parts(
    figures: str, text: str, parts: tuple[str, ...], reason: VersionReason | None
) -> None:
    assert reason_for(Reading({}, "f", "t", ()), Reading({}, figures, text, parts)) is reason


def test_portals_that_share_a_host_stay_in_one_shard() -> None:
    chain = [
        a_portal("aa", "https://one.cn/"),
        a_portal("bb", "https://two.cn/"),
        a_portal("cc", "https://one.cn/x/", "https://three.cn/"),
        a_portal("dd", "https://three.cn/y/"),
    ]
    assert [[p.id for p in batch] for batch in shards(reversed(chain), 1)] == [["bb"], ["aa", "cc", "dd"]]
    assert [[p.id for p in batch] for batch in shards(chain, 3)] == [["bb", "aa", "cc", "dd"]]
    assert shards([], 5) == []


@pytest.mark.parametrize(
    ("state", "days", "recheck", "due"),
    [
        ("ok", 22, "due", False),
        ("ok", 38, "due", True),
        ("gone", 0, "due", True),
        ("ok", 0, "all", True),
        ("gone", 99, "none", False),
    ],
)
def test_what_is_due(state: str, days: int, recheck: str, due: bool) -> None:
    location = a_location("r", NOON, state=state)
    assert is_due(location, a_portal(recheck_days=30), NOON + timedelta(days=days), recheck) is due  # type: ignore[arg-type]


def test_kind_of_event_by_version_and_baseline() -> None:
    first = a_version("r1", 1, b"one")
    second = a_version("r1", 2, b"two")
    before, after = NOON, NOON + timedelta(days=9)
    text = second.model_copy(update={"reason": VersionReason.TEXT})
    corrected = second.model_copy(update={"corrects": 1})
    kinds = [
        event_of_version(version, baseline, [], "verified").kind
        for version, baseline in [
            (first, None),
            (first, after),
            (first, before),
            (second, before),
            (text, before),
            (corrected, before),
        ]
    ]
    assert kinds == [
        EventKind.COLLECTED,
        EventKind.COLLECTED,
        EventKind.PUBLISHED,
        EventKind.REVISED,
        EventKind.EDITED,
        EventKind.CORRECTED,
    ]


def test_a_change_within_the_baseline_says_so_and_its_cells() -> None:
    event = event_of_version(a_version("r1", 2, b"two"), None, [CellChange("a", "甲", 1, 2)], "flagged")
    assert event.details["baseline"] is True
    assert event.details["cells"] == [{"id": "a", "label": "甲", "from": 1, "to": 2}]
    assert event.details["verdict"] == "flagged"
    assert (event.cause, event.at) == ("reports/r1/2.json", NOON + timedelta(days=2))


def test_an_event_is_the_same_each_time_and_another_for_another_cause() -> None:
    lost = capture(PAGE, "page", FetchState.GONE, id="c1")
    known = Location.model_validate({**a_location("r", NOON).model_dump(), "report_id": "r1", "version": 3})
    one, again = (event_of_loss(known, lost, {"agency": "甲局"}) for _ in range(2))
    other = event_of_loss(known, lost.model_copy(update={"id": "c2"}), {"agency": "甲局"})
    assert one == again
    assert one.id != other.id
    assert one.details == {"state": "gone", "status": 200, "version": 3, "agency": "甲局"}


def test_title_over_list_row_over_portal_file() -> None:
    row = Row(url=PAGE, title="乙局2022年年报", kind="report", year=2022, agency="乙局", date="2023/01/20")
    portal = a_portal(agency={"name": "丙局"})
    told = {"agency": {"name": "甲局", "scope": "own"}, "report_year": 2021, "title": "甲局2021年报告"}
    by_title = identify(told, row, portal, Register())
    by_row = identify({}, row, portal, Register())
    by_portal = identify({"report_year": 2020, "published_on": "nonsense"}, None, portal, Register())
    assert isinstance(by_title, Identity)
    assert isinstance(by_row, Identity)
    assert isinstance(by_portal, Identity)
    assert [(i.agency.name, i.year) for i in (by_title, by_row, by_portal)] == [
        ("甲局", 2021),
        ("乙局", 2022),
        ("丙局", 2020),
    ]
    assert by_row.published_on == date(2023, 1, 20)
    assert by_portal.published_on is None
    assert by_title.report_id == f"{by_title.agency.id}-2021-own"


def test_a_known_agency_keeps_its_id() -> None:
    known = Agency(id="aoldoldoldold", region="990100", names=(AgencyName(name="甲局"),))
    found = identify({"agency": {"name": "甲 局"}, "report_year": 2021}, None, a_portal(), Register([known]))
    assert isinstance(found, Identity)
    assert (found.agency.id, found.records) == ("aoldoldoldold", ())


@pytest.mark.parametrize(
    ("parsed", "missing"), [({"report_year": 2021}, "agency"), ({"agency": {"name": "甲局"}}, "year")]
)
def test_without_agency_or_year_a_person_has_to_look(parsed: dict[str, object], missing: str) -> None:
    found = identify(parsed, None, a_portal(), Register())
    assert isinstance(found, Unidentified)
    assert missing in found.why


def test_a_run_failed_only_when_every_portal_did() -> None:
    good = PortalOutcome(portal="good", title="甲", complete=True)
    partly = PortalOutcome(portal="partly", title="乙", complete=True, problems=("one page was cut",))
    down = PortalOutcome(portal="down", title="丙", problems=("unreachable",))
    assert RunOutcome(run="r", portals=(down,)).failed
    assert not RunOutcome(run="r", portals=(good, partly, down)).failed
    assert not RunOutcome(run="r", portals=(partly,)).failed
    assert not RunOutcome(run="r").failed
    assert RunOutcome(run="r", portals=(good, partly, down)).with_problems == ("partly", "down")
