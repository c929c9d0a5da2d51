"""Gives these tests the real network of this machine, which Home Assistant's test plugin takes from all tests."""

import pytest
import pytest_socket


@pytest.fixture(scope="module", autouse=True)
def _sockets_for_the_module() -> None:
    """Before anything that a whole module shares is started."""
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def _sockets() -> None:
    """Again for each test: the plugin takes them anew."""
    pytest_socket.enable_socket()
