"""The equivalent command: what the AWS CLI takes, and nothing that is secret."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from console import commands
from identity.callers import Caller
from identity.calls import Call
from identity.models import User
from tests.console.conftest import SignedIn
from tests.console.pages import submit, text


def told(action: str, service: str = "iam", **params: Any) -> str:
    return commands.command(Call(Caller(User()), service, action, params))


def test_a_call_reads_as_the_cli_has_it() -> None:
    assert told("CreateUser", UserName="bob") == "aws iam create-user --user-name bob"
    assert told("CreateSAMLProvider", Name="Corp").startswith("aws iam create-saml-provider")
    assert told("ListOpenIDConnectProviders") == "aws iam list-open-id-connect-providers"


def test_switches_lists_and_documents_are_quoted_for_a_shell() -> None:
    assert told("UpdateAccountPasswordPolicy", RequireSymbols=True, HardExpiry=False) == (
        "aws iam update-account-password-policy --require-symbols --no-hard-expiry"
    )
    tags = [{"Key": "team", "Value": "it's"}]
    assert told("TagUser", UserName="bob", Tags=tags) == (
        "aws iam tag-user --user-name bob --tags "
        """'[{"Key": "team", "Value": "it'"'"'s"}]'"""
    )
    assert told("CreateUser", UserName="a; rm -rf /").endswith("--user-name 'a; rm -rf /'")


@pytest.mark.parametrize(
    ("action", "service", "params"),
    [
        ("CreateLoginProfile", "iam", {"UserName": "bob", "Password": "horse-battery"}),
        ("ChangePassword", "iam", {"OldPassword": "horse-battery", "NewPassword": "horse-battery"}),
        ("UploadServerCertificate", "iam", {"PrivateKey": "horse-battery"}),
        ("UpdateSAMLProvider", "iam", {"AddPrivateKey": "horse-battery"}),
        ("EnableMFADevice", "iam", {"AuthenticationCode1": "horse-battery"}),
        ("GetSessionToken", "sts", {"TokenCode": "horse-battery"}),
    ],
)
def test_no_secret_is_in_it(action: str, service: str, params: dict[str, str]) -> None:
    command = told(action, service, **params)
    assert "horse" not in command
    assert commands.LEFT_OUT in command


def test_the_page_after_a_form_shows_it_and_no_other_page(
    signed_in: SignedIn, ana: User, ben: User
) -> None:
    browser: Client = signed_in(ana)
    made = submit(browser, "/iam/create-group", name="ops", path="/")
    words = text(browser.get(made.headers["Location"]))
    assert "Equivalent command aws iam create-group" in words
    assert "--group-name ops" in words
    assert "Equivalent command" not in text(browser.get("/iam/users/ben/permissions"))
    assert "Equivalent command" in text(browser.get(made.headers["Location"]))
