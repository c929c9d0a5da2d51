"""One real Home Assistant process with LocalCam in it: its folder, its start, its HTTP interface and its end."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
import http.client
import json
import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import IO, Any
from urllib.parse import urlencode

from scripts.home_folder import install, prepare
from scripts.processes import descendants

USERNAME = "developer"
PASSWORD = "localcam"
RESTART_EXIT_CODE = 100
"""Home Assistant ends with this when a restart was asked for in its frontend."""


class HomeError(Exception):
    """Home Assistant did not start, or refused a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What Home Assistant answered to a request."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class HomeAssistant:
    """The pinned Home Assistant with its state in `folder`, on one address only; started by `start`."""

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        address: str = "127.0.0.1",
        output: IO[bytes] | None = None,
        module: str = "homeassistant",
        with_localcam: bool = True,
    ) -> None:
        """`output` takes what Home Assistant prints; without one, it goes where ours goes.

        `module` is what Python runs: Home Assistant itself, or a module that measures it from within.
        """
        self._module = module
        self._with_localcam = with_localcam
        self.config = folder.absolute() / "config"
        self.media = folder.absolute() / "media"
        self.address = address
        self.port = port
        self.url = f"http://{address}:{port}"
        self.token = ""
        """Access token of an administrator, valid for 30 minutes from the start."""
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """0 where none runs."""
        return self._process.pid if self._process else 0

    def start(self, timeout_s: float = 120.0) -> None:
        """Prepare the folder where needed, start, log in, and return once everything is set up; raises HomeError."""
        self.token = ""
        self._check_port()
        prepare(self.config, self.media, self.address, self.port)
        if self._with_localcam:
            install(self.config)
        if not (self.config / ".storage" / "auth_provider.homeassistant").exists():
            self._add_user()
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module, "--config", str(self.config), "--skip-pip", "--log-no-color"],
            # Not the project's folder: its `custom_components` would stand before the one of the configuration.
            cwd=self.config,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT if self._output else None,
            # Ctrl-C at a terminal must reach only us: we end Home Assistant in order.
            start_new_session=True,
        )
        try:
            self._wait_until_running(timeout_s)
        except BaseException:
            self.stop()
            raise

    def wait(self) -> int:
        """Block until Home Assistant ends by itself; its exit code."""
        if self._process is None:
            raise HomeError("Home Assistant was not started")
        return self._process.wait()

    def stop(self, timeout_s: float = 7.0) -> tuple[int, ...]:
        """End it and all that it started; the ids of processes that did not end in time and were killed."""
        if self._process is None:
            return ()
        process, self._process = self._process, None
        family = descendants(process.pid)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout_s)
        killed = () if process.poll() is not None else (process.pid,)
        process.kill()
        process.wait()
        # What it started may need a moment to notice.
        deadline = time.monotonic() + 2
        pause = threading.Event()
        while (left := [member for member in family if member.is_alive()]) and time.monotonic() < deadline:
            pause.wait(0.05)
        for member in left:
            with suppress(ProcessLookupError):
                os.kill(member.pid, signal.SIGKILL)
        return killed + tuple(member.pid for member in left)

    def request(self, method: str, path: str, body: object = None) -> Any:
        """An API call with the token; the parsed answer. Raises HomeError for any status but 2xx."""
        headers = {"Content-Type": "application/json"}
        payload = None if body is None else json.dumps(body).encode()
        response = self.fetch(method, path, headers=headers, body=payload)
        if not 200 <= response.status < 300:
            raise HomeError(f"{method} {path}: {response.status} {response.body[:500].decode(errors='replace')}")
        return json.loads(response.body) if response.body else None

    def fetch(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Response:
        """A plain HTTP request, with the token unless `headers` has an Authorization of its own ("" for none)."""
        sent = {"Authorization": f"Bearer {self.token}"} | dict(headers or {})
        connection = http.client.HTTPConnection(self.address, self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers={name: text for name, text in sent.items() if text})
            answer = connection.getresponse()
            names = {name.lower(): text for name, text in answer.getheaders()}
            return Response(status=answer.status, headers=names, body=answer.read())
        except http.client.HTTPException as err:
            raise HomeError(f"{method} {path}: {err!r}") from err
        finally:
            connection.close()

    def log_in(self) -> dict[str, Any]:
        """New tokens of the administrator, as `/auth/token` gives them; `client_id` was the address with a slash."""
        client_id = f"{self.url}/"
        asked = {"client_id": client_id, "handler": ["homeassistant", None], "redirect_uri": client_id}
        flow = self.request("POST", "/auth/login_flow", asked)
        given = {"client_id": client_id, "username": USERNAME, "password": PASSWORD}
        code = self.request("POST", f"/auth/login_flow/{flow['flow_id']}", given)["result"]
        form = urlencode({"grant_type": "authorization_code", "code": code, "client_id": client_id})
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": ""}
        answer = self.fetch("POST", "/auth/token", headers=sent, body=form.encode())
        if answer.status != 200:
            raise HomeError(f"Logging in failed: {answer.status}")
        tokens: dict[str, Any] = json.loads(answer.body)
        return tokens

    def _wait_until_running(self, timeout_s: float) -> None:
        process = self._process
        deadline = time.monotonic() + timeout_s
        while process is not None and not self._is_running():
            if time.monotonic() > deadline:
                raise HomeError(f"Home Assistant was not ready within {timeout_s:.0f} s")
            with suppress(subprocess.TimeoutExpired):
                raise HomeError(f"Home Assistant ended with exit code {process.wait(0.2)} while it started")

    def _is_running(self) -> bool:
        try:
            if not self.token:
                self.token = self.log_in()["access_token"]
            return bool(self.request("GET", "/api/config")["state"] == "RUNNING")
        except OSError, HomeError:
            return False

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.address, self.port))
            except OSError as err:
                raise HomeError(f"Port {self.port} is taken ({err.strerror}); set LOCALCAM_PORT to another") from err

    def _add_user(self) -> None:
        added = subprocess.run(
            [
                sys.executable,
                "-m",
                "homeassistant",
                "--script",
                "auth",
                "-c",
                str(self.config),
                "add",
                USERNAME,
                PASSWORD,
            ],
            cwd=self.config,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if added.returncode != 0:
            raise HomeError(f"The user could not be added: {added.stdout}{added.stderr}")
