"""The explain pages and the page of a refusal in a real browser: axe in both themes, 320 pixels."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page

from identity.models import Account, User
from tests.browser import check, needs_browser
from tests.console.conftest import SignedIn, sign_in
from tests.console.test_explain import OFFICE, allowing, denying, explain_link, refused_page
from tests.factories import make_group, make_managed_policy, make_policy

pytestmark = [*needs_browser, pytest.mark.django_db]


@pytest.fixture
def client(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def refusal(signed_in: SignedIn, account: Account, ben: User) -> str:
    """Where ben's refusal is explained: near misses in a group, a deny and a silent boundary."""
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    group = make_group(account, "staff", ben)
    near = [allowing("iam:ListUsers", Sid=f"S{n}", Condition={**OFFICE, **mfa}) for n in range(8)]
    make_policy(group, "Reading", near)
    make_policy(ben, "Denying", [denying("iam:List*", Sid="NoLists")])
    cap = [allowing("s3:*"), denying("iam:Delete*", Sid="NoDeletes")]
    ben.boundary = make_managed_policy(account, "A-boundary-with-a-long-name-in-one-word", cap)
    ben.save()
    return explain_link(refused_page(signed_in(ben)))


def test_a_refusal_explained_is_without_fault(opened: Callable[..., Page], refusal: str) -> None:
    page = opened(refusal)
    for folded in page.locator("details").all():
        folded.evaluate("element => element.open = true")
    check(page)


def test_the_page_of_a_refusal_is_without_fault(
    opened: Callable[..., Page], client: Client, ben: User
) -> None:
    client.cookies = sign_in(ben).cookies
    page = opened("/iam/users")
    page.locator("summary", has_text="Encoded authorization message").click()
    check(page)
