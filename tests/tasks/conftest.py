"""The four ways, a world for each, and hands in browsers of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize
from pytest_django.plugin import DjangoDbBlocker

from tests.live_server import LiveServer
from tests.tasks.hand import WAYS, Hand, Way
from tests.tasks.world import World

NewHand = Callable[..., Hand]
_PATIENCE = 20_000


# Of each task with an even number, and with an odd one, where `--every-way` does not ask for more.
_TWO_OF_FOUR = ({"keyboard", "narrow"}, {"mouse", "without-scripts"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("every_way"):
        return
    left_out = [item for item in items if _is_left_out(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not _is_left_out(item)]


def _is_left_out(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function) or "way" not in item.fixturenames:
        return False
    task = re.match(r"test_t([0-9]+)_", item.originalname)
    way = item.callspec.params["way"]
    assert task, f"{item.name} does not begin with the number of its task"
    assert isinstance(way, Way)
    return way.name not in _TWO_OF_FOUR[int(task[1]) % 2]


@pytest.fixture(scope="session", params=WAYS, ids=lambda way: way.name)
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen


@pytest.fixture(scope="session")
def worlds() -> dict[str, World]:
    """By their ways: processes take tests from each other, and come back to a way they left."""
    return {}


@pytest.fixture(scope="session")
def world(
    way: Way,
    server: LiveServer,
    django_db_blocker: DjangoDbBlocker,
    worlds: dict[str, World],
) -> World:
    if way.name not in worlds:
        worlds[way.name] = World(server, django_db_blocker.unblock, way.name)
    return worlds[way.name]


@pytest.fixture
def new_hand(way: Way, world: World, chromium: Browser) -> Iterator[NewHand]:
    """`new_hand("alice")`: hers, signed in and at the dashboard; without a name, signed out."""
    contexts: list[BrowserContext] = []

    def made(name: str = "", account_id: str = "", at: str = "/iam") -> Hand:
        context = chromium.new_context(
            base_url=world.server.url,
            viewport=ViewportSize(width=way.width, height=900),
            java_script_enabled=way.scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(_PATIENCE)
        if name:
            session = world.session(name, account_id)
            context.add_cookies([{"name": "sid", "value": session, "url": world.server.url}])
        hand = Hand(context.new_page(), way)
        if name:
            hand.open(at)
        return hand

    yield made
    for context in contexts:
        context.close()
