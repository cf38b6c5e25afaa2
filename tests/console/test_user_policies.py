"""Inline policies of a user on its permissions page."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from identity.models import User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.factories import make_policy

HERE = "/iam/users/ben/permissions"
CREATE = "/iam/users/ben/inline/create"
ALLOW = [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": ALLOW})


@pytest.fixture
def browser(signed_in: SignedIn, ana: User, ben: User) -> Client:
    return signed_in(ana)


def test_a_policy_is_written_shown_changed_and_deleted(browser: Client, ben: User) -> None:
    assert submit(browser, CREATE, policy_name="read", document=DOCUMENT).status_code == 303
    assert "iam:GetUser" in text(browser.get(HERE))
    changed = DOCUMENT.replace("GetUser", "ListUsers")
    edit = "/iam/users/ben/inline/read/edit"
    assert submit(browser, edit, document=changed).status_code == 303
    assert "iam:ListUsers" in text(browser.get(HERE))
    assert submit(browser, "/iam/users/ben/inline/read/delete").status_code == 303
    assert "No inline policies" in text(browser.get(HERE))


@pytest.mark.parametrize("name", [".", "..", "create", "a=b", "~x"])
def test_a_policy_of_any_legal_name_can_be_edited_and_deleted(
    browser: Client, ben: User, name: str
) -> None:
    if name.startswith("~"):
        assert submit(browser, CREATE, policy_name=name, document=DOCUMENT).status_code == 422
        return
    make_policy(ben, name, ALLOW)
    page = browser.get(HERE)
    (policy,) = page.context["policies"].value
    assert not set(policy.segment) <= {"."}
    for step in ("edit", "delete"):
        assert browser.get(f"/iam/users/ben/inline/{policy.segment}/{step}").status_code == 200


def test_creating_does_not_write_over_a_policy_that_is_there(browser: Client, ben: User) -> None:
    make_policy(ben, "Read", ALLOW)
    other = DOCUMENT.replace("Allow", "Deny")
    answer = submit(browser, CREATE, policy_name="READ", document=other)
    assert answer.status_code == 422
    assert "There is a policy of this name already." in text(answer)
    assert "Deny" not in ben.policies.get().document


@pytest.mark.parametrize(
    "document",
    ["", "{", "[]", '{"Statement": "x"}', DOCUMENT.replace("Effect", "Efect"), "x" * 5000],
)
def test_a_document_that_cannot_be_read_is_refused_and_kept_in_the_form(
    browser: Client, ben: User, document: str
) -> None:
    answer = submit(browser, CREATE, policy_name="mine", document=document)
    assert answer.status_code == 422
    assert answer.context["form"].errors["document"]
    assert answer.context["form"]["document"].value() == document
    assert not ben.policies.exists()


def test_a_document_beyond_the_quota_is_refused_with_the_number(browser: Client) -> None:
    long = json.dumps(
        {"Version": "2012-10-17", "Statement": [dict(ALLOW[0], Sid=f"s{n}") for n in range(50)]}
    )
    answer = submit(browser, CREATE, policy_name="mine", document=long)
    assert "2048" in answer.context["form"].errors["document"][0]


def test_a_save_over_somebody_elses_change_is_refused(browser: Client, ben: User) -> None:
    policy = make_policy(ben, "read", ALLOW)
    edit = "/iam/users/ben/inline/read/edit"
    form = browser.get(edit)
    policy.document = DOCUMENT.replace("Allow", "Deny")
    policy.save()
    answer = browser.post(edit, {**hidden(form), "document": DOCUMENT})
    assert answer.status_code == 409
    assert "Someone changed this while you were editing" in text(answer)
    policy.refresh_from_db()
    assert "Deny" in policy.document


def test_what_stands_in_a_document_stays_text(browser: Client, ben: User) -> None:
    evil = "</code><script>alert(1)</script>"
    make_policy(ben, "evil", [dict(ALLOW[0], Resource=evil)])
    for url in (HERE, "/iam/users/ben/inline/evil/edit", "/iam/users/ben/inline/evil/delete"):
        page = browser.get(url).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_a_policy_that_is_not_there_is_404(browser: Client) -> None:
    assert browser.get("/iam/users/ben/inline/none/edit").status_code == 404
    assert submit(browser, "/iam/users/ben/inline/none/delete").status_code == 404
