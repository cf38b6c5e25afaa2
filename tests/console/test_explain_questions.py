"""The form of explain access: can WHO do ACTION on RESOURCE?"""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from identity.models import Account, User
from tests.console.conftest import SignedIn
from tests.console.pages import inputs, text, title
from tests.console.test_explain import MARKUP, OFFICE, allowing, denying
from tests.factories import attach, make_managed_policy, make_policy, make_role


def asked(browser: Client, **query: str) -> Any:
    return browser.get("/iam/explain", {"action": "iam:ListUsers", "resource": "*", **query})


def test_the_form_is_about_oneself_at_first(signed_in: SignedIn, ana: User) -> None:
    page = signed_in(ana).get("/iam/explain")
    assert page.status_code == 200
    assert {field["name"]: field.get("value") for field in inputs(page)}["who"] == ana.arn


def test_the_user_page_leads_to_the_question(signed_in: SignedIn, ana: User, ben: User) -> None:
    html = signed_in(ana).get("/iam/users/ben/permissions").content.decode()
    found = re.search(r'href="(/iam/explain\?who=[^"]+)"', html)
    assert found
    page = signed_in(ana).get(found.group(1))
    assert page.status_code == 200
    assert {field["name"]: field.get("value") for field in inputs(page)}["who"] == ben.arn


@pytest.mark.parametrize("who", ["ben", "BEN", "user/ben", "arn"])
def test_a_user_is_asked_about_by_name_or_arn(
    signed_in: SignedIn, ana: User, ben: User, who: str
) -> None:
    page = asked(signed_in(ana), who=ben.arn if who == "arn" else who)
    assert "ben (user in" in text(page)
    assert title(page).startswith("Denied: iam:ListUsers")


def test_each_of_the_four_answers_is_given_in_words(
    signed_in: SignedIn, ana: User, ben: User, cleo: User
) -> None:
    browser = signed_in(ana)
    make_policy(ben, "P", [allowing("iam:GetUser"), allowing("iam:ListUsers", Condition=OFFICE)])
    assert "Allowed" in text(asked(browser, who="ben", action="iam:GetUser"))
    assert "Denied" in text(asked(browser, who="ben", action="iam:GetRole"))
    depends = text(asked(browser, who="ben"))
    assert "Depends on a value that you did not give" in depends
    assert "hangs on aws:SourceIp." in depends
    theirs = asked(browser, who="ben", action="iam:GetUser", resource=cleo.arn)
    assert "Cannot tell" in text(theirs)


@pytest.mark.parametrize(
    ("address", "answer"), [("203.0.113.5", "Allowed"), ("192.0.2.1", "Denied")]
)
def test_given_facts_settle_the_answer(
    signed_in: SignedIn, ana: User, ben: User, address: str, answer: str
) -> None:
    make_policy(ben, "P", [allowing("iam:ListUsers", Condition=OFFICE)])
    page = asked(signed_in(ana), who="ben", context=f"aws:SourceIp={address}")
    assert title(page).startswith(answer)


def test_a_role_is_asked_about_by_name(signed_in: SignedIn, account: Account, ana: User) -> None:
    make_role(account, "Reader", allow=["iam:ListUsers"], path="/ci/")
    assert title(asked(signed_in(ana), who="role/Reader")).startswith("Allowed")


def test_a_managed_policy_and_a_boundary_are_named(
    signed_in: SignedIn, account: Account, ana: User, ben: User
) -> None:
    attach(ben, make_managed_policy(account, "Listing", [allowing("iam:List*")]))
    ben.boundary = make_managed_policy(account, "Cap", [denying("iam:ListUsers", Sid="Cap1")])
    ben.save()
    words = text(asked(signed_in(ana), who="ben"))
    assert f"arn:aws:iam::{account.id}:policy/Cap , statement Cap1" in words
    assert f"Allowed by arn:aws:iam::{account.id}:policy/Listing , statement 1" in words
    assert "Add to the permissions boundary" in words


def test_a_deny_with_a_condition_is_the_rung_that_decides_with_what_it_wants(
    signed_in: SignedIn, ana: User, ben: User
) -> None:
    make_policy(ben, "P", [allowing("iam:*"), denying("iam:*", Sid="Out", Condition=OFFICE)])
    browser = signed_in(ana)
    inside = asked(browser, who="ben", context="aws:SourceIp=203.0.113.5")
    assert title(inside).startswith("Denied")
    assert "statement Out" in text(inside)
    assert "203.0.113.5" in text(inside)
    outside = asked(browser, who="ben", context="aws:SourceIp=192.0.2.1")
    assert title(outside).startswith("Allowed")


@pytest.mark.parametrize("who", ["ana", "nobody", "role/nothing"])
def test_about_others_only_who_may_simulate_is_answered(
    signed_in: SignedIn, ana: User, ben: User, who: str
) -> None:
    assert asked(signed_in(ben), who=who).status_code == 403


@pytest.mark.parametrize("who", ["nobody", "role/nothing", "arn:aws:iam::1:user/x", "arn:::"])
def test_whom_the_account_does_not_have_is_a_fault_of_the_form(
    signed_in: SignedIn, ana: User, who: str
) -> None:
    page = asked(signed_in(ana), who=who)
    assert page.status_code == 422
    assert "This account has no user or role of this name." in text(page)


def test_another_accounts_user_is_as_unknown_as_nobody(
    signed_in: SignedIn, ana: User, cleo: User
) -> None:
    assert asked(signed_in(ana), who=cleo.arn).status_code == 422


def test_about_oneself_everybody_is_answered_by_the_facts_of_the_session(
    signed_in: SignedIn, ben: User
) -> None:
    page = asked(signed_in(ben), who=ben.arn)
    assert page.status_code == 200
    assert title(page).startswith("Denied")


def test_other_facts_are_only_for_who_may_simulate(signed_in: SignedIn, ben: User) -> None:
    make_policy(ben, "P", [allowing("iam:ListUsers", Condition=OFFICE)])
    page = asked(signed_in(ben), who=ben.arn, context="aws:SourceIp=203.0.113.5")
    assert page.status_code == 422
    assert "you need iam:SimulatePrincipalPolicy" in text(page)


@pytest.mark.parametrize(
    "query",
    [
        {"action": "iam:*"},
        {"action": "ListUsers"},
        {"action": ""},
        {"action": "iam:List Users"},
        {"resource": ""},
        {"who": ""},
        {"context": "no equals sign"},
        {"context": "nocolon=1"},
        {"context": "=1"},
        {"context": "\n".join(f"aws:RequestTag/{number}=1" for number in range(51))},
        {"context": "x" * 1_000_000},
        {"resource": "x" * 2049},
        {"who": "x" * 2049},
    ],
)
def test_a_question_that_cannot_be_read_is_a_fault_of_the_form(
    signed_in: SignedIn, ana: User, query: dict[str, str]
) -> None:
    assert asked(signed_in(ana), **{"who": "ana", **query}).status_code == 422


@pytest.mark.parametrize("address", ["/iam/explain", f"/iam/explain/{uuid.UUID(int=0)}"])
def test_explanations_are_only_read(signed_in: SignedIn, ana: User, address: str) -> None:
    assert signed_in(ana).post(address).status_code == 405


@pytest.mark.parametrize(
    ("action", "asks_back"), [("iam:ListUserz", True), ("iam:LISTusers", False)]
)
def test_a_misspelt_action_is_answered_and_asked_back(
    signed_in: SignedIn, ana: User, action: str, asks_back: bool
) -> None:
    words = text(asked(signed_in(ana), who="ana", action=action))
    assert ("Did you mean iam:ListUsers?" in words) == asks_back


def test_markup_in_a_question_stays_text(signed_in: SignedIn, ana: User) -> None:
    browser = signed_in(ana)
    pages = [
        asked(browser, who="ana", action="iam:TagUser", resource=MARKUP),
        asked(browser, who=MARKUP),
        asked(browser, who="ana", action=MARKUP),
        asked(browser, who="ana", context=MARKUP),
        asked(browser, who="ana", context=f"aws:RequestTag/{MARKUP}={MARKUP}"),
    ]
    for page in pages:
        assert "<script>alert" not in page.content.decode()


def test_a_page_needs_the_same_queries_however_many_statements_there_are(
    signed_in: SignedIn, ana: User, ben: User, django_assert_max_num_queries: Any
) -> None:
    many = [allowing("iam:ListUsers", Sid=f"S{number}", Condition=OFFICE) for number in range(40)]
    make_policy(ben, "Many", many)
    browser = signed_in(ana)
    with django_assert_max_num_queries(32):
        page = asked(browser, who="ben", context="aws:SourceIp=192.0.2.1")
    assert "35 other statements" in text(page)
