"""Account settings: the alias and the password policy."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from identity.models import Account, PasswordPolicy, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.events import logged
from tests.factories import make_account, make_user

ALIAS = "/iam/account-settings/alias"
POLICY = "/iam/account-settings/password-policy"
CUSTOM: dict[str, Any] = {"preset": "custom", "minimum_length": "10"}


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def alias_of(account: Account) -> str | None:
    account.refresh_from_db()
    return account.alias


# --- the page --------------------------------------------------------------------------------


def test_the_page_shows_both_sign_in_addresses(browser: Client, account: Account) -> None:
    words = text(browser.get("/iam/account-settings"))
    assert f"/sign-in/{account.id}" in words
    assert "/sign-in/example" in words
    assert "Default" in words


def test_each_card_says_what_it_needs(signed_in: SignedIn, ben: User) -> None:
    page = signed_in(ben).get("/iam/account-settings")
    assert page.status_code == 200
    assert "Needs iam:ListAccountAliases." in text(page)
    assert "Needs iam:GetAccountPasswordPolicy." in text(page)
    assert "example" not in text(page)


def test_another_accounts_settings_are_invisible(
    signed_in: SignedIn, cleo: User, ana: User
) -> None:
    assert "partner" in text(signed_in(cleo).get("/iam/account-settings"))
    assert "partner" not in text(signed_in(ana).get("/iam/account-settings"))


# --- the alias -------------------------------------------------------------------------------


def test_an_alias_is_created_changed_and_deleted(browser: Client, account: Account) -> None:
    assert submit(browser, ALIAS, alias="other-name").status_code == 303
    assert alias_of(account) == "other-name"
    assert submit(browser, f"{ALIAS}/delete", confirm="example").status_code == 422
    assert submit(browser, f"{ALIAS}/delete", confirm="Other-Name").status_code == 303
    assert alias_of(account) is None
    assert browser.get(f"{ALIAS}/delete").status_code == 404
    assert submit(browser, ALIAS, alias="third").status_code == 303
    names = set(logged().values_list("name", flat=True))
    assert {"CreateAccountAlias", "DeleteAccountAlias"} <= names


@pytest.mark.parametrize(
    "alias",
    [
        "",
        "ab",
        "Example",
        "a--b",
        "-ab",
        "ab-",
        "a" * 64,
        "123456789012",
        "root",
        "mfa",
        "a/b",
        "é" * 5,
    ],
)
def test_an_alias_that_aws_or_an_address_refuses_is_refused(
    browser: Client, account: Account, alias: str
) -> None:
    answer = submit(browser, ALIAS, alias=alias)
    assert answer.status_code == 422
    assert answer.context["form"].errors["alias"]
    assert alias_of(account) == "example"


def test_an_alias_of_another_account_is_taken(browser: Client, account: Account) -> None:
    make_account("Partner", "root@partner.test", alias="partner")
    answer = submit(browser, ALIAS, alias="partner")
    assert answer.status_code == 422
    assert "Another account has this alias." in answer.context["form"].errors["alias"][0]


def test_without_the_permission_the_alias_stays(
    signed_in: SignedIn, account: Account, ben: User
) -> None:
    browser = signed_in(ben)
    assert submit(browser, ALIAS, alias="mine").status_code == 403
    assert submit(browser, f"{ALIAS}/delete", confirm="example").status_code == 403
    assert alias_of(account) == "example"


@pytest.mark.parametrize("address", [ALIAS, f"{ALIAS}/delete", POLICY])
def test_a_form_without_its_csrf_token_changes_nothing(
    browser: Client, account: Account, address: str
) -> None:
    filled = {"alias": "mine", "confirm": "example", **CUSTOM}
    sent = {**filled, **hidden(browser.get(address)), "csrfmiddlewaretoken": ""}
    browser.handler.enforce_csrf_checks = True
    assert browser.post(address, sent).status_code == 400
    assert alias_of(account) == "example"
    assert not PasswordPolicy.objects.exists()


# --- the password policy ---------------------------------------------------------------------


def test_every_member_of_the_policy_can_be_set(browser: Client, account: Account) -> None:
    chosen = {
        **CUSTOM,
        "require_uppercase": "on",
        "require_lowercase": "on",
        "require_numbers": "on",
        "require_symbols": "on",
        "users_may_change": "on",
        "max_age": "90",
        "hard_expiry": "on",
        "reuse_prevention": "5",
    }
    assert submit(browser, POLICY, **chosen).status_code == 303
    assert PasswordPolicy.objects.get(account=account).describe() == {
        "MinimumPasswordLength": 10,
        "RequireSymbols": True,
        "RequireNumbers": True,
        "RequireUppercaseCharacters": True,
        "RequireLowercaseCharacters": True,
        "AllowUsersToChangePassword": True,
        "ExpirePasswords": True,
        "HardExpiry": True,
        "MaxPasswordAge": 90,
        "PasswordReusePrevention": 5,
    }
    words = text(browser.get("/iam/account-settings"))
    for word in ("At least 10 characters", "After 90 days", "An administrator only", "last 5"):
        assert word in words
    initial = browser.get(POLICY).context["form"]
    assert initial["preset"].value() == "custom"
    assert initial["max_age"].value() == 90


def test_the_recommended_policy_ignores_the_custom_fields(
    browser: Client, account: Account
) -> None:
    sent = {"preset": "recommended", "minimum_length": "6", "max_age": "nonsense"}
    assert submit(browser, POLICY, **sent).status_code == 303
    policy = PasswordPolicy.objects.get(account=account)
    assert (policy.minimum_password_length, policy.max_password_age) == (14, None)
    assert policy.allow_users_to_change_password
    assert browser.get(POLICY).context["form"]["preset"].value() == "recommended"


def test_the_default_removes_the_policy_and_may_be_chosen_again(
    browser: Client, account: Account
) -> None:
    PasswordPolicy.objects.create(account=account, minimum_password_length=20)
    assert submit(browser, POLICY, preset="default").status_code == 303
    assert not PasswordPolicy.objects.exists()
    assert submit(browser, POLICY, preset="default").status_code == 303
    assert "At least 8 characters" in text(browser.get("/iam/account-settings"))


def test_what_is_left_out_goes_back_to_its_default(browser: Client, account: Account) -> None:
    PasswordPolicy.objects.create(account=account, max_password_age=30, require_symbols=True)
    assert submit(browser, POLICY, **CUSTOM).status_code == 303
    policy = PasswordPolicy.objects.get(account=account)
    assert (policy.max_password_age, policy.require_symbols) == (None, False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minimum_length", "5"),
        ("minimum_length", "129"),
        ("minimum_length", ""),
        ("minimum_length", "ten"),
        ("minimum_length", "1e9"),
        ("max_age", "0"),
        ("max_age", "1096"),
        ("max_age", "-1"),
        ("reuse_prevention", "25"),
        ("reuse_prevention", "9" * 400),
        ("preset", "whatever"),
        ("preset", ""),
    ],
)
def test_a_number_out_of_range_is_refused_at_its_field(
    browser: Client, field: str, value: str
) -> None:
    answer = submit(browser, POLICY, **{**CUSTOM, field: value})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not PasswordPolicy.objects.exists()


def test_who_may_read_the_policy_but_not_change_it_cannot(
    signed_in: SignedIn, account: Account
) -> None:
    reader = make_user(account, "rea", allow=["iam:GetAccountPasswordPolicy"])
    browser = signed_in(reader)
    assert "Needs iam:UpdateAccountPasswordPolicy." in text(browser.get(POLICY))
    assert submit(browser, POLICY, **CUSTOM).status_code == 403
    assert not PasswordPolicy.objects.exists()


def test_who_may_not_read_the_policy_gets_the_page_that_says_so(
    signed_in: SignedIn, ben: User
) -> None:
    assert signed_in(ben).get(POLICY).status_code == 403
