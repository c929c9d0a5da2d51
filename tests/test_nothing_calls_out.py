"""What LocalCam's code could reach the network with: named modules only, and no address of anybody's in it."""

import ast
from collections.abc import Iterator
import ipaddress
from pathlib import Path
import re
from urllib.parse import urlsplit

import pytest

SOURCE = Path(__file__).parents[1] / "custom_components" / "localcam"

NETWORK = frozenset(
    {
        *("aiohttp", "aiohttp_client", "httpx", "httpx_client", "requests", "urllib3", "urllib.request", "http.client"),
        *("socket", "ssl", "asyncio.open_connection", "asyncio.start_server", "http.server", "socketserver"),
        *("websockets", "xmlrpc", "grpc", "paho", "zeroconf", "hass_nabucasa", "multiprocessing.connection"),
        *("ftplib", "imaplib", "poplib", "smtplib", "telnetlib"),
    }
)
"""Modules with which one can talk or listen."""

TALKERS = {
    "engine/ingest/address.py": "looks up a camera's name",
    "engine/ingest/conversation.py": "talks to a camera",
    "engine/ingest/handed.py": "names a camera's connection that the relay made, for who reads it next",
    "engine/ingest/rtsp_relay.py": "stands between libav and a camera, on the loopback interface",
    "who.py": "looks at a request to Home Assistant's own web server (aiohttp.web)",
    "views.py": "answers Home Assistant's own web server (aiohttp.web, hdrs)",
    "probe_picture.py": "answers Home Assistant's own web server (aiohttp.web)",
}
"""Who may import one of them, and what for."""

ANSWERERS = {"views.py", "probe_picture.py", "who.py"}
"""May use of aiohttp what answers, never what asks."""

OPENERS = {
    "engine/ingest/libav_source.py": "opens a camera's stream with libav",
    "engine/record/clip_writer.py": "writes to a file object",
    "engine/record/finished_file.py": "writes to a file object",
    "engine/record/growing_track.py": "reads no bytes at all",
    "engine/record/libav_files.py": "reads a file object",
}
"""Who may call `av.open`, which takes addresses too."""

OWN_PAGES = ("https://github.com/localcam/",)


def modules() -> list[str]:
    return sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


def names_used(tree: ast.AST) -> Iterator[str]:
    """Everything imported, in full, and every dotted name."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield module
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Attribute(value=ast.Name(id=first), attr=second):
                yield f"{first}.{second}"
            case ast.Call(func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module")):
                yield from (str(each.value) for each in node.args if isinstance(each, ast.Constant))
            case _:
                pass


def reaches_out(name: str) -> bool:
    """Whether it is one of `NETWORK`, or in one, wherever it comes from (`homeassistant.helpers.aiohttp_client`)."""
    parts = name.split(".")
    return any(".".join(parts[at:end]) in NETWORK for at in range(len(parts)) for end in range(at + 1, len(parts) + 1))


def talks(source: str) -> set[str]:
    """Names in a module's source with which it could talk; ours are relative and never among them."""
    return {name for name in names_used(ast.parse(source)) if reaches_out(name)}


def addresses(source: str) -> set[str]:
    """Addresses with a host in a module's texts, but for docstrings, which nobody connects to."""
    tree = ast.parse(source)
    docs = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]
    return {found for text in texts for found in re.findall(r"\b[a-z]{2,6}://[\w.\[\]:-]+[^\s'\"]*", text)}


def is_public(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_private
    except ValueError:
        return True


@pytest.mark.parametrize("module", modules())
def test_a_module_that_is_not_named_cannot_talk(module: str) -> None:
    found = talks((SOURCE / module).read_text())

    if module not in TALKERS:
        assert found == set()
    if module in ANSWERERS:
        assert {name for name in found if name.split(".")[0] == "aiohttp"} == found
        assert not any("client" in name.lower() for name in found)


def test_the_list_of_talkers_is_no_longer_than_it_must_be() -> None:
    assert {module for module in modules() if talks((SOURCE / module).read_text())} == TALKERS.keys()


def test_only_named_modules_open_something_with_libav() -> None:
    opening = {m for m in modules() if "av.open" in set(names_used(ast.parse((SOURCE / m).read_text())))}

    assert opening == OPENERS.keys()


def test_nobodys_address_is_in_the_code() -> None:
    public = {
        (module, address)
        for module in modules()
        for address in addresses((SOURCE / module).read_text())
        if is_public(address) and not address.startswith(OWN_PAGES)
    }
    assert public == set()


@pytest.mark.parametrize(
    "source",
    [
        "import requests",
        "from aiohttp import ClientSession",
        "from homeassistant.helpers.aiohttp_client import async_get_clientsession",
        "from homeassistant.helpers import httpx_client, aiohttp_client",
        "import asyncio\nasyncio.open_connection",
        "import importlib\nimportlib.import_module('socket')",
        "from urllib.request import urlopen",
        "import http.client",
    ],
)
def test_a_module_that_talks_is_found(source: str) -> None:
    assert talks(source)


def test_a_module_that_does_not_talk_is_left_alone() -> None:
    assert not talks("from homeassistant.components.http import HomeAssistantView\nfrom urllib.parse import quote")


def test_an_address_is_found() -> None:
    assert addresses('"""See https://docs.example."""\nX = f"https://telemetry.example/{1}"') == {
        "https://telemetry.example/"
    }
    assert is_public("https://telemetry.example/")
    assert not is_public("http://192.168.1.5/")
