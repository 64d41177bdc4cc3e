"""A real S3 server on this machine: SeaweedFS on free loopback ports, for tests and for the demo on S3."""

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

BUCKET = "archive"
KEY, SECRET = "test-key", "test-secret"  # known to this server only
CREDENTIALS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true"}


class Seaweed(NamedTuple):
    """Where the server answers; whoever uses it puts `CREDENTIALS` into its environment."""

    endpoint: str
    bucket: str


def weed() -> Path:
    """The server's program, installed beside the interpreter by the `dev` dependencies."""
    return Path(sys.executable).parent / "weed"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, each with the port 10000 above it (the server's gRPC side) free too."""
    ports: list[int] = []
    with contextlib.ExitStack() as held:
        while len(ports) < count:
            low, high = (held.enter_context(socket.socket()) for _ in range(2))
            low.bind(("127.0.0.1", 0))
            port = low.getsockname()[1]
            if port + 10000 > 65535:
                continue
            with contextlib.suppress(OSError):
                high.bind(("127.0.0.1", port + 10000))
                ports.append(port)
    return ports


@contextlib.contextmanager
def running_seaweed(folder: Path) -> Iterator[Seaweed]:
    """A server with its data in `folder`, and a bucket in it."""
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [identity]}))
    (folder / "data").mkdir()
    master, volume, filer, s3, admin = free_ports(5)
    command = [
        *(str(weed()), "-logtostderr=true", "mini", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *(f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", f"-s3.port={s3}"),
        *(f"-admin.port={admin}", f"-s3.config={config}", f"-filer.localSocket={folder / 'filer.sock'}"),
        *("-webdav=false", "-admin.ui=false", "-master.telemetry=false"),
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        endpoint = f"http://127.0.0.1:{s3}"
        _create_bucket(endpoint, server, folder / "log")
        yield Seaweed(endpoint, BUCKET)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _create_bucket(endpoint: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        config=Config(retries={"max_attempts": 1}, connect_timeout=1, read_timeout=5),
    )
    until = time.monotonic() + 60
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="state/ready", Body=b"")
            client.delete_object(Bucket=BUCKET, Key="state/ready")
            return
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"].startswith("BucketAlready"):
                client.put_object(Bucket=BUCKET, Key="state/ready", Body=b"")
                return
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"SeaweedFS did not start: {log.read_text()[-2000:]}") from error
            time.sleep(0.2)  # a server that starts gives no other sign
