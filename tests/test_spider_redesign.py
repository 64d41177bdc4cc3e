"""A site that changes its product between two runs keeps working: nothing is new, nothing has disappeared."""

from itertools import pairwise
from pathlib import Path

import pytest

from infra.simulator import Simulator
from model.vocabulary import EventKind
from tests.collecting import archive_in, collect, portal_of

REPORTS = 12
ALARMS = {EventKind.DISAPPEARED, EventKind.WITHDRAWN, EventKind.REVISED, EventKind.EDITED, EventKind.PUBLISHED}


def test_products_follow_one_another(tmp_path: Path) -> None:
    """The portal's file still names the first entry, and the page alone tells who shows it now."""
    products = ["trs", "hanweb", "unitbuild", "static"]
    with Simulator.start(["linhe"]) as simulator:
        simulator.redesign("linhe", "trs", keep_addresses=False)
        portal = portal_of(simulator, "linhe")
        runs = []
        for product in products:
            if product != "trs":
                simulator.redesign("linhe", product)
            runs.append(collect(tmp_path, portal)["linhe"])
    # A list without any product's marks is read as one of the product whose addresses its articles still have.
    assert [run.family for run in runs] == ["trs", "hanweb", "unitbuild", "trs"]
    assert [run.list_pages for run in runs] == [4, 3, 5, 4]
    assert [run.rows for run in runs] == [20] * 4
    assert [run.complete for run in runs] == [True] * 4
    assert [sum(d.what == "new" for d in run.documents) for run in runs] == [REPORTS, 0, 0, 0]
    # Every report was asked with its validators, and no body came.
    assert [(run.bodies, run.not_modified) for run in runs[1:]] == [(0, REPORTS)] * 3
    assert [e for run in runs[1:] for e in run.events if e.kind in ALARMS] == []
    assert {location.listed for location in archive_in(tmp_path).locations("linhe").values()} == {True}


@pytest.mark.parametrize(("before", "after"), list(pairwise(["vsb", "gkmlpt", "longsun"])))
def test_new_addresses_for_the_same_reports(before: str, after: str, tmp_path: Path) -> None:
    with Simulator.start(["meiling"]) as simulator:
        simulator.redesign("meiling", before, keep_addresses=False)  # type: ignore[arg-type]
        portal = portal_of(simulator, "meiling")
        first = collect(tmp_path, portal)["meiling"]
        simulator.redesign("meiling", after, keep_addresses=False)  # type: ignore[arg-type]
        second = collect(tmp_path, portal)["meiling"]
    assert (first.family, second.family) == (before, after)
    assert sum(d.what == "new" for d in first.documents) == REPORTS
    # The old addresses are gone and the new ones repeat what is known: locations of the same reports.
    whats = [d.what for d in second.documents]
    assert (whats.count("repeated"), whats.count("gone"), len(whats)) == (REPORTS, REPORTS, 2 * REPORTS)
    assert [e for e in second.events if e.kind in ALARMS] == []
    archive = archive_in(tmp_path)
    assert [len(archive.versions(report)) for report in archive.report_ids()] == [1] * REPORTS
