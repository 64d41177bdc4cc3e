"""The archive's writes: beside threaded boto3 and obstore on one server, beside plain files with fsync; bytes kept."""

import gzip
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import boto3
import obstore
from backports import zstd
from botocore.config import Config
from obstore.store import S3Store

from infra.seaweed import CREDENTIALS, KEY, SECRET, Seaweed, running_seaweed
from infra.simulator.reports import Office, make_report, render
from infra.simulator.reports.layouts import LAYOUTS
from storage.archive import Archive
from storage.local_folder import LocalFolder
from storage.objects import open_store
from storage.raw import LEVEL
from storage.settings import StorageSettings
from tests.benching import Comparison, Figures, Item

OBJECTS = 200  # in a round: half of them new, half known
SIZE = 20_000
THREADS = 16
ROUNDS = 7


class Pages:
    """Bodies of 20 KB that compress like pages do; each round has as many new ones as ones that came before."""

    def __init__(self) -> None:
        self._page = render(make_report(7, Office(name="青禾市财政局"), 2024, "form2021"), "clean").content[:SIZE]
        self._page += b" " * (SIZE - len(self._page) - 24)
        self._number = itertools.count()
        self._known = [self._new() for _ in range(OBJECTS // 2)]

    def _new(self) -> bytes:
        return b"%016d" % next(self._number) + random.Random(next(self._number)).randbytes(8) + self._page

    def round(self) -> list[bytes]:
        mixed = [self._new() for _ in range(OBJECTS // 2)] + self._known
        random.Random(1).shuffle(mixed)
        return mixed


def threaded(work: Callable[[bytes], object], bodies: Iterable[bytes]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(work, bodies):
            pass


def bench() -> Iterator[Item]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _folder(Path(folder))
    with tempfile.TemporaryDirectory() as folder, running_seaweed(Path(folder)) as server:
        os.environ.update(CREDENTIALS)
        yield from _bucket(server)
        yield from _programs(server, Path(folder))
    yield _kept_bytes()


def _folder(folder: Path) -> Iterator[Item]:
    archive, ours, theirs = Archive(LocalFolder(folder / "ours")), Pages(), Pages()
    plain = folder / "plain"
    plain.mkdir()
    number = itertools.count()

    def write(content: bytes) -> None:
        write_to(plain / f"{next(number)}", content)

    def write_to(path: Path, content: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, content)
        os.fsync(descriptor)
        os.close(descriptor)

    def write_safely(content: bytes) -> None:
        """What it takes that a file has its name only when it is whole, and has it after a power failure."""
        name = next(number)
        write_to(plain / f"{name}.part", content)
        (plain / f"{name}.part").rename(plain / f"{name}")
        descriptor = os.open(plain, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)

    def one_by_one(work: Callable[[bytes], object], pages: Pages) -> None:
        for body in pages.round():
            work(body)

    for name, peer in (
        ("plain files with fsync", write),
        ("plain files, renamed, folder flushed", write_safely),
    ):
        yield Comparison(
            f"folder: {OBJECTS} payloads of 20 KB, half known, one by one",
            partial(one_by_one, archive.keep_raw, ours),
            partial(one_by_one, peer, theirs),
            against=name,
            rounds=ROUNDS,
        )


def _bucket(server: Seaweed) -> Iterator[Item]:
    store = open_store(f"s3://{server.bucket}/ours?endpoint={server.endpoint}", settings=StorageSettings())
    archive, number = Archive(store), itertools.count()
    client = boto3.client(
        "s3", endpoint_url=server.endpoint, region_name="us-east-1", config=Config(max_pool_connections=2 * THREADS)
    )
    fast = S3Store(
        server.bucket, endpoint=server.endpoint, access_key_id=KEY, secret_access_key=SECRET, region="us-east-1",
        virtual_hosted_style_request=False, client_options={"allow_http": True},
    )  # fmt: skip

    def put(body: bytes) -> None:
        client.put_object(Bucket=server.bucket, Key=f"theirs/{next(number)}", Body=body)

    def put_fast(body: bytes) -> None:
        obstore.put(fast, f"fast/{next(number)}", body, mode="create", use_multipart=False)

    for name, peer, goal in (
        (f"boto3, {THREADS} threads", put, 1 / 0.9),
        (f"obstore, {THREADS} threads", put_fast, None),
    ):
        ours, theirs = Pages(), Pages()
        yield Comparison(
            f"SeaweedFS: {OBJECTS} payloads of 20 KB, half known, {THREADS} threads",
            lambda ours=ours: threaded(archive.keep_raw, ours.round()),  # type: ignore[misc]
            lambda peer=peer, theirs=theirs: threaded(peer, theirs.round()),  # type: ignore[misc]
            against=name,
            goal=goal,
            rounds=ROUNDS,
        )


def _programs(server: Seaweed, folder: Path) -> Iterator[Item]:
    """Programs that copy a folder, for the record, where they are installed."""
    source = folder / "files"
    source.mkdir()
    for number, body in enumerate(Pages().round() * 4):
        (source / f"{number}").write_bytes(body)
    environment = {**os.environ, **CREDENTIALS, "AWS_REGION": "us-east-1"}
    settings = f":s3,provider=Other,env_auth,endpoint='{server.endpoint}':{server.bucket}/rclone"
    commands = {
        "rclone": ["rclone", "copy", str(source), settings, "--transfers", str(THREADS), "--config", os.devnull],
        "s5cmd": ["s5cmd", "--endpoint-url", server.endpoint, "cp", f"{source}/", f"s3://{server.bucket}/s5cmd/"],
    }
    rows = []
    for name, command in commands.items():
        beside = Path(sys.executable).parent / name
        program = str(beside) if beside.exists() else shutil.which(name)
        if program is not None:
            start = time.perf_counter()
            subprocess.run([program, *command[1:]], env=environment, check=True, capture_output=True)
            rows.append((name, f"{4 * OBJECTS / (time.perf_counter() - start):.0f}"))
    if rows:
        yield Figures("objects of 20 KB per second to the same server, by programs", ("program", "objects/s"), rows)


def _kept_bytes() -> Figures:
    """How much is stored of what is received, by kind: gzip as the archive packs, beside other levels and zstd."""
    made = [
        render(make_report(seed, Office(name="青禾市财政局"), 2019 + seed % 6, "form2021"), layout).content
        for seed in range(8)
        for layout in LAYOUTS
    ]
    kinds = {"generated pages": made}
    if corpus := os.environ.get("GONGKAI_CORPUS"):
        folders = [Path(corpus), Path(corpus).with_name("corpus_lists")]
        found = sorted(file for folder in folders for file in folder.glob("*/*.*") if file.suffix != ".json")
        for name, endings in {
            "real pages": {".html"},
            "real texts": {".txt", ".md"},
            "real PDF, DOCX": {".pdf", ".docx"},
        }.items():
            kinds[name] = [file.read_bytes() for file in found if file.suffix in endings]
    ways: dict[str, Callable[[bytes], bytes]] = {
        f"gzip -{LEVEL} (the archive's)": lambda body: gzip.compress(body, LEVEL, mtime=0),
        "gzip -1": lambda body: gzip.compress(body, 1, mtime=0),
        "gzip -9": lambda body: gzip.compress(body, 9, mtime=0),
    }
    for level in (3, 9, 19):
        ways[f"zstd -{level}"] = partial(zstd.compress, level=level)
    rows = []
    for name, way in ways.items():
        start = time.process_time()
        stored = [sum(len(way(body)) for body in bodies) / sum(map(len, bodies)) for bodies in kinds.values()]
        seconds = time.process_time() - start
        size = sum(len(body) for bodies in kinds.values() for body in bodies)
        rows.append((name, *(f"{part:.3f}" for part in stored), f"{size / seconds / 1e6:.0f}"))
    heads = (f"{name} ({len(bodies)})" for name, bodies in kinds.items())
    return Figures("bytes stored per byte received", ("packing", *heads, "MB/s"), rows)
