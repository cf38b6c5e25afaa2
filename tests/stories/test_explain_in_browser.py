"""Carol is denied, asks why, an administrator adds what the page offers, and carol may.

Script T14 of the console's design, in a real browser with a running server.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from identity.models import Account, User
from tests.browser import check, needs_browser
from tests.factories import make_login_profile, make_user
from tests.stories.conftest import Opened

pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def carol(account: Account) -> User:
    return make_login_profile(make_user(account, "carol"))


def test_a_denial_is_explained_and_mended(
    signed_in_as: Opened, request: pytest.FixtureRequest, ana: User, carol: User
) -> None:
    make_login_profile(ana)
    with signed_in_as("example", "carol") as page:
        page.goto("/iam/users")
        expect(page.get_by_role("heading", level=1)).to_have_text("You may not do this")
        page.get_by_role("link", name="Explain this").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Explain ListUsers")
        expect(page.get_by_text("Does not allow it")).to_have_count(1)
        explanation = page.url
        if "with scripts" in request.node.name:
            check(page)
    with signed_in_as("example", "ana") as page:
        page.goto(explanation)
        page.get_by_role("button", name="Add as inline policy").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Create inline policy")
        assert not carol.policies.exists()
        page.get_by_label("Policy name").fill("Listing")
        page.get_by_role("button", name="Create policy").click()
        page.wait_for_url("**/iam/users/carol/permissions")
    with signed_in_as("example", "carol") as page:
        page.goto("/iam/users")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Users")
        page.goto(explanation)
        expect(page.get_by_text("The policies have changed since")).to_be_visible()
