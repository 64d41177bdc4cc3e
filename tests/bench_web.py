"""The explorer over many generated reports: pages with twenty readers at once, beside Datasette on a release's file.

`GONGKAI_BENCH_WEB=100000 GONGKAI_DATASETTE=…/bin/datasette python -m tests.bench web`. The default is small and alone;
Datasette has an environment of its own (`python3 -m venv …; …/bin/pip install datasette`). Both are asked in turns, by
the same readers, from the same machine; neither has workers beside the one process.
"""

import http.client
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlencode

from model.forms import load_forms
from storage.catalogue import Catalogue
from tests.benching import Figures, Item
from tests.generated_explorer import DEPARTMENTS, YEARS, Generated, GeneratedArchive, agency_id, template

SIZE = int(os.environ.get("GONGKAI_BENCH_WEB", "2000"))
DATASETTE = os.environ.get("GONGKAI_DATASETTE", "")
READERS = 20
ROUNDS = 5
PAGES = tuple(os.environ.get("GONGKAI_BENCH_PAGES", "search,report,compare").split(","))
SECONDS = float(os.environ.get("GONGKAI_BENCH_SECONDS", "15"))
FIGURES = ("applications.new_received.total", "applications.results.disclosed.total")
Question = Callable[[random.Random], str]


def archive(folder: Path, size: int) -> GeneratedArchive:
    store = Generated(folder / "archive", fsync=False)
    store.agencies = size // len(YEARS)
    return GeneratedArchive(store)


def build(folder: Path, size: int) -> None:
    """In a process of its own: the catalogue, and for Datasette the SQLite file of a release.

    The release's file is made of reports with twenty values, which is soon done; `widen` gives it the others.
    """
    made = archive(folder, size)
    begin = time.perf_counter()
    Catalogue(made, folder / "catalogue.sqlite").rebuild()
    sys.stderr.write(f"catalogue: {time.perf_counter() - begin:.0f} s\n")
    if DATASETTE:
        from storage.releases import browsing, release

        made.lean = True
        begin = time.perf_counter()
        browsing.MOST_VALUES = 1_000_000_000  # in one file, so that one server can be asked across years
        (folder / "release").mkdir()
        release._write_parquet(made, folder / "release", None, lambda *_: None)
        browsing.write_sqlite(folder / "release")
        widen(folder / "release" / "gongkai.sqlite")
        sys.stderr.write(f"release as SQLite: {time.perf_counter() - begin:.0f} s on {date.today()}\n")  # noqa: DTZ011


def widen(file: Path) -> None:
    """All values of its form for each report in a release's file, as a release has them; by SQL, which is quick."""
    database = sqlite3.connect(file, isolation_level=None)
    database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; DROP INDEX cells_by_field;")
    for form in load_forms().values():
        told = [(f.id, f.row_label, f.id, f.table, form.id) for f in form.fields]
        database.executemany(
            'INSERT OR IGNORE INTO fields (id, label_zh, label_en, "table", form) VALUES (?,?,?,?,?)', told
        )
    database.executescript(
        "BEGIN; INSERT OR IGNORE INTO cells SELECT i.n, f.n, (i.n * 7 + f.n) % 50, NULL, c.unit, c.state, c.method,"
        " c.place, 0, NULL, NULL FROM report_numbers i JOIN reports r ON r.report_id = i.report_id"
        " JOIN fields f ON f.form = CASE WHEN r.report_year < 2021 THEN 'form2019' ELSE 'form2021' END"
        " JOIN (SELECT * FROM cells LIMIT 1) c ORDER BY i.n, f.n; COMMIT;"
        " CREATE INDEX cells_by_field ON cells (field); PRAGMA optimize;"
    )
    database.close()


def serve(folder: Path, size: int, port: int) -> None:
    """In a process of its own: the explorer, as `gongkai serve` runs it."""
    from web.serving import listen
    from web.settings import WebSettings

    made = archive(folder, size)
    for year in YEARS:
        for variant in range(7):
            template(year, variant, False)  # made once, before anybody asks
    settings = WebSettings(requests_per_minute=10_000_000)
    listen(
        made, Catalogue(made, folder / "catalogue.sqlite"), settings, host="127.0.0.1", port=port,
        originals_port=port + 1, errata=False,
    )  # fmt: skip


def chosen(rng: random.Random, size: int) -> int:
    return rng.randrange(size // len(YEARS))


def our_questions(size: int) -> dict[str, Question]:
    def search(rng: random.Random) -> str:
        words = rng.choice(("复议", "微信 解读", "财政局", "教育局 公开", "监督 培训", "", f"第{chosen(rng, size)}号"))
        asked = {"q": words, "region": f"{rng.randrange(11, 66)}" if rng.random() < 0.5 else ""}
        asked["year"] = str(rng.choice(YEARS)) if rng.random() < 0.5 else ""
        return "/search?" + urlencode({k: v for k, v in asked.items() if v})

    def compare(rng: random.Random) -> str:
        pairs = [("agency", agency_id(chosen(rng, size))) for _ in range(3)] + [("figure", name) for name in FIGURES]
        return "/compare?" + urlencode(pairs)

    return {
        "search": search,
        "report": lambda rng: f"/reports/{agency_id(chosen(rng, size))}-{rng.choice(YEARS)}-own",
        "compare": compare,
    }


def datasette_questions(size: int) -> dict[str, Question]:
    """The nearest that a table browser has: filtered and faceted rows, a report's values, a query by agency."""

    def search(rng: random.Random) -> str:
        asked = [("_size", "25"), ("_facet", "verdict"), ("_facet", "report_year"), ("_facet", "level")]
        asked.append(("title__contains", rng.choice(DEPARTMENTS)))
        if rng.random() < 0.5:
            asked.append(("region__startswith", f"{rng.randrange(11, 66)}"))
        if rng.random() < 0.5:
            asked.append(("report_year__exact", str(rng.choice(YEARS))))
        return "/gongkai/reports?" + urlencode(asked)

    def compare(rng: random.Random) -> str:
        who = ",".join(f"'{agency_id(chosen(rng, size))}'" for _ in range(3))
        what = ",".join(f"'{name}'" for name in FIGURES)
        sql = f'select agency_id, report_year, id, value from "values" where agency_id in ({who}) and id in ({what})'
        return f"/gongkai?sql={quote(sql)}"

    def report(rng: random.Random) -> str:
        name = f"{agency_id(chosen(rng, size))}-{rng.choice(YEARS)}-own"
        sql = f"select id, label_zh, value, state, suspect from \"values\" where report_id = '{name}'"
        return f"/gongkai?sql={quote(sql)}&_hide_sql=1"

    return {"search": search, "report": report, "compare": compare}


def asked_by_many(
    port: int, question: Question, seconds: float, turn: int, *, one_each: bool = False
) -> tuple[list[float], int]:
    """Milliseconds of each answer, sorted, and how many were no page; twenty readers, each with its connection.

    `one_each`: each reader asks once, however long that takes: for the warming up.
    """
    times: list[float] = []
    failed = 0
    until = time.monotonic() + seconds
    lock = threading.Lock()

    def read(number: int) -> None:
        nonlocal failed
        rng = random.Random(number + 1_000 * turn)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        first = True
        while first or (time.monotonic() < until and not one_each):
            first = False
            begin = time.perf_counter()
            connection.request("GET", question(rng), headers={"accept-encoding": "gzip", "accept-language": "zh"})
            answer = connection.getresponse()
            answer.read()
            took = 1000 * (time.perf_counter() - begin)
            with lock:
                times.append(took)
                failed += answer.status != 200
        connection.close()

    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), failed


@dataclass
class Spent:
    """What a server did in all its turns."""

    times: list[float] = field(default_factory=list)
    failed: int = 0
    cpu: float = 0.0
    memory: list[int] = field(default_factory=list)

    def add(self, times: list[float], failed: int, cpu: float, memory: int) -> None:
        self.times += times
        self.failed += failed
        self.cpu += cpu
        self.memory.append(memory)

    def row(self) -> tuple[str, ...]:
        times = sorted(self.times)
        tall, each = times[int(len(times) * 0.95)], 1000 * self.cpu / len(times)
        held = f"{self.memory[0]} → {self.memory[-1]}"
        return (
            f"{statistics.median(times):.0f}", f"{tall:.0f}", str(len(times)), f"{each:.1f}", str(self.failed), held
        )  # fmt: skip


def cpu(process: "subprocess.Popen[bytes]") -> float:
    """Seconds that it has computed."""
    told = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: "subprocess.Popen[bytes]") -> int:
    """MB of its own that it holds now; pages of files that it reads are the system's."""
    told = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(told.split("RssAnon:")[1].split()[0]) // 1024


@contextmanager
def running(command: list[str], port: int, path: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 120
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", path)
                connection.getresponse().read()
                break
            except OSError:
                assert time.monotonic() < until, command
                time.sleep(0.2)  # another process starts, there is nothing to wait on
        yield process
    finally:
        process.kill()  # it holds nothing, and a query that goes on would keep it alive
        process.wait(20)


def bench() -> Iterator[Item]:
    with tempfile.TemporaryDirectory() as place:
        yield from _bench(Path(os.environ.get("GONGKAI_BENCH_WEB_FOLDER") or place))


def _bench(folder: Path) -> Iterator[Item]:
    here = [sys.executable, "-c"]
    code = "import sys; from pathlib import Path; from tests import bench_web as b; "
    if not (folder / "catalogue.sqlite").exists():
        subprocess.run([*here, f"{code}b.build(Path({str(folder)!r}), {SIZE})"], check=True)
    port = 8_791
    servers = {"gongkai": ([*here, f"{code}b.serve(Path({str(folder)!r}), {SIZE}, {port})"], port, our_questions(SIZE))}
    if DATASETTE:
        command = [DATASETTE, "serve", "-i", str(folder / "release" / "gongkai.sqlite"), "--port", str(port + 2)]
        command += ["--setting", "sql_time_limit_ms", "60000", "--setting", "facet_time_limit_ms", "60000"]
        servers["datasette"] = (command, port + 2, datasette_questions(SIZE))
    rows = []
    with ExitStack() as stack:
        started = {
            name: stack.enter_context(running(command, at, "/robots.txt" if name == "gongkai" else "/-/versions.json"))
            for name, (command, at, _) in servers.items()
        }
        for kind in PAGES:
            spent: dict[str, Spent] = {name: Spent() for name in servers}
            for turn in range(
                ROUNDS + 1
            ):  # the first is for warming up; then in turns, so that a busy machine slows both
                for name, (_, at, questions) in servers.items():
                    before = cpu(started[name])
                    times, failed = asked_by_many(at, questions[kind], SECONDS / ROUNDS, turn, one_each=not turn)
                    if turn:
                        spent[name].add(times, failed, cpu(started[name]) - before, memory(started[name]))
            rows += [(kind, name, *told.row()) for name, told in spent.items()]
    heads = ("page", "server", "median ms", "p95 ms", "pages", "CPU ms/page", "not 200", "memory MB")
    yield Figures(f"explorer: {SIZE:,} reports, {READERS} readers at once", heads, rows)
