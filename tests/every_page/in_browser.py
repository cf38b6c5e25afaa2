"""Pages as a browser draws them: which, in which look, and what is wrong with each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Route, ViewportSize

from tests.browser import PROJECT, RULES, fulfil_static
from tests.every_page.walk import Shown

ORIGIN = "http://testserver"
REQUESTS = 5
_JUDGE = Path(__file__).with_name("judge.js")
# The frame is the same on all pages: it is looked at on one of them, and on all by `--every-page`.
_FRAME = [["body > header"], ["nav.side"]]
_WHOLE = "/home"
_NUMBER = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|AKIA\w+|AIDA\w+|A[RG][OP]A\w+|\d{12}|/x?[\w-]{20,}"
)


@dataclass(frozen=True)
class Look:
    """One of the four ways in which a page is looked at."""

    theme: Literal["light", "dark"]
    size: ViewportSize

    def __str__(self) -> str:
        return f"{self.theme}-{self.size['width']}"


_WIDE, _NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=900)
LOOKS = [
    Look("light", _WIDE),
    Look("light", _NARROW),
    Look("dark", _WIDE),
    Look("dark", _NARROW),
]


def one_of_each(pages: Iterable[Shown], look: Look) -> list[Shown]:
    """Of all pages those whose turn it is: each address once, in one state and one look."""
    by_address = defaultdict(list)
    for one in pages:
        by_address[_NUMBER.sub("", one.address)].append(one)
    turns = [(crc32(address.encode()), states) for address, states in by_address.items()]
    return [
        states[turn // len(LOOKS) % len(states)]
        for turn, states in turns
        if LOOKS[turn % len(LOOKS)] == look
    ]


class Sheet:
    """One page of one browser, on which all are drawn one after the other."""

    def __init__(self, browser: Browser, look: Look) -> None:
        context = browser.new_context(
            viewport=look.size, color_scheme=look.theme, reduced_motion="reduce"
        )
        context.add_init_script(AXE_SCRIPT)
        context.add_init_script(path=_JUDGE)
        self._look = look
        self._page: Page = context.new_page()
        self._page.route("**/*", self._answer)
        self._page.on("console", lambda said: self._heard(said.type, said.text))
        self._page.on("pageerror", lambda error: self._heard("error", str(error)))
        self._shown: Shown | None = None
        self._asked: list[str] = []
        self._said: list[str] = []
        self._script = (PROJECT / "static" / "js" / "app.js").read_text()

    def close(self) -> None:
        self._page.context.close()

    def faults(self, shown: Shown) -> list[str]:
        """Of the page put in the place of the one before, which takes a fifth of loading it."""
        if self._shown is None:
            self._load(shown, policy="")
        self._page.evaluate("given => show(...given)", [shown.page.decode(), self._script])
        whole = shown.address == _WHOLE
        return self._judged(exclude=[] if whole else _FRAME)

    def all_faults(self, shown: Shown) -> list[str]:
        """Also what it asks for, says and cuts off: of the page as it is loaded by its own policy,
        in the first look; the other looks differ from it in width and colours alone."""
        if self._look != LOOKS[0]:
            return self.faults(shown)
        self._load(shown, policy=shown.policy)
        found = [f"asks for {one}" for one in self._asked if not one.startswith(ORIGIN)]
        if len(self._asked) > REQUESTS:
            found.append(f"{len(self._asked)} requests: {self._asked}")
        found += self._judged(exclude=[]) + self._page.evaluate("largeText()")
        return found + self._said

    def _judged(self, exclude: list[list[str]]) -> list[str]:
        asked = {"exclude": exclude, "options": {"runOnly": RULES}}
        found: list[str] = self._page.evaluate("asked => judged(asked)", asked)
        return found

    def _load(self, shown: Shown, policy: str) -> None:
        self._shown, self._policy = shown, policy
        self._asked.clear()
        self._said.clear()
        self._page.goto(f"{ORIGIN}/shown")

    def _answer(self, route: Route) -> None:
        self._asked.append(route.request.url)
        path = route.request.url.removeprefix(ORIGIN)
        if path.startswith("/static/"):
            fulfil_static(route, path)
        elif path == "/shown" and self._shown is not None:
            headers = {"Content-Type": "text/html; charset=utf-8"}
            if self._policy:
                headers["Content-Security-Policy"] = self._policy
            route.fulfill(body=self._shown.page, headers=headers)
        else:
            route.fulfill(status=204)

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error":
            self._said.append(f"the browser says: {text}")


def report(found: dict[str, Any]) -> str:
    """What is wrong, the most frequent first, with one of the pages where it is."""
    pages = defaultdict(list)
    for address, faults in found.items():
        for fault in faults:
            pages[fault].append(address)
    lines = sorted(pages.items(), key=lambda one: -len(one[1]))
    return "\n".join(f"{len(where)} x {fault}\n    {where[0]}" for fault, where in lines)
