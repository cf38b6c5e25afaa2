"""Alice makes a role for the partner's account; Pat, whom his policies let, uses it and comes back.

Script T12 of the console's design, in a real browser with a running server.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from identity.models import Account, TemporarySession, User
from tests.browser import check, needs_browser
from tests.factories import make_login_profile, make_managed_policy, make_user
from tests.stories.conftest import Opened

pytestmark = [*needs_browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pat(cleo: User) -> User:
    return make_login_profile(make_user(cleo.account, "pat", allow=["sts:AssumeRole"]))


def test_a_role_for_another_account_is_made_used_and_put_down(
    signed_in_as: Opened, request: pytest.FixtureRequest, ana: User, pat: User, account: Account
) -> None:
    make_login_profile(ana)
    make_managed_policy(
        account, "Aaa", [{"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}]
    )
    scripts = "with scripts" in request.node.name
    with signed_in_as("example", "ana") as page:
        link = make_role_for(page, pat.account_id, scripts=scripts)
    with signed_in_as("partner", "pat") as page:
        use_role(page, link, scripts=scripts)
        assert not TemporarySession.objects.exists()
        page.locator("details.menu > summary").last.click()
        page.get_by_role("button", name="PartnerAudit @").click()
        page.wait_for_url("**/home")
        expect(page.get_by_label("Role in use")).to_contain_text("PartnerAudit")


def make_role_for(page: Page, account_id: str, *, scripts: bool) -> str:
    """Returns the address that switches to it."""
    page.goto("/iam")
    page.get_by_role("link", name="Create role").click()
    page.get_by_label("Role name").fill("PartnerAudit")
    page.get_by_text("Another account").click()
    page.get_by_label("Account ID").fill(account_id)
    expect(page.get_by_label("SAML provider")).to_be_hidden()
    if scripts:
        check(page)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Aaa, Custom").check()
    page.get_by_role("button", name="Create role").click()
    expect(page.get_by_text("What lets people use it")).to_be_visible()
    link = page.get_by_role("link", name="Open in Switch role").get_attribute("href")
    if scripts:
        check(page)
    assert link
    return link


def use_role(page: Page, link: str, *, scripts: bool) -> None:
    """Switch, look at a page of the other account, and stop."""
    page.goto(link)
    expect(page.get_by_label("Role name")).to_have_value("PartnerAudit")
    if scripts:
        check(page)
    page.get_by_role("button", name="Switch role").click()
    page.wait_for_url("**/home")
    expect(page.get_by_label("Role in use")).to_contain_text("Using role PartnerAudit in")
    assert page.locator("link[rel=icon]").get_attribute("href", timeout=1000)
    page.goto("/iam/users")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Users")
    if scripts:
        check(page)
    page.get_by_role("button", name="Stop using role").click()
    page.wait_for_url("**/home")
