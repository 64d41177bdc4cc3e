"""HTTP as the simulator speaks it: whole answers, and the broken ones of real portals."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

import h11


@dataclass(frozen=True)
class Request:
    """What a client sent; header names in lower case, the path decoded, the target as it came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    received_at: float = 0.0
    """Machine time in seconds at which the head was complete."""

    @property
    def path(self) -> str:
        """The path alone, decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address; of a repeated one the last."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The parameters of an urlencoded body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True)
class Delivery:
    """How the bytes travel: whole at once, late, in drips, cut off, or not at all."""

    delay_seconds: float = 0.0
    drip_seconds: float = 0.0
    sent_share: float = 1.0
    reset: bool = False


@dataclass(frozen=True)
class Response:
    """One answer. Content-Length is set by the wire, and stays that of the whole body when the body is cut."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery()
    header_encoding: str = "utf-8"


Answer = Callable[[Request], Response]
Witness = Callable[[Request, Response, int], None]
"""Called after each answer with the number of body bytes that were handed to the socket."""


async def listen(
    address: str, port: int, answer: Answer, witness: Witness, tls: ssl.SSLContext | None = None
) -> asyncio.Server:
    """Serve one virtual host; port 0 takes a free one."""

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled when the simulator stops: asyncio's streams would report that as an error of the callback.
        with contextlib.suppress(ConnectionError, h11.RemoteProtocolError, asyncio.CancelledError):
            await _converse(reader, writer, answer, witness)
        writer.close()

    return await asyncio.start_server(converse, address, port, backlog=256, ssl=tls)


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer, witness: Witness
) -> None:
    connection = h11.Connection(h11.SERVER)
    while (request := await _read(connection, reader)) is not None:
        response = answer(request)
        if response.delivery.delay_seconds:
            await asyncio.sleep(response.delivery.delay_seconds)
        if response.delivery.reset:
            # Logged before the abort: a client that sees the reset must find its request in the log.
            witness(request, response, 0)
            writer.transport.abort()
            return
        whole = await _send(connection, writer, request, response, witness)
        if not whole or connection.our_state is h11.MUST_CLOSE:
            return
        connection.start_next_cycle()


async def _read(connection: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
            method, target = head.method.decode("ascii"), head.target.decode("latin-1")
            return Request(method, target, headers, bytes(body), time.time())
        else:
            return None


async def _send(
    connection: h11.Connection,
    writer: asyncio.StreamWriter,
    request: Request,
    response: Response,
    witness: Witness,
) -> bool:
    """Send one answer; False when the body was cut, so that the connection has to end."""
    bodiless = request.method == "HEAD" or response.status in {204, 304}
    body = b"" if bodiless else response.body
    headers = [
        (name.encode("ascii"), value.encode(response.header_encoding)) for name, value in response.headers.items()
    ]
    if response.status not in {204, 304}:
        headers.append((b"Content-Length", str(len(response.body)).encode("ascii")))
    head = connection.send(h11.Response(status_code=response.status, headers=headers, reason=_reason(response.status)))
    cut = body[: int(len(body) * response.delivery.sent_share)]
    # Logged before the last bytes leave, so that whoever has the answer finds it in the log.
    witness(request, response, len(cut))
    writer.write(head or b"")
    if response.delivery.drip_seconds and cut:
        pieces = 20
        step = max(1, len(cut) // pieces)
        for start in range(0, len(cut), step):
            writer.write(cut[start : start + step])
            await writer.drain()
            await asyncio.sleep(response.delivery.drip_seconds / pieces)
    else:
        writer.write(cut)
        await writer.drain()
    if len(cut) < len(body):
        return False
    if body:
        connection.send(h11.Data(data=body))
    connection.send(h11.EndOfMessage())
    return True


def _reason(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode("ascii")
    except ValueError:
        return b"Unknown"
