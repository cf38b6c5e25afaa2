"""Search over everything the reader may list, and the addresses that stay true."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console import search_words
from identity.models import Account, User
from tests.console.conftest import SignedIn
from tests.console.pages import text
from tests.factories import make_key, make_user

TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},'
    '"Action":"sts:AssumeRole"}]}'
)

ROOTS = ("/status", "/billing")


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def one_of_each(iam: Any, ana: User) -> dict[str, Any]:
    """A user, a group, a role and a policy whose names begin alike."""
    client = iam(ana)
    return {
        "user": client.create_user(UserName="ops-li")["User"],
        "group": client.create_group(GroupName="ops-all")["Group"],
        "role": client.create_role(RoleName="ops-role", AssumeRolePolicyDocument=TRUST)["Role"],
        "policy": client.create_policy(
            PolicyName="ops-read",
            PolicyDocument='{"Version":"2012-10-17","Statement":'
            '[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}',
        )["Policy"],
    }


def found(browser: Client, query: str) -> dict[str, list[str]]:
    groups = browser.get("/search", {"q": query}).context["groups"]
    return {group.label: [hit.label for hit in group.hits] for group in groups}


def test_names_of_every_kind_are_found_from_their_start(
    browser: Client, one_of_each: dict[str, Any]
) -> None:
    shown = found(browser, "OPS-")
    assert shown["Users"] == ["ops-li"]
    assert shown["User groups"] == ["ops-all"]
    assert shown["Roles"] == ["ops-role"]
    assert shown["Policies"] == ["ops-read"]
    assert found(browser, "s-all") == {}


def test_every_hit_leads_to_a_page(browser: Client, one_of_each: dict[str, Any]) -> None:
    page = browser.get("/search", {"q": "ops"})
    links = re.findall(r'<a[^>]* href="(/[^"#]*)', page.content.decode())
    for link in links:
        assert browser.get(link).status_code in (200, 301, 303), link


def test_a_search_makes_the_same_few_queries_however_much_there_is(
    browser: Client, account: Account, one_of_each: dict[str, Any]
) -> None:
    for number in range(12):
        make_user(account, f"ops-{number}")
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get("/search", {"q": "ops"})
    assert len(captured) <= 12, [query["sql"][:90] for query in captured]
    (users,) = (group for group in answer.context["groups"] if group.label == "Users")
    assert (len(users.hits), users.more_url) == (5, "/iam/users?q=ops")


def test_only_what_one_may_list_is_searched(
    signed_in: SignedIn, account: Account, one_of_each: dict[str, Any]
) -> None:
    reader = make_user(account, "reader", allow=["iam:ListRoles"])
    assert set(found(signed_in(reader), "ops")) == {"Roles"}


def test_nothing_of_another_account_is_found(browser: Client, cleo: User) -> None:
    assert found(browser, "cleo") == {}
    assert found(browser, cleo.account_id) == {}


@pytest.mark.parametrize("kind", ["user", "group", "role", "policy"])
def test_a_whole_id_or_arn_leads_straight_to_the_page(
    browser: Client, one_of_each: dict[str, Any], kind: str
) -> None:
    made = one_of_each[kind]
    unique_id = next(value for key, value in made.items() if key.endswith("Id"))
    for exact in (made["Arn"], unique_id):
        first = browser.get("/search", {"q": f" {exact} "})
        assert first.status_code == 303
        assert browser.get(first.headers["Location"]).status_code == 303


def test_a_key_leads_to_its_owner(browser: Client, ben: User) -> None:
    first = browser.get("/search", {"q": make_key(ben).id})
    at = browser.get(first.headers["Location"]).headers["Location"]
    assert at == "/iam/users/ben/security-credentials"


def test_of_what_was_deleted_the_page_says_when_and_by_whom(
    browser: Client, one_of_each: dict[str, Any], iam: Any, ana: User
) -> None:
    client = iam(ana)
    key = client.create_access_key(UserName="ops-li")["AccessKey"]["AccessKeyId"]
    client.delete_access_key(UserName="ops-li", AccessKeyId=key)
    client.delete_user(UserName="ops-li")
    client.delete_group(GroupName="ops-all")
    client.delete_role(RoleName="ops-role")
    client.delete_policy(PolicyArn=one_of_each["policy"]["Arn"])
    gone = [f"/iam/by-key/{key}"]
    for made in one_of_each.values():
        unique_id = next(value for name, value in made.items() if name.endswith("Id"))
        gone += [f"/iam/by-id/{unique_id}", f"/iam/by-arn?arn={made['Arn']}"]
    for address in gone:
        answer = browser.get(address)
        assert answer.status_code == 410, address
        assert "By ana" in text(answer), address


def test_who_may_not_read_the_log_learns_of_no_deletion(
    signed_in: SignedIn, account: Account, iam: Any, ana: User
) -> None:
    client = iam(ana)
    made = client.create_group(GroupName="short-lived")["Group"]
    client.delete_group(GroupName="short-lived")
    reader = signed_in(make_user(account, "reader", allow=["iam:Get*"]))
    stranger = signed_in(make_user(account, "stranger"))
    for address in (f"/iam/by-id/{made['GroupId']}", f"/iam/by-arn?arn={made['Arn']}"):
        assert reader.get(address).status_code == 404
        assert stranger.get(address).status_code == 403


def test_pages_are_found_by_their_words(browser: Client) -> None:
    assert "Password policy" in found(browser, "password pol")["Pages"]
    assert "Activity" in found(browser, "audit")["Pages"]


@pytest.mark.parametrize(
    ("phrase", "label", "address"),
    [
        ("create user", "Create a user", "/iam/create-user"),
        ("Reset password BEN", "Reset the password of ben", "/iam/users/ben/password"),
        ("manage MFA for ben", "Manage MFA for ben", "/iam/users/ben/security-credentials"),
        ("delete user ben", "Delete user ben", "/iam/users/ben/delete"),
    ],
)
def test_tasks_are_understood(
    browser: Client, ben: User, phrase: str, label: str, address: str
) -> None:
    groups = browser.get("/search", {"q": phrase}).context["groups"]
    hits = [
        (hit.label, hit.url) for group in groups if group.label == "Tasks" for hit in group.hits
    ]
    assert (label, address) in hits


def test_a_question_about_access_is_filled_in(browser: Client, ben: User) -> None:
    (group,) = browser.get("/search", {"q": "explain ben s3:GetObject"}).context["groups"]
    assert "action=s3%3AGetObject" in group.hits[0].url
    assert "user%2Fben" in group.hits[0].url


def test_a_task_about_somebody_unknown_is_not_offered(browser: Client) -> None:
    assert "Tasks" not in found(browser, "reset password nobody")


@pytest.mark.parametrize("query", ["", "  ", "xyzzy", "\x00", "%", "_", "*", "'", "é" * 600, "\\"])
def test_whatever_is_typed_is_answered(browser: Client, query: str) -> None:
    answer = browser.get("/search", {"q": query})
    assert answer.status_code == 200
    assert answer.context["groups"] == []


def test_every_page_and_task_of_the_search_is_there_or_left_out(browser: Client) -> None:
    names = [page.url_name for page in search_words.PAGES]
    assert len(set(names)) == len(names)
    for page in search_words.PAGES:
        for hit in search_words.pages(str(page.label)):
            reached = (200, 302, 303, 403) if hit.url in ROOTS else (200, 302, 303)
            assert browser.get(hit.url).status_code in reached, hit.url


def test_the_help_is_searched_and_each_topic_opens(browser: Client) -> None:
    assert "MFA and recovery codes" in found(browser, "recovery codes")["Help"]
    page = browser.get("/help")
    topics = re.findall(r'href="(/help/[\w-]+)"', page.content.decode())
    assert len(topics) > 10
    for topic in topics:
        assert browser.get(topic).status_code == 200
    assert browser.get("/help/nothing").status_code == 404


def test_the_address_of_what_was_deleted_says_when_and_by_whom(
    browser: Client, iam: Any, ana: User, one_of_each: dict[str, Any]
) -> None:
    client = iam(ana)
    client.update_group(GroupName="ops-all", NewGroupName="ops-every")
    answer = browser.get("/iam/groups/OPS-ALL/users?q=1")
    assert (answer.status_code, answer["Location"]) == (301, "/iam/groups/ops-every/users?q=1")
    client.delete_group(GroupName="ops-every")
    client.delete_role(RoleName="ops-role")
    client.delete_policy(PolicyArn=one_of_each["policy"]["Arn"])
    for address in ("groups/ops-every", "roles/ops-role", "policies/ops-read"):
        answer = browser.get(f"/iam/{address}")
        assert answer.status_code == 410, address
        assert "By ana" in text(answer)
    assert browser.get("/iam/built-in-policies/ops-read").status_code == 404
    assert browser.get("/iam/groups/ops-none").status_code == 404
