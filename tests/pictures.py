"""A picture of every page of the console, for `docs/pages.md`: `make pictures`.

The pages are those that the query budget is tested on, of an account with a row in every table, as
its root user sees them. `--look FOLDER` writes them there instead: dark, and at 320 pixels.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser import PROJECT, launched
from tests.credentials import PASSWORD
from tests.live_server import LiveServer, serving

PICTURES = PROJECT / "docs" / "images" / "pages"
WIDE: ViewportSize = {"width": 1280, "height": 860}
NARROW: ViewportSize = {"width": 320, "height": 700}
EMAIL = "root@example.test"

_FILL = """
import json
from identity.models import Account
from tests import one_of_each
from tests.every_page.addresses import named_pages
account = Account.objects.get()
one_of_each.fill(account)
print(json.dumps(dict(named_pages(account))))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        server.account("Example", EMAIL)
        pages: dict[str, str] = json.loads(server.manage("shell", "-v", "0", "-c", _FILL))
        with launched() as browser:
            if len(sys.argv) > 1:
                _look(browser, server, pages, Path(sys.argv[1]))
            else:
                _document(_drawn(browser, server, pages))


def _drawn(
    browser: Browser, server: LiveServer, pages: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """Draw each page; returns title and address by name of those that are pages."""
    drawn = {}
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.jpg"):
        old.unlink()
    page = _signed_in(browser, server, scale=0.6)
    for name, address in pages.items():
        if _is_page(page, server, address):
            page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=55)
            drawn[name] = (page.title().split(" \N{EN DASH} ")[0], address)
    return drawn


def _look(browser: Browser, server: LiveServer, pages: dict[str, str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page = _signed_in(browser, server, scale=1)
    for name, address in pages.items():
        if _is_page(page, server, address):
            page.emulate_media(color_scheme="dark")
            page.screenshot(path=folder / f"{name}-dark.png")
            page.emulate_media(color_scheme="light")
            page.set_viewport_size(NARROW)
            page.screenshot(path=folder / f"{name}-narrow.png", full_page=True)
            page.set_viewport_size(WIDE)


def _signed_in(browser: Browser, server: LiveServer, *, scale: float) -> Page:
    context = browser.new_context(
        viewport=WIDE, device_scale_factor=scale, reduced_motion="reduce", color_scheme="light"
    )
    page = context.new_page()
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("Account ID, alias, or root user e-mail").fill(EMAIL)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def _is_page(page: Page, server: LiveServer, address: str) -> bool:
    """Whether it was answered as a page of its own, neither refused nor elsewhere nor a file."""
    head = page.request.get(server.url + address, max_redirects=0)
    if head.status != 200 or not head.headers["content-type"].startswith("text/html"):
        return False
    page.goto(server.url + address)
    return True


def _document(drawn: dict[str, tuple[str, str]]) -> None:
    lines = [
        "# Every page",
        "",
        "As the root user of a filled account sees them; `make pictures` draws them.",
        "",
    ]
    for name, (title, address) in sorted(drawn.items(), key=lambda one: one[1][1]):
        lines += [f"## {title}", "", f"`{address}`", "", f"![{title}](images/pages/{name}.jpg)", ""]
    (PROJECT / "docs" / "pages.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
