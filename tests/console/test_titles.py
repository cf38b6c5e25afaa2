"""Every page says in its title what it is, and no two say the same."""

from __future__ import annotations

from collections import defaultdict

from django.test import Client
from django.urls import URLPattern, get_resolver

from identity.models import User
from tests.console.conftest import SignedIn
from tests.console.pages import title


def _addresses() -> list[str]:
    """Every page without a name in its address."""
    patterns = [one for one in get_resolver().url_patterns if isinstance(one, URLPattern)]
    plain = [one for one in patterns if one.name and not one.pattern.converters]
    return sorted({f"/{one.pattern}" for one in plain})


def test_no_two_pages_have_the_same_title(signed_in: SignedIn, ana: User, ben: User) -> None:
    browser: Client = signed_in(ana)
    named = [
        f"/iam/users/ben/{tab}"
        for tab in ("permissions", "tags", "security-credentials", "activity")
    ]
    titles: dict[str, list[str]] = defaultdict(list)
    for address in [*_addresses(), *named]:
        answer = browser.get(address)
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code == 200 and kind.startswith("text/html"):
            titles[title(answer)].append(address)
    assert len(titles) > 30
    assert {name: pages for name, pages in titles.items() if len(pages) > 1} == {}
    assert all(name.endswith(" – Bartizan") for name in titles)
