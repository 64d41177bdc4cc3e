"""A store that lets a fifth of the calls fail: the run takes longer and comes to the same archive."""

from collections import Counter
from pathlib import Path

from flows.demo.portals import write_portals
from infra.simulator import Simulator
from tests import plainly
from tests.faulty_servers import FAULTS, failing_proxy
from tests.seaweed import Seaweed, tried
from tests.test_collect_killed import archive_at, captured, events, versions

SITE = "baisha"


def test_a_run_through_a_failing_store_comes_to_the_same_archive(seaweed: Seaweed, tmp_path: Path) -> None:
    calm, bucket = f"file:{tmp_path / 'calm'}", f"s3://{seaweed.bucket}/{tmp_path.name}?endpoint="
    tried(bucket + seaweed.endpoint)
    with (
        Simulator.start([SITE]) as simulator,
        failing_proxy(seaweed.endpoint, seed=5) as (address, faults),
    ):
        write_portals(simulator, [SITE], tmp_path / "portals")
        environment = {
            "GONGKAI_PORTALS": str(tmp_path / "portals"),
            # A silent server is given up after this long; the back-off between two tries is the real one.
            "GONGKAI_S3_READ_SECONDS": "0.5",
            "GONGKAI_S3_ATTEMPTS": "12",
        }
        for store in (calm, bucket + address):
            simulator.reset_log()
            plainly.finished(store, environment)
    seen = Counter(faults)
    assert set(seen) == set(FAULTS)
    undisturbed, archive = archive_at(calm), archive_at(bucket + seaweed.endpoint)
    assert versions(archive) == versions(undisturbed)
    assert events(archive) == events(undisturbed)
    assert captured(archive) == captured(undisturbed)
    for report_id in archive.report_ids():
        for version in archive.versions(report_id):
            assert archive.parsed(version.manifest.digest, version.parser_digest) is not None
            assert all(len(archive.raw(p.sha256)) == p.size for p in version.manifest.parts)
