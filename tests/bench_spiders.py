"""Crawling at scale: many hosts in one process, against a bare Scrapy spider that only downloads the same pages.

Both ask the same server with the same delay between two requests to a host, one after the other in the same run. With
2,000 hosts that is the delay of a portal by default, 4 seconds, so that politeness alone allows 500 pages a second.
With fewer hosts it is shorter in proportion: else both would wait most of the time, and the ratio would be 1. Size by
the environment: BENCH_HOSTS=2000 BENCH_REPORTS=40 make bench ONLY=spiders (twenty minutes; the default takes one).
"""

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from infra.simulator.reports import Office, make_report, render
from model.capture import CrawlJob, KnownDocument, KnownPart
from tests.benching import Figures, Item
from tests.crawling import portal

HOSTS = int(os.environ.get("BENCH_HOSTS", "200"))
REPORTS = int(os.environ.get("BENCH_REPORTS", "10"))
RATE = 500
GOAL = 0.7
MOST_MEMORY = 1024
TITLE = "青禾市第{n}局{year}年政府信息公开工作年度报告"


# --- the server: a process of its own, with a port for each host


class Site(asyncio.Protocol):
    """One connection to one host; answers from memory and writes down when it was asked and answered."""

    pages: ClassVar[dict[bytes, tuple[bytes, bytes]]] = {}
    log: ClassVar[list[tuple[int, float, float, bytes, int]]] = []

    def connection_made(self, transport: Any) -> None:
        self.transport, self.port, self.buffer = transport, transport.get_extra_info("sockname")[1], b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            self.answer(head)

    def answer(self, head: bytes) -> None:
        began = time.time()
        path = head.split(b" ", 2)[1]
        name = b"list" if path == b"/zfxxgknb/" else path.rpartition(b"_")[2]
        found = self.pages.get(name)
        if found is None:
            status, body, tag = b"404 Not Found", b"not here", b""
        else:
            body, tag = found
            body = body.replace(b"@PORT@", b"%d" % self.port)
            status = b"304 Not Modified" if b'if-none-match: "' + tag in head.lower() else b"200 OK"
        sent = b"" if status.startswith(b"304") else body
        lines = b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n" % (status, len(sent))
        self.transport.write(lines + (b'ETag: "%s"\r\n' % tag if tag else b"") + b"\r\n" + sent)
        self.log.append((self.port, began, time.time(), path, int(status[:3])))


def page_of(number: int) -> bytes:
    """A report of some 30 KB, which costs as much to read as a real one of 36 does.

    Each host's has its own name, so that no two are the same bytes.
    """
    report = make_report(3, Office(name=f"青禾市第{number}局"), 2024, "form2021")
    return render(report, "word_fragments").content.replace(b"</body>", b"<p>@PORT@</p></body>")


def serve(hosts: int, reports: int) -> None:
    """Listen on `hosts` ports; tells them in a line, then for each line of input the log since the last one."""
    rows = "".join(
        f'<li><a href="./t20250120_{n}.html" title="{TITLE.format(n=n, year=2024)}">{n}</a><span>2025-01-20</span></li>'
        for n in range(reports)
    )
    listing = f'<html><body><ul>{rows}</ul><script>createPageHTML(1, 0, "index", "html");</script></body></html>'
    Site.pages = {b"list": (listing.encode(), b"l")}
    Site.pages |= {b"%d.html" % n: (page_of(n), b"%d" % n) for n in range(reports)}

    async def main() -> None:
        loop = asyncio.get_running_loop()
        servers = [await loop.create_server(Site, "127.0.0.1", 0, backlog=64) for _ in range(hosts)]
        print(json.dumps([server.sockets[0].getsockname()[1] for server in servers]), flush=True)  # noqa: T201
        while await loop.run_in_executor(None, sys.stdin.readline):
            log, Site.log = Site.log, []
            Path(f"{LOGS}.new").write_text(json.dumps([(p, b, e, path.decode(), s) for p, b, e, path, s in log]))
            Path(f"{LOGS}.new").replace(LOGS)
            print("written", flush=True)  # noqa: T201

    asyncio.run(main())


LOGS = os.environ.get("BENCH_LOG", "")


@contextmanager
def server(hosts: int, reports: int, folder: Path) -> Iterator[tuple[list[int], Any]]:
    """Its ports, and a function that gives what was asked since it was last called."""
    log = folder / "log.json"
    command = [sys.executable, "-m", "tests.bench_spiders", "serve", str(hosts), str(reports)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "BENCH_LOG": str(log)}
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout
    ports = json.loads(stdout.readline())

    def asked() -> list[tuple[int, float, float, str, int]]:
        stdin.write("\n")
        stdin.flush()
        stdout.readline()
        return [tuple(line) for line in json.loads(log.read_text())]

    try:
        yield ports, asked
    finally:
        process.kill()
        process.wait()


# --- the two clients, each a process of its own


def ours(ports: list[int], reports: int, delay: float, folder: str, again: bool) -> None:
    """A crawl as `gongkai collect` runs it, its captures kept in an archive."""
    from spiders.process import run_crawl
    from storage.archive import Archive
    from storage.ledger_writer import LedgerWriter
    from storage.objects import open_store
    from storage.settings import StorageSettings

    portals = [
        portal(f"127.0.0.1:{port}", id=f"p{port}", politeness={"delay": delay, "daily_requests": 100_000})
        for port in ports
    ]
    known = {p.id: tuple(_known(port, n) for n in range(reports)) for p, port in zip(portals, ports, strict=True)}
    work = CrawlJob(
        run="bench2" if again else "bench1", shard="000", portals=tuple(portals), known=known if again else {}
    )
    archive = Archive(open_store(folder, settings=StorageSettings()))
    if again:
        before = [c for c in archive.captures("bench1") if c.kind == "list"]
        work = work.model_copy(update={"lists": {c.portal: (c,) for c in before}})
    with LedgerWriter(archive.store, work.run, work.shard) as sink:
        run_crawl(work, sink, list_body=archive.list_body)


def _known(port: int, n: int) -> KnownDocument:
    url = f"http://127.0.0.1:{port}/zfxxgknb/t20250120_{n}.html"
    return KnownDocument(url=url, due=False, parts=(KnownPart(url=url, kind="page", etag=f'"{n}"'),))


def bare(ports: list[int], reports: int, delay: float) -> None:
    """A Scrapy spider that downloads the same addresses with the same delays, and does nothing with them."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    class Bare(scrapy.Spider):
        name = "bare"

        async def start(self) -> Any:
            names = ["robots.txt", "zfxxgknb/", *(f"zfxxgknb/t20250120_{n}.html" for n in range(reports))]
            for name in names:
                for port in ports:
                    meta = {"download_slot": f"127.0.0.1:{port}", "handle_httpstatus_all": True}
                    yield scrapy.Request(f"http://127.0.0.1:{port}/{name}", meta=meta, dont_filter=True)

        def parse(self, response: Any) -> None: ...

    settings = {
        "CONCURRENT_REQUESTS": max(64, len(ports)),
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": delay,
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "ROBOTSTXT_OBEY": False,
        "COOKIES_ENABLED": False,
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
    }
    process = CrawlerProcess(settings)
    process.crawl(Bare)
    process.start(install_signal_handlers=False)


class Used(NamedTuple):
    """Peak memory in MB and CPU seconds of a process."""

    memory: int
    cpu: float


def run_client(kind: str, ports: list[int], reports: int, delay: float, folder: str) -> Used:
    """Run a client to its end, and tell what it used."""
    command = [sys.executable, "-m", "tests.bench_spiders", kind, json.dumps(ports), str(reports), str(delay), folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    kilobytes, cpu = done.stdout.split()[-2:]
    return Used(int(kilobytes) // 1024, float(cpu))


def spaced(log: list[tuple[int, float, float, str, int]], delay: float) -> float:
    """The shortest time between an answer and the next request to the same host; nobody was asked twice at once."""
    last: dict[int, float] = {}
    shortest = float("inf")
    for port, began, ended, _, _ in sorted(log, key=lambda line: line[1]):
        if port in last:
            shortest = min(shortest, began - last[port])
        last[port] = ended
    assert shortest >= delay * 0.95, f"{shortest:.3f} s between two requests to a host, where {delay:.3f} s are due"
    return shortest


def pace_of(log: list[tuple[int, float, float, str, int]]) -> float:
    """Pages per second, from the first request to the last answer."""
    return len(log) / (max(line[2] for line in log) - min(line[1] for line in log))


def bench() -> Iterator[Item]:
    """Pages per second, memory, spacing, and what a second crawl asks."""
    delay = HOSTS / RATE
    with tempfile.TemporaryDirectory() as name, server(HOSTS, REPORTS, Path(name)) as (ports, asked):
        archive = f"{name}/archive"
        used_bare = run_client("bare", ports, REPORTS, delay, archive)
        log_bare = asked()
        used_ours = run_client("ours", ports, REPORTS, delay, archive)
        log_ours = asked()
        used_again = run_client("again", ports, REPORTS, delay, archive)
        log_again = asked()
        expected = HOSTS * (REPORTS + 2)
        assert len(log_ours) == len(log_bare) == expected, (len(log_ours), len(log_bare), expected)
        gap = spaced(log_ours, delay)
        spaced(log_again, delay)
        assert {(path, status) for _, _, _, path, status in log_again} == {("/robots.txt", 404), ("/zfxxgknb/", 304)}
        ratio = pace_of(log_ours) / pace_of(log_bare)
        memory = f"{used_ours.memory} ({'<' if used_ours.memory < MOST_MEMORY else 'above'} {MOST_MEMORY})"
        reached = f"{ratio:.2f} ({'≥' if ratio >= GOAL else 'below'} {GOAL})"
        rows = [
            ("bare Scrapy", f"{pace_of(log_bare):.0f}", "", *_used(used_bare, log_bare), ""),
            ("gongkai", f"{pace_of(log_ours):.0f}", reached, memory, *_used(used_ours, log_ours)[1:], f"{gap:.2f}"),
            ("gongkai again: lists only", "", "", *_used(used_again, log_again), ""),
            *_others(ports[:20], asked),
        ]
        title = f"{HOSTS} hosts × {REPORTS} reports, {delay:.2f} s between two requests to a host"
        heads = ("", "pages/s", "ours to bare", "peak MB", "requests", "CPU ms each", "least gap in s")
        yield Figures(title, heads, rows)


def _used(used: Used, log: list[Any]) -> tuple[str, str, str]:
    return str(used.memory), str(len(log)), f"{used.cpu / len(log) * 1000:.1f}"


def _others(ports: list[int], asked: Any) -> Iterator[tuple[str, ...]]:
    """wget and curl on a few hosts without any delay, for the record; they keep no ledger and judge nothing."""
    for tool, options in (("wget", ["-q", "-O", os.devnull]), ("curl", ["-s", "-o", os.devnull])):
        if shutil.which(tool) is None:
            continue
        names = ["zfxxgknb/", *(f"zfxxgknb/t20250120_{n}.html" for n in range(REPORTS))]
        urls = [f"http://127.0.0.1:{port}/{name}" for port in ports for name in names]
        sinks = ["-o", os.devnull] * (len(urls) - 1) if tool == "curl" else []
        subprocess.run([tool, *options, *sinks, *urls], check=False, capture_output=True)
        log = asked()
        yield (f"{tool}, one host after another, no delay", f"{pace_of(log):.0f}", "", "", str(len(log)), "", "")


def main(kind: str, *rest: str) -> None:
    """What the processes of the bench run."""
    if kind == "serve":
        serve(int(rest[0]), int(rest[1]))
        return
    ports, reports, delay, folder = json.loads(rest[0]), int(rest[1]), float(rest[2]), rest[3]
    if kind == "bare":
        bare(ports, reports, delay)
    else:
        ours(ports, reports, delay, folder, again=kind == "again")
    used = resource.getrusage(resource.RUSAGE_SELF)
    # Not ru_maxrss: a process that was forked and then replaced is charged with what its parent held.
    status = Path("/proc/self/status").read_text("ascii")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    print(peak, used.ru_utime + used.ru_stime)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
