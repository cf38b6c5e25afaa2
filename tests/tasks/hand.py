"""A hand that does a task on the pages in one of four ways, and counts its clicks.

What counts is said in section 6.2 of the console's design: each link, button, menu, tab, radio and
checkbox one; typing, Enter in a field and the system's file dialog nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, expect

_STOPS = 150  # more than any page of these tasks has
_STOP = (Path(__file__).parent / "stop.js").read_text()

_FOLDED = 861  # pixels: on narrower screens the side menu is (static/js/app.js)
_TILES = {"Policies": "Custom policies"}


@dataclass(frozen=True)
class Way:
    """How the pages are used."""

    name: str
    width: int = 1280
    scripts: bool = True
    keyboard: bool = False


WAYS = (
    Way("mouse"),
    Way("keyboard", keyboard=True),
    Way("without-scripts", scripts=False),
    Way("narrow", width=320),
)


class Hand:
    """Finds what it uses by role and name, as somebody who looks at or listens to the page does."""

    def __init__(self, page: Page, way: Way) -> None:
        self.page, self.way, self.clicks = page, way, 0

    def open(self, address: str) -> None:
        self.page.goto(address, wait_until="domcontentloaded")
        self._arrive()

    def press(self, name: str, *, within: str = "main", counted: bool = True) -> None:
        """A link or a button that leads to another page."""
        with self.arriving():
            self._use(self._named(name, "link", "button", within=within), "Enter", counted)

    def go(self, name: str) -> None:
        """A list: from the side menu, or where that is folded from the dashboard's tile."""
        if self.way.width < _FOLDED:
            tile = f"Show {_TILES.get(name, name)}"
            if self._named(tile, "link").count():
                self.press(tile)
                return
            self._use(self.page.locator("#side-menu > summary"), "Enter")
        self.press(name, within="nav.side")

    def account_menu(self, entry: str) -> None:
        self._use(self.page.locator("header.top .menu > summary").last, "Enter")
        self.press(entry, within="header.top")

    def unfold(self, text: str) -> None:
        self._use(self.page.locator("main summary").filter(has_text=text).first, "Enter")

    def tick(self, name: str) -> None:
        self._use(self._named(name, "checkbox"), "Space")

    def pick(self, name: str) -> None:
        """A radio, by the beginning of its name; the arrows of the keyboard pick as they go."""
        radio = self.page.locator("main").get_by_role("radio", name=name)
        self._use(radio, "" if self.way.keyboard and self._arrows(radio) else "Space")
        expect(radio).to_be_checked()

    def download(self, name: str) -> str:
        with self.page.expect_download() as started:
            self._use(self._named(name, "link"), "Enter")
        return started.value.path().read_text()

    def choose_file(self, label: str, name: str, text: str) -> None:
        with self.page.expect_file_chooser() as asked:
            self._use(self.field(label), "Enter")
        file = FilePayload(name=name, mimeType="application/xml", buffer=text.encode())
        asked.value.set_files(file)

    def type(self, label: str, text: str) -> None:
        field = self.field(label)
        if not self.way.keyboard:
            field.fill(text)
            return
        self._reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def enter(self) -> None:
        """Send the form from the field that was typed into last."""
        with self.arriving():
            self.page.keyboard.press("Enter")

    def field(self, label: str) -> Locator:
        labelled = self.page.locator("main").get_by_label(label, exact=True)
        return labelled.and_(self.page.locator("input, textarea, select"))

    def sees(self, text: str) -> None:
        """Somewhere on the page, and drawn."""
        expect(self.page.locator("main").get_by_text(text).first).to_be_visible()

    def is_refused(self, text: str) -> None:
        """A form came back: the summary says why, has the focus, and the title says so too."""
        summary = self.page.locator("[data-errors]")
        expect(summary).to_contain_text(text)
        assert self.page.title().startswith("Error: ")
        if self.way.scripts:
            expect(summary).to_be_focused()

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """What is done inside leads to another page."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            yield
        self._arrive()

    def _arrive(self) -> None:
        if self.way.width == 320:
            root = self.page.locator(":root")
            wide = root.evaluate("root => root.scrollWidth - root.clientWidth")
            assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"

    def _named(self, name: str, *roles: Any, within: str = "main") -> Locator:
        found = [
            self.page.locator(within).get_by_role(role, name=name, exact=True) for role in roles
        ]
        either = found[0]
        for other in found[1:]:
            either = either.or_(other)
        return either

    def _use(self, target: Locator, key: str, counted: bool = True) -> None:
        self.clicks += counted
        if not self.way.keyboard:
            target.click()
            return
        self._reach(target)
        if key:
            self.page.keyboard.press(key)

    def _reach(self, target: Locator) -> None:
        """By Tab, Shift+Tab and arrows; at each stop the focus can be seen."""
        handle = target.element_handle()
        for _ in range(_STOPS):
            key, fault = handle.evaluate(_STOP)
            assert not fault, f"{self.page.url}: {fault}"
            if not key:
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{self.page.url}: the keyboard does not come to {target}")

    def _arrows(self, radio: Locator) -> bool:
        self._reach(radio)
        return radio.is_checked()
