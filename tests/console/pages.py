"""Reading pages and sending their forms as a browser without scripts does."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client

_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


def text(response: Any) -> str:
    """The words of a page's `main`, without markup, spaces folded."""
    main = re.search(r"<main.*?</main>", response.content.decode(), re.DOTALL)
    assert main is not None
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main.group())))


def hidden(response: Any) -> dict[str, str]:
    """The hidden fields of the page: tokens and versions."""
    inputs = (dict(_ATTRIBUTE.findall(tag)) for tag in _INPUT.findall(response.content.decode()))
    return {
        field["name"]: unescape(field.get("value", ""))
        for field in inputs
        if field.get("type") == "hidden"
    }


def submit(browser: Client, url: str, **fields: Any) -> Any:
    """Open the form at `url`, fill in `fields` and send it; the answer is not followed."""
    return browser.post(url, {**hidden(browser.get(url)), **fields})


def inputs(answer: Any) -> list[dict[str, str]]:
    """The attributes of every input that a person sees."""
    tags = _INPUT.findall(answer.content.decode())
    found = [dict(_ATTRIBUTE.findall(tag)) for tag in tags]
    return [field for field in found if field.get("type") != "hidden"]


def title(answer: Any) -> str:
    found = re.search(r"<title>(.*?)</title>", answer.content.decode())
    assert found
    return found.group(1)
