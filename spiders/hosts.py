"""Whose hosts may be read, which addresses are never asked, and which addresses are copies of one another.

The data are in `hosts.yml`. A host is official by the END of its name or by hand; `contains gov-cn` proves nothing.
"""

import ipaddress
import re
import socket
import unicodedata
from datetime import date
from functools import lru_cache
from importlib.resources import files
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field

from model.portal import Portal

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Names that RFC 2606 and RFC 6761 keep out of the public name system: nobody can own them.
RESERVED = ("example", "test", "invalid", "localhost")
# 64:ff9b::/96 wraps an IPv4 address for networks without one (RFC 6052).
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@lru_cache(maxsize=10_000)
def host_of(url: str) -> str:
    """Host name with its port where that is not the scheme's own: the unit of politeness and of the allow-list."""
    parts = urlsplit(url)
    port = parts.port
    name = (parts.hostname or "").lower()
    name = f"[{name}]" if ":" in name else name
    return name if port is None or port == {"http": 80, "https": 443}.get(parts.scheme) else f"{name}:{port}"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HostEntry(_Data):
    """A suffix or a host, and the days on which the entry holds."""

    name: str
    since: date
    until: date | None = None
    same_as: str | None = None
    note: str = ""

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class _Twins(_Data):
    gateway_paths: tuple[str, ...]
    paths: tuple[dict[str, str], ...]
    mobile_labels: tuple[str, ...]


class HostLists(_Data):
    """`hosts.yml`."""

    suffixes: tuple[HostEntry, ...]
    hosts: tuple[HostEntry, ...]
    mirrors: tuple[HostEntry, ...]
    twins: _Twins = Field(description="How the address of a copy leads to that of the page")


@lru_cache(maxsize=1)
def host_lists() -> HostLists:
    """The lists that ship with gongkai."""
    return HostLists.model_validate(yaml.safe_load((files("spiders") / "hosts.yml").read_text("utf-8")))


def name_of(host: str) -> str:
    """A host as links write it, without port and brackets, in plain ASCII where it only looks different."""
    name = (
        host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0] if host.count(":") < 2 else host
    )
    return unicodedata.normalize("NFKC", name).replace("。", ".").lower().rstrip(".")


def literal_address(host: str) -> Address | None:
    """The address that a host means without asking anybody, in whatever notation: 127.1, 0x7f000001, 2130706433."""
    name = name_of(host).partition("%")[0]
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    # What a C library takes for an address is one: octal, hexadecimal, fewer than four numbers.
    if re.fullmatch(r"[0-9a-fx.]+", name) and name[:1].isdigit():
        try:
            return ipaddress.IPv4Address(socket.inet_aton(name))
        except OSError:
            return None
    return None


def is_private(address: Address) -> bool:
    """Is this no address of the public network? Those wrapped in an IPv6 address count as what they wrap."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if wrapped is None and address in NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None and is_private(wrapped):
            return True
    return not address.is_global or address.is_multicast


def is_loopback(host: str) -> bool:
    """Does this host name or address, with or without a port, mean this machine?"""
    name = name_of(host)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = literal_address(name)
    return address is not None and address.is_loopback


def entry_for(host: str, day: date) -> HostEntry | None:
    """The entry that makes a host official on a day; None when nothing does."""
    name, lists = name_of(host), host_lists()
    by_hand = (e for e in lists.hosts if e.name == name)
    by_suffix = (e for e in lists.suffixes if name.endswith(f".{e.name}"))
    return next((e for e in (*by_hand, *by_suffix) if e.holds(day)), None)


def refusal(host: str, portal: Portal, day: date) -> str | None:
    """Why a host is never asked for this portal, as a clause that follows its name; None when it may be.

    Private addresses are refused however they are written. This machine is asked only for a portal that starts on it,
    as the simulated ones do; names that nobody can own count as given by hand.
    """
    name = name_of(host)
    if is_loopback(host):
        own = all(is_loopback(url.host or "") for url in portal.start_urls)
        return None if own else "is this machine"
    address = literal_address(host)
    if address is not None and is_private(address):
        return "is a private address"
    if name.rpartition(".")[2] in RESERVED or entry_for(host, day):
        return None
    if any(name == m.name or name.endswith(f".{m.name}") for m in host_lists().mirrors):
        return "is a copy of official sites in strange hands"
    return "is no government host: its name neither ends in a government suffix nor stands in the list made by hand"


def queue_of(host: str) -> str:
    """What shares one line of requests: the registrable domain, so that a city's bureaus are never asked at once.

    `gov.cn` is a suffix and no host: hrss.tj.gov.cn and zfcxjs.tj.gov.cn share `tj.gov.cn`, two cities share nothing.
    An address stands for itself; on this machine each port is a host of its own.
    """
    name = name_of(host)
    if is_loopback(host) and not name.endswith(".localhost"):
        return host
    if literal_address(host) is not None:
        return name
    labels = name.split(".")
    # gov.cn, com.cn and the like; `localhost` plays a suffix for the simulated hosts.
    suffix = 2 if labels[-1] == "cn" and len(labels) > 2 and _is_second_level(labels[-2]) else 1
    return ".".join(labels[-suffix - 1 :])


def _is_second_level(label: str) -> bool:
    # The registry's own second level: categories, and two letters for each province.
    return label in {"gov", "edu", "org", "net", "com", "ac", "mil"} or len(label) == 2


def page_key(url: str, portal: Portal | None = None) -> str:
    """What two addresses of one page have in common: host and path, whatever scheme, copy or device they are for.

    Not an address to ask, only a name to compare: `https://m.qinghe.gov.cn/a.html` and
    `http://www.qinghe.gov.cn/gate/big5/www.qinghe.gov.cn/a.html` are both `www.qinghe.gov.cn/a.html`.
    """
    parts, lists = urlsplit(url), host_lists()
    host, path = host_of(url), parts.path or "/"
    for pattern in lists.twins.gateway_paths:
        if found := re.search(pattern, path):
            host, path = found["host"].lower(), found["path"]
    for rule in lists.twins.paths:
        path = re.sub(rule["from"], rule["to"], path)
    aliases = portal.aliases if portal else {}
    by_hand = next((e.same_as for e in lists.hosts if e.name == host and e.same_as), None)
    host = aliases.get(host) or by_hand or _desktop(host, lists.twins.mobile_labels)
    return f"{host}{path}{'?' + parts.query if parts.query else ''}"


def _desktop(host: str, labels: tuple[str, ...]) -> str:
    first, dot, rest = host.partition(".")
    return f"www.{rest}" if dot and first in labels and "." in rest else host


def is_twin(url: str, portal: Portal | None = None) -> bool:
    """Is this the address of a copy, and not the page's own?"""
    parts = urlsplit(url)
    own = f"{host_of(url)}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    return page_key(url, portal) != own
