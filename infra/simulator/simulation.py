"""The running simulator: many virtual hosts on loopback, commands to change them, and what was asked of them.

Each virtual host has a port of its own on 127.0.0.1: that works on every system and needs no resolver.
"""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.simulator.commands import Commands
from infra.simulator.control import Control
from infra.simulator.host import Host, PageCache
from infra.simulator.journal import Journal
from infra.simulator.portal import Portal
from infra.simulator.site import SiteConfig, load_site
from infra.simulator.wire import Answer, Request, Response, Witness, listen
from model.clock import Clock
from model.errors import Misconfigured

ADDRESS = "127.0.0.1"


class Simulator(Commands):
    """Virtual hosts that listen in a thread of their own. Use as a context, or call `stop`."""

    @classmethod
    def start(
        cls,
        sites: Sequence[str] = (),
        *,
        configs: Mapping[str, SiteConfig] | None = None,
        state: Path | None = None,
        now: Clock | None = None,
    ) -> Self:
        """Listen on free ports; `sites` are bundled names or YAML files, `configs` sites made in memory.

        `now`: the time that the web servers tell in `Date`; without it, that of each site's own clock, which stands
        still between commands. With a state file the ports and changes of an earlier run are taken up again. Raises
        InvalidPortal for an unusable site, Misconfigured when a port of the state file is taken.
        """
        chosen = {**dict(load_site(name) for name in sites), **(configs or {})}
        if not chosen:
            raise Misconfigured("The simulator needs at least one site.")
        pages = PageCache()
        journal = Journal(state)
        addresses = journal.state.sites
        hosts = {name: Host(Portal(name, each), pages, addresses.__getitem__, now) for name, each in chosen.items()}
        simulator = cls(hosts, journal)
        simulator._replay()
        simulator._listen()
        return simulator

    def _replay(self) -> None:
        commands, self.journal.state.commands = self.journal.state.commands, []
        for command in commands:
            self.run(command.verb, command.arguments)

    def _listen(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulator", daemon=True)
        self._thread.start()
        self._servers: list[asyncio.Server] = []
        state = self.journal.state
        try:
            for name, host in self.hosts.items():
                config = host.portal.config
                port = self._open(name, host.answer, state.ports.get(name, 0), config.tls)
                state.ports[name] = port
                state.sites[name] = f"http{'s' if config.tls else ''}://{config.name or ADDRESS}:{port}/"
            port = self._open("control", Control(self).answer, state.ports.get("control", 0))
        except OSError as error:
            self.stop()
            raise Misconfigured(f"The simulator cannot listen on {ADDRESS}: {error}.") from error
        state.ports["control"] = port
        state.control = f"http://{ADDRESS}:{port}/control"
        self.journal.write()

    def _open(self, name: str, answer: Answer, port: int, tls: str | None = None) -> int:
        def locked(request: Request) -> Response:
            with self.lock:
                response = answer(request)
                if name in self.hosts:
                    for happening in self.hosts[name].script.due(request):
                        self.run(happening.verb, {"host": name, **happening.arguments})
                return response

        def witness(request: Request, response: Response, sent: int) -> None:
            if name != "control":
                self.requests.record(name, request, response, sent)

        server = self._wait(asyncio.run_coroutine_threadsafe(_listen(port, locked, witness, tls), self._loop))
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    @staticmethod
    def _wait(future: "Future[asyncio.Server]") -> asyncio.Server:
        return future.result(timeout=10)

    def base_url(self, host: str) -> str:
        """The address of a virtual host, with a slash at the end."""
        self._host(host)
        return self.journal.state.sites[host]

    def entry_url(self, host: str) -> str:
        """The address of the first list page: what a portal's YAML names as its start."""
        portal = self._host(host).portal
        return self.base_url(host).rstrip("/") + portal.family.entry(portal.config)

    @property
    def control_url(self) -> str:
        """The address of the control interface, without a slash at the end."""
        return self.journal.state.control

    def stop(self) -> None:
        """Close all ports and end the thread; safe to call twice."""
        if self._loop.is_closed():
            return

        async def close() -> None:
            for server in self._servers:
                server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


async def _listen(port: int, answer: Answer, witness: Witness, tls: str | None) -> asyncio.Server:
    context = None
    if tls:
        # Only here: a simulator without https does without the library.
        from infra.simulator.certificates import tls_context

        context = tls_context(tls)
    return await listen(ADDRESS, port, answer, witness, context)
