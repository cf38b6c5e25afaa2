"""Two people edit the same thing: the second is shown what was, what is and what would be."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from identity.models import Account, Group, PasswordPolicy, Role, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.factories import (
    make_document,
    make_group,
    make_managed_policy,
    make_policy,
    make_role,
    trusting,
)

READ, WRITE, ALL = (
    make_document([{"Effect": "Allow", "Action": action, "Resource": "*"}])
    for action in ("iam:GetUser", "iam:CreateUser", "iam:*")
)
TAGS = "/iam/users/ben/tags"
INLINE = "/iam/users/ben/inline/mine/edit"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User, ben: User) -> Client:
    make_policy(ben, "mine", [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}])
    return signed_in(ana)


def shown(answer: Any) -> list[str]:
    """The three columns."""
    found = re.findall(
        r"<pre class=\"code\"><code>(.*?)</code>", answer.content.decode(), re.DOTALL
    )
    return [unescape(column) for column in found]


def overtaken(browser: Client, ben: User) -> Any:
    """ana opens the tags, somebody adds one, and ana saves hers."""
    opened = hidden(browser.get(TAGS))
    ben.tags.create(key="team", value="red")
    return browser.post(TAGS, {**opened, "key_1": "level", "value_1": "3"})


def test_the_page_shows_the_three_and_changes_nothing(browser: Client, ben: User) -> None:
    ben.tags.create(key="old", value="1")
    answer = overtaken(browser, ben)
    assert answer.status_code == 409
    assert "Someone changed this while you were editing" in text(answer)
    assert shown(answer) == ["old = 1", "old = 1\nteam = red", "level = 3"]
    assert [tag.key for tag in ben.tags.order_by("key")] == ["old", "team"]


def test_mine_can_be_used_in_the_knowledge_of_theirs(browser: Client, ben: User) -> None:
    answer = browser.post(TAGS, hidden(overtaken(browser, ben)))
    assert answer.status_code == 303
    assert [(tag.key, tag.value) for tag in ben.tags.all()] == [("level", "3")]


def test_mine_is_asked_about_again_when_theirs_changed_once_more(
    browser: Client, ben: User
) -> None:
    fields = hidden(overtaken(browser, ben))
    ben.tags.create(key="late", value="x")
    answer = browser.post(TAGS, fields)
    assert answer.status_code == 409
    assert shown(answer)[1] == "late = x\nteam = red"


def test_it_can_be_edited_again_with_what_was_typed(browser: Client, ben: User) -> None:
    answer = browser.post(TAGS, {**hidden(overtaken(browser, ben)), "check": "1"})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert 'value="level"' in html
    assert ben.tags.get().key == "team"
    typed = {"key_1": "level", "value_1": "4", "key_2": "team", "value_2": "red"}
    assert browser.post(TAGS, {**hidden(answer), **typed}).status_code == 303
    assert {tag.key: tag.value for tag in ben.tags.all()} == {"level": "4", "team": "red"}


def test_no_row_of_mine_is_lost_when_theirs_are_fewer(browser: Client, ben: User) -> None:
    for number in range(10):
        ben.tags.create(key=f"k{number}", value="x")
    opened = hidden(browser.get(TAGS))
    ben.tags.all().delete()
    typed = {f"key_{n}": f"k{n}" for n in range(1, 16)} | {f"value_{n}": "y" for n in range(1, 16)}
    answer = browser.post(TAGS, {**opened, **typed})
    assert answer.status_code == 409
    assert browser.post(TAGS, hidden(answer)).status_code == 303
    assert ben.tags.count() == 15


def test_an_inline_policy_is_compared_as_text(browser: Client, ben: User) -> None:
    opened = hidden(browser.get(INLINE))
    ben.policies.filter(name="mine").update(document=WRITE)
    answer = browser.post(INLINE, {**opened, "document": ALL})
    assert answer.status_code == 409
    columns = [re.search(r"iam:[\w*]+", column) for column in shown(answer)]
    assert [found.group() for found in columns if found] == [
        "iam:GetUser",
        "iam:CreateUser",
        "iam:*",
    ]
    again = browser.post(INLINE, {**hidden(answer), "check": "1"})
    assert again.status_code == 200
    assert "iam:*" in again.content.decode()


@pytest.mark.parametrize("address", ["/iam/policies/shared/edit", "/iam/roles/deploy/trust/edit"])
def test_a_managed_policy_and_a_trust_policy_are_too(
    browser: Client, account: Account, address: str
) -> None:
    allowed = [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]
    policy = make_managed_policy(account, "shared", allowed)
    role = make_role(account, "deploy")
    opened = hidden(browser.get(address))
    _overtake(browser, policy.name, role)
    answer = browser.post(address, {**opened, "document": READ})
    assert answer.status_code == 409
    assert len(set(shown(answer))) == 3


def _overtake(browser: Client, policy: str, role: Role) -> None:
    address = f"/iam/policies/{policy}/edit"
    page = browser.get(address)
    for _ in range(2):  # the first press shows what would change
        page = browser.post(address, {**hidden(page), "document": ALL, "make_default": "on"})
    wider = trusting(role.account.root_arn).replace("sts:AssumeRole", "sts:*")
    Role.objects.filter(pk=role.pk).update(trust_policy=wider)


USER, GROUP, ROLE = "/iam/users/ben/edit", "/iam/groups/ops/edit", "/iam/roles/deploy/edit"
POLICY = "/iam/account-settings/password-policy"


def _change_all(account: Account) -> None:
    User.objects.filter(name="ben").update(path="/theirs/")
    Group.objects.filter(name="ops").update(path="/theirs/")
    Role.objects.filter(name="deploy").update(description="theirs")
    PasswordPolicy.objects.update_or_create(
        account=account, defaults={"minimum_password_length": 20}
    )


@pytest.mark.parametrize(
    ("address", "typed", "columns"),
    [
        (
            USER,
            {"name": "ben", "path": "/mine/"},
            ["User name: ben\nPath: /", "Path: /theirs/", "Path: /mine/"],
        ),
        (GROUP, {"name": "ops", "path": "/mine/"}, ["Path: /", "Path: /theirs/", "Path: /mine/"]),
        (
            ROLE,
            {"description": "mine", "duration": "7200"},
            ["Session limit: 1 h", "Description: theirs", "mine\nSession limit: 2 h"],
        ),
        (
            POLICY,
            {"preset": "recommended", "minimum_length": "8"},
            ["Policy: Default", "Minimum length: 20", "Policy: Recommended"],
        ),
    ],
    ids=["user", "group", "role", "password policy"],
)
def test_plain_fields_are_compared_line_by_line(
    browser: Client, account: Account, address: str, typed: dict[str, str], columns: list[str]
) -> None:
    make_group(account, "ops")
    make_role(account, "deploy")
    opened = hidden(browser.get(address))
    _change_all(account)
    answer = browser.post(address, {**opened, **typed})
    assert answer.status_code == 409
    assert all(part in whole for part, whole in zip(columns, shown(answer), strict=True))
    again = browser.post(address, {**hidden(answer), "check": "1"})
    assert again.status_code == 200
    html = again.content.decode()
    assert "mine" in html or re.search(r'value="recommended"[^>]*checked', html)
    saved = browser.post(address, {**hidden(again), **typed})
    assert saved.status_code == 303


@pytest.mark.parametrize("address", [USER, GROUP, ROLE, POLICY])
def test_what_nobody_changed_is_saved_without_a_question(
    browser: Client, account: Account, address: str
) -> None:
    make_group(account, "ops")
    make_role(account, "deploy")
    typed = {
        USER: {"name": "ben", "path": "/mine/"},
        GROUP: {"name": "ops", "path": ""},
        ROLE: {"description": "", "duration": "3600"},
        POLICY: {"preset": "custom", "minimum_length": "9", "users_may_change": "on"},
    }
    opened = hidden(browser.get(address))
    assert browser.post(address, {**opened, **typed[address]}).status_code == 303


@pytest.mark.parametrize("version", ["", "x", "[]", "[1, 2, 3]", "{}", "null", "9" * 5000])
def test_a_version_that_no_page_wrote_is_a_conflict(
    browser: Client, ben: User, version: str
) -> None:
    answer = browser.post(TAGS, {**hidden(browser.get(TAGS)), "version": version, "key_1": "k"})
    assert answer.status_code == 409
    assert not ben.tags.exists()


def test_a_hostile_text_stays_text(browser: Client, ben: User) -> None:
    opened = hidden(browser.get(TAGS))
    ben.tags.create(key="team", value="red")
    sent = {**opened, "key_1": "<script>alert(1)</script>", "value_1": '"><b>'}
    html = browser.post(TAGS, sent).content.decode()
    assert "<script>alert" not in html
    assert "<b>" not in html


# --- undo ----------------------------------------------------------------------------------------


def undo(browser: Client, page: Any) -> Any:
    """Press the Undo of the message, as its form stands there."""
    form = re.search(
        rf'<form method="post" action="{TAGS}">(.*?)Undo', page.content.decode(), re.DOTALL
    )
    assert form
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form.group(1))
    return browser.post(TAGS, {name: unescape(value) for name, value in fields})


def test_a_removed_tag_comes_back_by_the_undo_of_the_message(browser: Client, ben: User) -> None:
    ben.tags.create(key="team", value="red")
    saved = submit(browser, TAGS, key_1="level", value_1="3")
    assert [tag.key for tag in ben.tags.all()] == ["level"]
    assert undo(browser, browser.get(saved.headers["Location"])).status_code == 303
    assert [(tag.key, tag.value) for tag in ben.tags.all()] == [("team", "red")]


def test_an_undo_takes_back_nothing_that_somebody_changed_meanwhile(
    browser: Client, ben: User
) -> None:
    ben.tags.create(key="team", value="red")
    page = browser.get(submit(browser, TAGS, key_1="", value_1="").headers["Location"])
    ben.tags.create(key="late", value="x")
    assert undo(browser, page).status_code == 409
    assert [tag.key for tag in ben.tags.all()] == ["late"]


def test_where_nothing_was_lost_there_is_nothing_to_undo(browser: Client, ben: User) -> None:
    saved = submit(browser, TAGS, key_1="team", value_1="red")
    assert "Undo" not in text(browser.get(saved.headers["Location"]))
