"""A second implementation of the sealed form, WebCrypto in a real Chromium, opens what Python seals, and vice versa."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, override

from playwright.sync_api import sync_playwright
import pytest

from custom_components.localcam.engine.vault.names import context_of
from tests.chromium import QUIET, require_chromium
from tests.engine.keys import key_of_clip, unsealed
from tests.engine.packets import Camera, film
from tests.engine.record.growing import finished
from tests.engine.vault.sealing_vectors import VECTORS, plain_of, sealed_by

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("socket_enabled")]

# Written from C2SP's specification and trusting nothing of the Python one: HMAC, SHA-512 and AES-GCM are the browser's.
CHUNKED_ENCRYPTION = """
const CHUNK = 16384, TAG = 16, HEAD = 56;
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
const joined = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
};
const derive = async (key, salt, context) => {
  const label = new TextEncoder().encode("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\\0");
  const info = joined(label, salt, context);
  const mac = await crypto.subtle.importKey("raw", key, {name: "HMAC", hash: "SHA-512"}, false, ["sign"]);
  const sign = async (data) => new Uint8Array(await crypto.subtle.sign("HMAC", mac, data));
  const first = await sign(joined(info, Uint8Array.of(1)));
  const derived = joined(first, await sign(joined(first, info, Uint8Array.of(2))));
  const aes = await crypto.subtle.importKey("raw", derived.slice(0, 32), "AES-GCM", false, ["encrypt", "decrypt"]);
  return {aes, nonce: derived.slice(32, 44), commitment: derived.slice(44, 76)};
};
const algorithm = (derived, number) => {
  const iv = derived.nonce.slice();
  for (let place = 11, rest = number; place > 6; place -= 1, rest = Math.floor(rest / 256)) iv[place] ^= rest % 256;
  return {name: "AES-GCM", iv, tagLength: 8 * TAG};
};
const seal = async (key, salt, context, plain) => {
  const derived = await derive(key, salt, context);
  const parts = [salt, derived.commitment];
  for (let number = 0; number * CHUNK <= plain.length; number += 1) {
    const chunk = plain.slice(number * CHUNK, (number + 1) * CHUNK);
    parts.push(new Uint8Array(await crypto.subtle.encrypt(algorithm(derived, number), derived.aes, chunk)));
  }
  return joined(...parts);
};
const open = async (key, context, sealed) => {
  const derived = await derive(key, sealed.slice(0, 24), context);
  if (hex(derived.commitment) !== hex(sealed.slice(24, HEAD))) throw new Error("another key or context");
  if ((sealed.length - HEAD) % (CHUNK + TAG) < TAG) throw new Error("cut");
  const parts = [];
  for (let number = 0, at = HEAD; at < sealed.length; number += 1, at += CHUNK + TAG) {
    const chunk = sealed.slice(at, at + CHUNK + TAG);
    parts.push(new Uint8Array(await crypto.subtle.decrypt(algorithm(derived, number), derived.aes, chunk)));
  }
  return joined(...parts);
};
const digest = async (data) => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", data)));
"""

OPENS = """async ({key, context, sealed}) => {
  const plain = await open(bytes(key), bytes(context), bytes(sealed)).catch((error) => error);
  return plain instanceof Uint8Array ? hex(plain) : "refused";
}"""

SEALS = """async ({key, salt, context, plain_bytes}) => {
  const plain = Uint8Array.from({length: plain_bytes}, (_, at) => at % 251);
  const sealed = await seal(bytes(key), bytes(salt), bytes(context), plain);
  return {head: hex(sealed.slice(0, 56)), sealed_bytes: sealed.length, sealed_sha256: await digest(sealed)};
}"""


class Page(BaseHTTPRequestHandler):
    """An empty page: only one of this machine, or one over TLS, is given WebCrypto."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


def ask(chromium: Path, script: str, questions: list[dict[str, Any]]) -> list[Any]:
    """What the browser answers to each."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    with ThreadPoolExecutor(2) as threads:
        threads.submit(server.serve_forever)
        try:
            return threads.submit(_ask, chromium, server.server_port, script, questions).result()
        finally:
            server.shutdown()
            server.server_close()


def _ask(chromium: Path, port: int, script: str, questions: list[dict[str, Any]]) -> list[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=QUIET)
        try:
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{port}/")
            page.add_script_tag(content=CHUNKED_ENCRYPTION)
            return [page.evaluate(script, each) for each in questions]
        finally:
            browser.close()


def test_the_browser_seals_every_vector_to_the_same_bytes() -> None:
    answers = ask(require_chromium(), SEALS, [asdict(vector) for vector in VECTORS])
    assert answers == [
        {"head": each.head, "sealed_bytes": each.sealed_bytes, "sealed_sha256": each.sealed_sha256} for each in VECTORS
    ]


def test_the_browser_opens_what_python_sealed_and_nothing_that_was_changed(tmp_path: Path) -> None:
    clip, _ = finished(tmp_path, film(Camera(), 3))
    file = (tmp_path / clip.video.name).read_bytes()
    real = {"key": key_of_clip("CLIP1").hex(), "context": context_of(clip.video.name).hex(), "sealed": file.hex()}
    sealed = [asdict(each) | {"sealed": sealed_by(each).hex()} for each in VECTORS]
    refused = [
        real | {"sealed": file[:-1].hex()},
        real | {"sealed": (file[:99] + bytes([file[99] ^ 1]) + file[100:]).hex()},
        real | {"context": context_of(clip.video.name.replace("CLIP1", "CLIP2")).hex()},
        real | {"key": key_of_clip("CLIP2").hex()},
    ]
    answers = ask(require_chromium(), OPENS, [real, *sealed, *refused])
    assert bytes.fromhex(answers[0]) == unsealed(tmp_path, clip.video.name)
    assert [bytes.fromhex(each) for each in answers[1 : len(sealed) + 1]] == [
        plain_of(each.plain_bytes) for each in VECTORS
    ]
    assert answers[len(sealed) + 1 :] == ["refused"] * 4
