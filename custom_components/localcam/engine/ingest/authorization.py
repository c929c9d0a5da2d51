"""Basic and Digest authorization (RFC 7617, RFC 7616), which HTTP and RTSP share."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
import os
import re

from ..digests import md5, sha256

_CHALLENGE = re.compile(r'\b(basic|digest)\s+((?:[\w-]+\s*=\s*(?:"[^"]*"|[^\s",]+)\s*,?\s*)+)', re.IGNORECASE)
_PARAMETER = re.compile(r'([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s",]+))')
_ALGORITHMS = ("sha-256", "sha-256-sess", "md5", "md5-sess")
"""Best first."""


class Authorizer:
    """Answers one camera's challenges with one user name and password, which stand in no text but its headers."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password
        self._digest: Mapping[str, str] | None = None
        self._basic = False
        self._uses = 0

    def learn(self, challenges: Sequence[str]) -> bool:
        """Take the best of the `WWW-Authenticate` headers; False where none can be answered, or no name is known."""
        digests: dict[str, Mapping[str, str]] = {}
        self._digest, self._basic, self._uses = None, False, 0
        for scheme, text in _CHALLENGE.findall(", ".join(challenges)):
            parameters = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(text)}
            if scheme.lower() == "basic":
                self._basic = True
            else:
                digests.setdefault(parameters.get("algorithm", "MD5").lower(), parameters)
        self._digest = next((digests[name] for name in _ALGORITHMS if name in digests), None)
        return bool(self._username) and (self._basic or self._digest is not None)

    def headers(self, method: str, uri: str) -> dict[str, str]:
        """What to send with a request; empty until a challenge was learned."""
        if not self._username:
            return {}
        if self._digest is not None:
            return {"Authorization": self._digest_answer(self._digest, method, uri)}
        if self._basic:
            token = b64encode(f"{self._username}:{self._password}".encode()).decode()
            return {"Authorization": f"Basic {token}"}
        return {}

    def _digest_answer(self, challenge: Mapping[str, str], method: str, uri: str) -> str:
        algorithm = challenge.get("algorithm", "MD5")

        def digest(*parts: str) -> str:
            text = ":".join(parts).encode()
            if algorithm.lower().startswith("sha-256"):
                return sha256(text).hexdigest()
            return md5(text).hexdigest()

        self._uses += 1
        realm, nonce = challenge.get("realm", ""), challenge.get("nonce", "")
        count, own_nonce = f"{self._uses:08x}", os.urandom(8).hex()
        secret = digest(self._username, realm, self._password)
        if algorithm.lower().endswith("-sess"):
            secret = digest(secret, nonce, own_nonce)
        request = digest(method, uri)
        answer = f'Digest username="{_escaped(self._username)}", realm="{realm}", nonce="{nonce}", uri="{uri}"'
        if "auth" in [each.strip() for each in challenge.get("qop", "").split(",")]:
            response = digest(secret, nonce, count, own_nonce, "auth", request)
            answer += f', qop=auth, nc={count}, cnonce="{own_nonce}"'
        else:
            response = digest(secret, nonce, request)
        answer += f', response="{response}"'
        if "algorithm" in challenge:
            answer += f", algorithm={algorithm}"
        if "opaque" in challenge:
            answer += f', opaque="{challenge["opaque"]}"'
        return answer


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
