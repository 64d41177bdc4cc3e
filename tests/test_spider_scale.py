"""The shape of a large crawl, small: many hosts in one process, each asked alone and spaced, everything kept."""

from collections import Counter
from pathlib import Path

from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.bench_spiders import run_client, server, spaced

HOSTS, REPORTS, DELAY = 40, 5, 0.1
MOST_MEMORY = 350  # MB


def test_many_hosts_are_each_asked_alone_and_everything_is_kept(tmp_path: Path) -> None:
    folder = str(tmp_path / "archive")
    with server(HOSTS, REPORTS, tmp_path) as (ports, asked):
        used = run_client("ours", ports, REPORTS, DELAY, folder)
        first = asked()
        run_client("again", ports, REPORTS, DELAY, folder)
        second = asked()
    # `spaced` also fails when a host is asked before its last answer.
    spaced(first, DELAY)
    spaced(second, DELAY)
    assert used.memory < MOST_MEMORY
    documents = [f"/zfxxgknb/t20250120_{n}.html" for n in range(REPORTS)]
    expected = dict.fromkeys(("/robots.txt", "/zfxxgknb/", *documents), HOSTS)
    assert Counter(path for _, _, _, path, _ in first) == expected
    archive = Archive(open_store(folder, settings=StorageSettings()))
    kept = list(archive.captures("bench1"))
    assert Counter(capture.kind for capture in kept) == {"robots": HOSTS, "list": HOSTS, "page": HOSTS * REPORTS}
    pages = [capture.body.sha256 for capture in kept if capture.kind == "page" and capture.body]
    assert len(set(pages)) == HOSTS * REPORTS
    assert all(archive.raw(digest) for digest in pages[:: HOSTS // 4])
    assert len(list(archive.visits("bench1"))) == HOSTS
    assert all(visit.complete and not visit.problems for visit in archive.visits("bench1"))
    # The second crawl asks for lists only, and gets none of them again.
    assert Counter((path, status) for _, _, _, path, status in second) == {
        ("/robots.txt", 404): HOSTS,
        ("/zfxxgknb/", 304): HOSTS,
    }
