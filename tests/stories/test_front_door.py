"""The front door, end to end: a browser and boto3 against the production server, as two people.

Root creates Li; Li must change her password, adds an authenticator app, signs in with it and makes
a key; boto3 uses the key; root deactivates it; the very next call is refused.
"""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.authenticator import Authenticator
from tests.browser import check, needs_browser
from tests.conftest import NewAccount
from tests.factories import PASSWORD, Key
from tests.live_server import LiveServer

pytestmark = needs_browser
EMAIL = "root@front-door.test"
OWN = "Purple-giraffe-11"


def person(chromium: Browser, server: LiveServer, faults: list[str]) -> BrowserContext:
    """A browser of one's own; what its console complains of (a blocked script) is a fault."""
    context = chromium.new_context(base_url=server.url, reduced_motion="reduce")
    context.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    return context


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def secrets(page: Page) -> list[str]:
    """What the page shows once, behind *Show*."""
    return [text.strip() for text in page.locator("output").all_text_contents()]


def sign_in_root(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Account ID, alias, or root user e-mail").fill(EMAIL)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/home")


def create_li(page: Page) -> str:
    """Root makes Li with a generated password, which is shown once."""
    page.goto("/iam/users")
    page.get_by_role("link", name="Create user").first.click()
    page.get_by_label("User name", exact=True).fill("Li")
    page.get_by_label("Password – this person signs in here").check()
    check(page)
    page.get_by_role("button", name="Next").click()
    page.get_by_role("radio", name="Administrator").check()
    check(page)
    page.get_by_role("button", name="Create user").click()
    page.wait_for_url("**/create-user/done/**")
    return secrets(page)[0]


def sign_in_li(page: Page, account: str, password: str) -> None:
    page.goto(f"/sign-in/{account}")
    page.get_by_label("User name", exact=True).fill("Li")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def choose_own_password(page: Page) -> None:
    heading(page, "Choose a new password")
    page.get_by_label("New password").fill("short")
    page.get_by_label("Type it again").fill("short")
    page.get_by_role("button", name="Change password and continue").click()
    heading(page, "Choose a new password")
    page.get_by_label("New password").fill(OWN)
    page.get_by_label("Type it again").fill(OWN)
    page.get_by_role("button", name="Change password and continue").click()
    page.wait_for_url("**/home")


def add_app(page: Page) -> Authenticator:
    """Li's phone reads the secret that the page shows; the recovery codes are shown once."""
    page.get_by_text("Li @ ").click()
    page.get_by_role("banner").get_by_role("link", name="My security credentials").click()
    page.get_by_role("link", name="Add authenticator app").click()
    secret = page.get_by_role("main").locator("code", has_text=" ").text_content() or ""
    app = Authenticator("", secret.replace(" ", ""), since=time.time())
    page.get_by_label("Code from the app").fill(app.code())
    page.get_by_role("button", name="Add device").click()
    page.wait_for_url("**/me/mfa/**")
    return app


def sign_out(page: Page) -> None:
    page.goto("/sign-out")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    heading(page, "signed out")


def enter_code(page: Page, app: Authenticator) -> None:
    heading(page, "Enter")
    page.get_by_label("Code").fill(app.code(1))
    page.get_by_role("button", name="Verify").click()
    page.wait_for_url("**/home")


def make_key(page: Page) -> Key:
    page.goto("/me/keys/create")
    page.get_by_role("button", name="Create access key").click()
    page.wait_for_url("**/me/keys/done/**")
    key_id = page.get_by_text("AKIA").first.text_content() or ""
    return Key(key_id, secrets(page)[0])


def deactivate(page: Page, key: Key) -> None:
    page.goto("/iam/users/Li/security-credentials")
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.get_by_text("Inactive", exact=True).first).to_be_visible()


def test_li_gets_in_as_herself_and_her_key_works_until_root_says_no(
    server: LiveServer, new_account: NewAccount, chromium: Browser
) -> None:
    faults: list[str] = []
    account, _ = new_account(server, EMAIL)
    root = person(chromium, server, faults).new_page()
    sign_in_root(root)
    first_password = create_li(root)

    li = person(chromium, server, faults).new_page()
    sign_in_li(li, account, first_password)
    choose_own_password(li)
    app = add_app(li)
    sign_out(li)
    sign_in_li(li, account, OWN)
    enter_code(li, app)
    key = make_key(li)

    caller = server.client("sts", key).get_caller_identity()
    assert caller["Arn"] == f"arn:aws:iam::{account}:user/Li"
    assert server.client("iam", key).get_user()["User"]["UserName"] == "Li"

    deactivate(root, key)
    with pytest.raises(ClientError) as refusal:
        server.client("sts", key).get_caller_identity()
    assert refusal.value.response["Error"]["Code"] == "InvalidClientTokenId"

    root.goto("/activity")
    expect(root.get_by_role("main")).to_contain_text("UpdateAccessKey")
    assert not [fault for fault in faults if "422" not in fault], faults
