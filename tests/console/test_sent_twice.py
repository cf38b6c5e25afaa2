"""Every form that makes something makes one of it, however often it is pressed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from console import who_can
from console.models import Job
from federation.models import OidcProvider
from identity.models import (
    AccessKey,
    Account,
    ArchiveRule,
    Group,
    InstanceProfile,
    ServiceSpecificCredential,
    SSHPublicKey,
    User,
    UserPolicy,
)
from tests.certificates import rsa_key, ssh_line
from tests.console.conftest import sign_in
from tests.console.pages import hidden
from tests.events import logged
from tests.factories import make_document

pytestmark = pytest.mark.django_db

BEN = "/iam/users/ben"
ALLOW = make_document([{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}])


@pytest.fixture
def browser(ana: User, ben: User) -> Client:
    return sign_in(ana)


def twice(browser: Client, address: str, typed: dict[str, Any], form: str = "") -> list[Any]:
    fields = {**hidden(browser.get(form or address)), **typed}
    return [browser.post(address, fields) for _ in range(2)]


@pytest.mark.parametrize(
    ("address", "typed", "model", "made_by"),
    [
        ("/iam/create-group", {"name": "ops"}, Group, "CreateGroup"),
        (f"{BEN}/keys/create", {}, AccessKey, "CreateAccessKey"),
        ("/me/keys/create", {}, AccessKey, "CreateAccessKey"),
        (
            f"{BEN}/inline/create",
            {"name": "own", "policy_name": "own", "document": ALLOW},
            UserPolicy,
            "PutUserPolicy",
        ),
        (
            "/iam/add-provider/oidc",
            {"issuer_url": "https://idp.example.com", "client_ids": "console"},
            OidcProvider,
            "CreateOpenIDConnectProvider",
        ),
        (
            f"{BEN}/credentials/ssh-keys/add",
            {"body": ssh_line(rsa_key())},
            SSHPublicKey,
            "UploadSSHPublicKey",
        ),
        (
            f"{BEN}/credentials/service-credentials/add",
            {"service": "codecommit.amazonaws.com"},
            ServiceSpecificCredential,
            "CreateServiceSpecificCredential",
        ),
        (
            "/iam/archive-rules",
            {"name": "meant", "resource": "arn:aws:iam::1:role/x"},
            ArchiveRule,
            "CreateArchiveRule",
        ),
        ("/iam/create-instance-profile", {"name": "web"}, InstanceProfile, "CreateInstanceProfile"),
        ("/iam/credential-report", {}, Job, ""),
    ],
    ids=lambda one: one if isinstance(one, str) and one.startswith("/") else "",
)
def test_a_form_sent_twice_makes_one_and_leads_to_it_twice(
    browser: Client, address: str, typed: dict[str, Any], model: type[Model], made_by: str
) -> None:
    before = model._default_manager.count()
    first, second = twice(browser, address, typed)
    assert (first.status_code, second.status_code) == (303, 303), first.content.decode()[-3000:]
    assert first.headers["Location"] == second.headers["Location"]
    assert model._default_manager.count() == before + 1
    assert not made_by or logged().filter(name=made_by).count() == 1


@pytest.mark.parametrize("address", ["/iam/findings/look", "/iam/who-can/job"])
def test_long_work_that_is_asked_for_twice_is_one_job(
    browser: Client, account: Account, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(who_can, "AT_ONCE", 0)
    typed = {"action": "iam:GetUser", "resource": "*"}
    first, second = (browser.post(address, typed) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Job.objects.count() == 1


def test_an_edit_sent_twice_is_no_conflict_with_itself(browser: Client, ben: User) -> None:
    first, second = twice(browser, f"{BEN}/tags", {"key_1": "team", "value_1": "red"})
    assert (first.status_code, second.status_code) == (303, 303)
    assert ben.tags.count() == 1


def test_the_token_of_a_form_leads_nobody_in_who_is_not_signed_in(browser: Client) -> None:
    fields = {**hidden(browser.get("/iam/create-group")), "name": "ops"}
    browser.post("/iam/create-group", fields)
    assert Client().post("/iam/create-group", fields).headers["Location"] == "/sign-in"
