"""Gives these tests the real network of this machine, which Home Assistant's test plugin takes, and one real home."""

from collections.abc import Callable, Iterator
import socket

import pytest
import pytest_socket

from scripts.config_flow import add_entry
from scripts.home_assistant import HomeAssistant


@pytest.fixture(scope="module", autouse=True)
def _sockets_for_the_module() -> None:
    """Before anything that a whole module shares is started."""
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def _sockets() -> None:
    """Again for each test: the plugin takes them anew."""
    pytest_socket.enable_socket()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeAssistant]:
    """One for all tests, each of which adds a camera of its own (`add_demo`)."""
    pytest_socket.enable_socket()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("home")
    with (folder / "output.log").open("wb") as output:
        home = HomeAssistant(folder, port, output=output)
        home.start()
        try:
            yield home
        finally:
            killed = home.stop()
    assert killed == ()


@pytest.fixture
def add_demo(home: HomeAssistant) -> Iterator[Callable[[str], str]]:
    """Adds a demo camera of this name and gives its entry's id; it is there for this test only."""
    added: list[str] = []

    def add(name: str) -> str:
        added.append(add_entry(home, {"user": {"next_step_id": "demo"}, "demo": {"name": name}}))
        return added[-1]

    yield add
    for entry_id in added:
        home.request("DELETE", f"/api/config/config_entries/entry/{entry_id}")
