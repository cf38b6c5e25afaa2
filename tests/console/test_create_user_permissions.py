"""What a new user gets in the wizard: groups, another user's permissions, tags; and the review."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client

from identity.models import Account, Group, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.console.test_create_user import GENERATED, WITHOUT, create, to_permissions
from tests.factories import (
    ADMINISTRATOR,
    attach,
    make_group,
    make_managed_policy,
    make_policy,
    make_user,
)


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def ops(account: Account) -> Group:
    group = make_group(account, "ops")
    attach(group, make_managed_policy(account, "ReadReports", ADMINISTRATOR))
    return group


def groups_of(account: Account, name: str) -> list[str]:
    return [one.group.name for one in account.iam_users.named(name).get().memberships.all()]


def test_a_user_with_a_password_joins_a_group_in_the_clicks_of_t3(
    browser: Client, ops: Group, account: Account
) -> None:
    step2 = to_permissions(browser, GENERATED)
    assert "ReadReports" in text(browser.get(step2))
    done = submit(browser, step2, grant="nothing", groups=["ops"])
    page = done.headers["Location"]
    assert "Password" in text(browser.get(page))
    file = browser.get(f"{page}/csv")
    assert file.content.decode().splitlines()[0] == "User name,Password,Console sign-in URL"
    assert "no-store" in file.headers["Cache-Control"]
    assert groups_of(account, "dana") == ["ops"]


def test_another_users_permissions_are_copied(
    browser: Client, ops: Group, account: Account
) -> None:
    bob = make_user(account, "bob", allow=["s3:GetObject"])
    attach(bob, make_managed_policy(account, "Own", ADMINISTRATOR))
    ops.memberships.create(user=bob)
    create(browser, WITHOUT, copied_from="bob")
    dana = account.iam_users.named("dana").get()
    assert groups_of(account, "dana") == ["ops"]
    assert [one.policy.name for one in dana.attachments.all()] == ["Own"]
    assert dana.policies.get().document == bob.policies.get().document


@pytest.mark.parametrize(
    "wrong", [{"copied_from": "nobody"}, {"tags": "no equals"}, {"groups": ["gone"]}]
)
def test_what_cannot_be_given_creates_nobody(
    browser: Client, account: Account, wrong: dict[str, Any]
) -> None:
    step2 = to_permissions(browser, WITHOUT)
    assert submit(browser, step2, grant="nothing", **wrong).status_code == 422
    assert not account.iam_users.named("dana").exists()


def test_the_review_shows_everything_and_creates_once(
    browser: Client, ops: Group, account: Account
) -> None:
    step2 = to_permissions(browser, WITHOUT)
    to_review = submit(browser, step2, grant="nothing", groups=["ops"], tags="team=red", review="1")
    page = to_review.headers["Location"]
    assert page.endswith("/review")
    words = text(browser.get(page))
    assert "ops" in words
    assert "team=red" in words
    assert not account.iam_users.named("dana").exists()
    assert "team=red" in browser.get(step2).content.decode()
    fields = hidden(browser.get(page))
    first, second = (browser.post(page, fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    dana = account.iam_users.named("dana").get()
    assert dana.tags.get().value == "red"
    assert groups_of(account, "dana") == ["ops"]


# --- several at once, policies, a boundary ---------------------------------------------------

THREE = {**GENERATED, "more_names": "Eve\n\n finn \n"}


def test_several_users_get_passwords_of_their_own_and_the_same_rights(
    browser: Client, ops: Group, account: Account
) -> None:
    policy = make_managed_policy(account, "Edge", ADMINISTRATOR)
    step2 = to_permissions(browser, THREE)
    assert "dana, Eve, finn" in text(browser.get(step2))
    wanted = {"groups": ["ops"], "arn": [policy.arn], "boundary": policy.arn}
    done = submit(browser, step2, grant="nothing", **wanted).headers["Location"]
    assert "3 users were created" in text(browser.get(done))
    head, *lines = browser.get(f"{done}/csv").content.decode().splitlines()
    assert head == "User name,Password,Console sign-in URL"
    assert [line.partition(",")[0] for line in lines] == ["dana", "Eve", "finn"]
    shown = browser.get(done).context["secrets"].rows
    for row in shown:
        user = account.iam_users.get(name=row["User name"])
        assert check_password(row["Password"], user.password)
        assert groups_of(account, user.name) == ["ops"]
        assert user.boundary == policy
    assert len({row["Password"] for row in shown}) == 3
    assert browser.post(done).headers["Location"] == "/iam/users"


def test_the_handover_sheet_has_the_address_and_the_secret_and_ends_with_done(
    browser: Client,
) -> None:
    done = submit(browser, to_permissions(browser, THREE), grant="nothing").headers["Location"]
    words = text(browser.get(done))
    assert words.count("the policy IAMUserChangePassword was attached to dana, Eve, finn") == 1
    sheet = browser.get(f"{done}/sheet")
    rows = browser.get(done).context["secrets"].rows
    assert all(row["Password"] in text(sheet) for row in rows)
    assert text(sheet).count("/sign-in/example") == 3
    assert "no-store" in sheet.headers["Cache-Control"]
    browser.post(done)
    assert browser.get(f"{done}/sheet").status_code == 410


def test_the_message_to_the_new_user_has_the_address_and_never_the_password(
    browser: Client,
) -> None:
    done = create(browser, GENERATED).headers["Location"]
    page = browser.get(done)
    found = re.search(r'href="(mailto:[^"]*)"', page.content.decode())
    assert found
    message = unquote(unescape(found.group(1)))
    assert "/sign-in/example" in message
    assert "dana" in message
    assert page.context["secrets"].values["Password"] not in message


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"more_names": "a b"}, "more_names", "Remove the space."),
        ({"more_names": "DANA"}, "more_names", "These names stand here twice: DANA"),
        ({"more_names": "ana"}, "more_names", "These users already exist: ana"),
        ({"more_names": "x" * 65}, "more_names", "at most 64"),
        ({"more_names": "\n".join(f"u{n}" for n in range(100))}, "more_names", "at most 100"),
        ({"password_kind": "typed", "password": "Rather-good-8"}, "password_kind", "generated"),
    ],
)
def test_what_is_wrong_with_several_names_is_said_at_once(
    browser: Client, changes: dict[str, str], field: str, words: str
) -> None:
    answer = submit(browser, "/iam/create-user", **(THREE | changes))
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])


def test_of_several_users_all_are_created_or_none(browser: Client, account: Account) -> None:
    step2 = to_permissions(browser, THREE)
    make_user(account, "finn")
    assert submit(browser, step2, grant="nothing").status_code == 422
    assert not account.iam_users.named("dana").exists()


def test_filtering_policies_keeps_everything_that_was_chosen(
    browser: Client, ops: Group, account: Account
) -> None:
    policy = make_managed_policy(account, "Edge", ADMINISTRATOR)
    step2 = to_permissions(browser, WITHOUT)
    sent = {"groups": ["ops"], "arn": [policy.arn], "tags": "team=red", "q": "Read", "filter": "1"}
    again = submit(browser, step2, grant="administrator", **sent).headers["Location"]
    assert again == f"{step2}?q=Read"
    page = browser.get(again).content.decode()
    assert f'value="{policy.arn}" checked' in page
    assert 'value="ops" aria-label="ops" checked' in page
    assert "team=red" in page


def test_a_group_made_on_the_way_leads_back_to_the_new_user(
    browser: Client, account: Account
) -> None:
    step2 = to_permissions(browser, WITHOUT)
    draft = step2.split("/")[-2]
    made = submit(browser, f"/iam/create-group?for={draft}", name="fresh")
    assert made.headers["Location"] == step2
    assert "fresh" in text(browser.get(step2))


def test_the_review_says_in_words_what_the_user_will_be_able_to_do(
    browser: Client, account: Account
) -> None:
    staff = make_group(account, "staff")
    one_bucket = {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/*"}
    attach(staff, make_managed_policy(account, "Reports", [one_bucket]))
    bob = make_user(account, "bob")
    make_policy(bob, "Own", [{"Effect": "Deny", "Action": "sts:*", "Resource": "*"}])
    sent = {"groups": ["staff"], "copied_from": "bob", "boundary": "arn:aws:iam::aws:policy/Edge"}
    words = reviewed(browser, grant="nothing", **sent)
    assert "dana will be able to do: " in words
    assert "Full access to s3 – on certain resources only" in words
    assert "Denied, whatever else allows it: " in words
    assert "Full access to AWS Security Token Service" in words
    assert "Only as far as the boundary Edge allows it, too." in words
    administrator = reviewed(browser, grant="administrator", groups=["staff"])
    assert "dana will be able to do: Everything in this account Previous" in administrator
    assert "dana will not be able to do anything yet." in reviewed(browser, grant="nothing")


def reviewed(browser: Client, **sent: Any) -> str:
    answer = submit(browser, to_permissions(browser, WITHOUT), review="1", **sent)
    return text(browser.get(answer.headers["Location"])).replace("Create user Previous", "Previous")


def test_what_a_policy_says_is_not_told_to_who_may_not_read_it(
    signed_in: SignedIn, account: Account
) -> None:
    everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    secret = make_managed_policy(account, "Secret", everything)
    maker = signed_in(make_user(account, "maker", allow=["iam:CreateUser", "iam:ListPolicies"]))
    words = reviewed(maker, grant="nothing", arn=[secret.arn])
    assert "And what 1 policy allows that you may not read." in words
    assert "Everything in this account" not in words
