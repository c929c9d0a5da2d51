"""Addresses that no camera is at: each must be refused before anything is connected."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
import ipaddress
from pathlib import Path
from threading import Event

from custom_components.localcam.engine.clock import SystemClock
from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest.address import locate, resolve
from custom_components.localcam.engine.ingest.connect import source_for
from custom_components.localcam.engine.settings import AddressRules, AddressSource

from .hostile_leads import connections

LISTED = Path(__file__).with_suffix(".txt")
OWN_PORT = 8123
_SCHEMES = ("rtsp", "rtsps", "http", "https")
_FORBIDDEN_V4 = (
    "9.9.9.9",
    "0.0.0.0",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "169.254.1.1",
    "172.15.255.255",
    "172.32.0.1",
    "172.30.32.2",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.167.255.255",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.251",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
)
_FORBIDDEN_V6 = (
    "::",
    "2001:db8::1",
    "2606:4700::1111",
    "fe80::1",
    "ff02::1",
    "fec0::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::c0a8:114",
    "2002:a9fe:a9fe::1",
    "2002:c0a8:114::1",
    "2001:0:7f00:1::",
    "::ffff:9.9.9.9",
    "::9.9.9.9",
    "::ffff:169.254.169.254",
    "::ffff:172.30.32.2",
)
_OWN = ("127.0.0.1", "127.1.2.3", "localhost", "[::1]", "[::ffff:127.0.0.1]")


def _forms(address: str) -> Iterator[str]:
    """The ways in which the system's resolver takes an IPv4 address."""
    number = int(ipaddress.IPv4Address(address))
    parts = address.split(".")
    yield from (address, str(number), hex(number), f"0{number:o}")
    yield ".".join(f"0{int(part):o}" for part in parts)
    yield ".".join(hex(int(part)) for part in parts)
    yield f"{parts[0]}.{number & 0xFFFFFF}"


def corpus() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Addresses, and what their names resolve to; nothing where the system is asked."""
    listed = (line.split(" ") for line in LISTED.read_text().splitlines() if line and not line.startswith("#"))
    found = [_entry(words) for words in listed]
    for number, address in enumerate(_FORBIDDEN_V4):
        found += [(f"{_SCHEMES[number % 4]}://{form}/x", ()) for form in _forms(address)]
        found += [(f"{scheme}://camera.example/x", (address,)) for scheme in _SCHEMES]
    found += [(f"{scheme}://[{address}]:8554/x", ()) for address in _FORBIDDEN_V6 for scheme in _SCHEMES]
    found += [(f"{scheme}://{host}:{OWN_PORT}/api/", ()) for host in _OWN for scheme in _SCHEMES]
    return tuple(dict.fromkeys(found))


def _entry(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """An address may hold a space; what it resolves to begins with a digit or `f`, and has a dot or a colon."""
    last = words[-1]
    if len(words) > 1 and all(_is_number(each) for each in last.split(",")):
        return " ".join(words[:-1]), tuple(last.split(","))
    return " ".join(words), ()


def _is_number(text: str) -> bool:
    with suppress(ValueError):
        return bool(ipaddress.ip_address(text))
    return False


def refuse_all() -> tuple[int, list[str]]:
    """How many were tried, and those that were let in or led to a connection."""
    violated = []
    rules = AddressRules(own_port=OWN_PORT)
    addresses = corpus()
    for url, answers in addresses:
        known = (lambda _, answers=answers: answers) if answers else resolve
        source = source_for(
            AddressSource(url=url, username="u", password="p"),
            with_sound=False,
            clock=SystemClock(),
            stop=Event(),
            locate=partial(locate, resolve=known, rules=rules),
        )
        fault: SourceFault | None = None
        with connections() as seen:
            try:
                source.open()
            except SourceError as err:
                fault = err.fault
            source.close()
        refused = {SourceFault.INVALID_ADDRESS, SourceFault.PUBLIC_ADDRESS, SourceFault.FORBIDDEN_ADDRESS}
        # What the resolver does not take for an address is no host at all.
        if seen or fault not in refused | {SourceFault.UNREACHABLE}:
            violated.append(f"{url} {answers}: {fault}, {seen}")
    return len(addresses), violated
