"""Whatever a camera is called, a browser shows it as text: nothing of it runs, and nothing is fetched for it."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
import json
from pathlib import Path

from playwright.sync_api import Dialog, Page, sync_playwright
import pytest

from custom_components.localcam.camera_forms import LONGEST_NAME
from scripts.home_assistant import HomeAssistant
from tests.chromium import QUIET, require_chromium
from tests.hostile_texts import LEAK, NAMES

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.timeout(240)]

ALL_IN_ONE = " ".join(name for name in NAMES if len(name) < 1000)
"""Home Assistant lets an owner rename an entry so."""


def packed(names: Iterable[str]) -> list[str]:
    """The same as few names that a camera may be given by its owner."""
    packs = [""]
    for name in names:
        if len(packs[-1]) + len(name) >= LONGEST_NAME:
            packs.append("")
        packs[-1] += f" {name}"
    return [pack.strip() for pack in packs]


TYPED = packed(name for name in NAMES if name.isprintable() and len(name) <= LONGEST_NAME)


class Seen:
    """What a page did that it should not have."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("dialog", self._dismiss)
        page.on("request", lambda request: self.wrong.append(request.url) if LEAK in request.url else None)

    def _dismiss(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def look(self, where: str, text: str) -> None:
        """The text must be on the page, as text, by now; and a moment later nothing of it may have run."""
        self.page.get_by_text(text).first.wait_for(timeout=30_000, state="attached")
        self.page.wait_for_timeout(500)
        struck = self.page.evaluate("window.struck")
        if struck is not None:
            self.wrong.append(f"{where}: {struck} ran")


def _browse(chromium: Path, home: HomeAssistant, entry_id: str, device_id: str) -> list[str]:
    tokens = home.log_in() | {"hassUrl": home.url, "clientId": f"{home.url}/", "expires": 4_000_000_000_000}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=QUIET)
        try:
            page = browser.new_page()
            seen = Seen(page)
            page.goto(f"{home.url}/robots.txt")
            page.evaluate("tokens => localStorage.setItem('hassTokens', tokens)", json.dumps(tokens))
            _rename(page, home, entry_id)
            for where in (
                "config/integrations/integration/localcam",
                f"config/devices/device/{device_id}",
                "media-browser/browser/app%2Cmedia-source%3A%2F%2Flocalcam",
            ):
                page.goto(f"{home.url}/{where}")
                seen.look(where, "onerror=")
            for name in TYPED:
                _add_in_the_browser(page, home, seen, name)
            return seen.wrong
        finally:
            browser.close()


def _rename(page: Page, home: HomeAssistant, entry_id: str) -> None:
    page.goto(home.url)
    page.wait_for_function("document.querySelector('home-assistant')?.hass?.connection", timeout=60_000)
    page.evaluate(
        "order => document.querySelector('home-assistant').hass.callWS(order)",
        {"type": "config_entries/update", "entry_id": entry_id, "title": ALL_IN_ONE},
    )
    home.request("POST", f"/api/config/config_entries/entry/{entry_id}/reload")


def _add_in_the_browser(page: Page, home: HomeAssistant, seen: Seen, name: str) -> None:
    """The step that shows the name beside the picture; it is left without adding the camera."""
    page.goto(f"{home.url}/config/integrations/dashboard/add?domain=localcam")
    page.get_by_text("OK", exact=True).first.click(timeout=30_000)  # that it shall be set up at all
    page.get_by_text("The demo camera").first.click(timeout=30_000)
    # The dialog before it, whose field searches for a brand, goes away at its leisure.
    page.locator('input:visible:not([placeholder^="Search"])').last.fill(name)
    page.get_by_text("Submit", exact=True).or_(page.get_by_text("Next", exact=True)).first.click(timeout=30_000)
    page.get_by_text("Is this the right picture?").first.wait_for(timeout=60_000)
    seen.look("the step that confirms", name)
    led = page.locator(f"[src^='{LEAK}'], [href^='{LEAK}'], [href^='javascript:']")
    seen.wrong += [f"the step that confirms: {each.evaluate('e => e.outerHTML')}" for each in led.all()]


def test_nothing_of_a_name_runs(home: HomeAssistant, add_demo: Callable[[str], str]) -> None:
    chromium = require_chromium()
    entry_id = add_demo("Attic")
    template = "{{ device_id(integration_entities('localcam') | first) }}"
    answer = home.fetch(
        "POST",
        "/api/template",
        headers={"Content-Type": "application/json"},
        body=json.dumps({"template": template}).encode(),
    )
    # Playwright runs a loop of its own, which Home Assistant's fixtures must not find in this thread.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(_browse, chromium, home, entry_id, answer.body.decode()).result() == []
