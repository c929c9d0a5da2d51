"""Asks Home Assistant one question over its websocket, as its frontend does."""

import asyncio
from typing import Any

import aiohttp

from scripts.home_assistant import HomeAssistant, HomeError


def ask_by_websocket(home: HomeAssistant, question: dict[str, Any]) -> Any:
    """The answer's `result`, from the calling thread's network; raises HomeError where there is none."""
    return asyncio.run(_ask(home, question))


async def _ask(home: HomeAssistant, question: dict[str, Any]) -> Any:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{home.url}/api/websocket") as socket:
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": home.token})
        await socket.receive_json()
        await socket.send_json({"id": 1, **question})
        answer = await socket.receive_json(timeout=60)
        if not answer.get("success"):
            raise HomeError(f"{question['type']}: {answer.get('error')}")
        return answer["result"]
