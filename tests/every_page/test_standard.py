"""What each page is held to: at most twelve queries (console.md 6.3, W14), weight and structure,
and a title of its own (6.1, A12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from tests.every_page import page_standard
from tests.every_page.conftest import Walk
from tests.every_page.walk import Shown

BUDGET = 12


def _faulty(pages: Iterable[Shown]) -> dict[str, list[str]]:
    return {one.told: found for one in pages if (found := page_standard.faults(one))}


def test_no_page_takes_more_than_twelve_queries(walk: Walk) -> None:
    assert len(walk.pages) > 160
    assert {one.told: one.queries for one in walk.pages if one.queries > BUDGET} == {}


def test_every_page_is_valid_light_and_well_built(walk: Walk) -> None:
    assert _faulty(walk.pages) == {}


def test_so_is_every_page_with_nothing_on_it_and_every_step_of_a_wizard(rest: list[Shown]) -> None:
    assert len(rest) > 90
    assert _faulty(rest) == {}


def test_no_two_pages_have_the_same_title(walk: Walk) -> None:
    titles: dict[str, list[str]] = defaultdict(list)
    for one in walk.pages:
        if one.state == "filled":
            titles[one.title].append(one.address)
    assert len(titles) > 120
    assert {title: pages for title, pages in titles.items() if len(pages) > 1} == {}
    assert all(title.endswith(" – Bartizan") for title in titles)


def test_what_a_page_is_held_to_can_be_missed() -> None:
    page = (
        b"<title>x</title><h1 style='top:0'>a</h1><h3 id=x onclick=y>b</h3><label for=y></label>"
        + b"<img src=https://elsewhere.test/x><style></style><script>1</script><i id=x>"
        + b"<b></b>" * 1500
    )
    found = " ".join(page_standard.faults(Shown("", "/", 200, page, "", 0)))
    for word in (
        "DOCTYPE",
        "elements",
        "language",
        "main",
        "skip",
        "id x",
        "y is named",
        "level 1",
        "policy",
        "style=",
        "onclick=",
        "<style>",
        "<script>",
        "elsewhere.test",
    ):
        assert word in found
