"""The create-user wizard: nothing until the last step, then everything or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client

from identity.authorization import decision_on
from identity.callers import Caller
from identity.facts import Facts
from identity.models import Account, LoginProfile, PasswordPolicy, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.factories import make_document, make_user

START = "/iam/create-user"
WITHOUT = {"name": "dana", "path": "/", "access": "none", "password_kind": "generated"}
GENERATED = {
    "name": "dana",
    "path": "/",
    "access": "password",
    "password_kind": "generated",
    "must_change": "on",
}


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


def to_permissions(browser: Client, details: dict[str, str]) -> str:
    """Send step 1; returns the address of step 2."""
    answer = submit(browser, START, **details)
    assert answer.status_code == 303, text(answer)
    address: str = answer.headers["Location"]
    return address


def create(browser: Client, details: dict[str, str], **permissions: str) -> Any:
    step2 = to_permissions(browser, details)
    return submit(browser, step2, **({"grant": "nothing"} | permissions))


def policies(user: User) -> dict[str, Any]:
    return {policy.name: json.loads(policy.document) for policy in user.policies.all()}


def attached(user: User) -> list[str]:
    return [one.policy.arn for one in user.attachments.select_related("policy")]


def test_the_first_step_creates_nothing(browser: Client, account: Account) -> None:
    to_permissions(browser, GENERATED)
    assert not account.iam_users.named("dana").exists()


def test_a_user_without_console_access_comes_without_password(
    browser: Client, account: Account
) -> None:
    answer = create(browser, WITHOUT | {"path": "/staff/"})
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/iam/users/dana/permissions",
    )
    dana = account.iam_users.get(name="dana")
    assert (dana.path, dana.has_console_password, policies(dana)) == ("/staff/", False, {})
    assert "User dana was created." in text(browser.get("/iam/users/dana/permissions"))


def test_a_generated_password_is_shown_once_with_the_way_to_sign_in(
    browser: Client, account: Account
) -> None:
    answer = create(browser, GENERATED)
    page = browser.get(answer.headers["Location"])
    given = page.context["secrets"].values
    assert list(given) == ["User name", "Password", "Console sign-in URL"]
    assert given["Console sign-in URL"].endswith("/sign-in/example")
    assert len(given["Password"]) == 20
    assert given["Password"][0].isalnum()
    dana = account.iam_users.get(name="dana")
    assert check_password(given["Password"], dana.password)
    assert dana.login_profile.password_reset_required
    browser.post(answer.headers["Location"])
    assert browser.get(answer.headers["Location"]).status_code == 410


def test_the_credentials_file_has_the_columns_that_tools_expect(browser: Client) -> None:
    page_url = create(browser, GENERATED).headers["Location"]
    password = browser.get(page_url).context["secrets"].values["Password"]
    answer = browser.get(f"{page_url}/csv")
    head, values = answer.content.decode().splitlines()
    assert head == "User name,Password,Console sign-in URL"
    assert values.startswith("dana,")
    assert password.replace('"', '""') in values
    assert 'filename="dana_credentials.csv"' in answer.headers["Content-Disposition"]


def test_a_typed_password_is_the_users(browser: Client, account: Account) -> None:
    typed = GENERATED | {"password_kind": "typed", "password": " Rather-good-8 "}
    typed.pop("must_change")
    create(browser, typed)
    dana = account.iam_users.get(name="dana")
    assert check_password(" Rather-good-8 ", dana.password)
    assert not dana.login_profile.password_reset_required


def test_a_typed_password_stands_in_no_page_and_in_no_session_row(browser: Client) -> None:
    step2 = to_permissions(
        browser, GENERATED | {"password_kind": "typed", "password": "Rather-good-8"}
    )
    for url in (step2, step2.replace("permissions", "details")):
        assert "Rather-good-8" not in browser.get(url).content.decode()
    assert "Rather-good-8" not in json.dumps(dict(browser.session))


def test_who_must_change_and_may_not_is_allowed_to_by_the_built_in_policy(
    browser: Client, account: Account
) -> None:
    page = browser.get(create(browser, GENERATED).headers["Location"])
    assert "the policy IAMUserChangePassword was attached to dana" in text(page)
    dana = account.iam_users.get(name="dana")
    assert attached(dana) == ["arn:aws:iam::aws:policy/IAMUserChangePassword"]
    assert not policies(dana)


def test_that_policy_fits_a_user_of_another_path(browser: Client, account: Account) -> None:
    create(browser, GENERATED | {"path": "/staff/berlin/"})
    dana = account.iam_users.get(name="dana")
    assert attached(dana) == ["arn:aws:iam::aws:policy/IAMUserChangePassword"]
    assert decision_on(Caller(dana), Facts(), "iam:ChangePassword", dana.arn)


@pytest.mark.parametrize("reason", ["the account lets them", "need not change", "administrator"])
def test_nobody_gets_that_policy_who_does_not_need_it(
    browser: Client, account: Account, reason: str
) -> None:
    details, grant = dict(GENERATED), "nothing"
    if reason == "the account lets them":
        PasswordPolicy.objects.create(account=account, allow_users_to_change_password=True)
    elif reason == "need not change":
        del details["must_change"]
    else:
        grant = "administrator"
    create(browser, details, grant=grant)
    dana = account.iam_users.get(name="dana")
    assert "arn:aws:iam::aws:policy/IAMUserChangePassword" not in attached(dana)


def test_administrator_access_is_an_inline_policy(browser: Client, account: Account) -> None:
    create(browser, WITHOUT, grant="administrator")
    dana = account.iam_users.get(name="dana")
    assert attached(dana) == ["arn:aws:iam::aws:policy/AdministratorAccess"]


def test_a_document_that_cannot_be_read_creates_nothing_and_may_be_mended(
    browser: Client, account: Account
) -> None:
    step2 = to_permissions(browser, GENERATED)
    fields = {"grant": "inline", "policy_name": "mine", "document": '{"Version": "2012-10-17"'}
    answer = submit(browser, step2, **fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors["document"]
    assert not account.iam_users.named("dana").exists()
    good = make_document([{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}])
    again = browser.post(step2, {**hidden(answer), **fields, "document": good})
    assert again.status_code == 303
    assert set(policies(account.iam_users.get(name="dana"))) == {"mine"}


def test_an_inline_policy_needs_name_and_document(browser: Client) -> None:
    answer = create(browser, WITHOUT, grant="inline", policy_name="", document="")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"policy_name", "document"}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": "dana smith"}, "name", "Remove the space."),
        ({"name": "a/b<c"}, "name", "Remove /, <."),
        ({"name": ""}, "name", "Fill this in."),
        ({"name": "ANA"}, "name", "A user of this name already exists."),
        ({"path": "staff"}, "path", "begins and ends with /"),
        ({"access": ""}, "access", "Choose whether this person signs in here."),
        ({"access": "else"}, "access", "not one of the choices"),
        ({"password_kind": "typed", "password": ""}, "password", "Type the password"),
        ({"password_kind": "typed", "password": "short"}, "password", "minimum length of 8"),
        ({"password_kind": "typed", "password": "x" * 129}, "password", "at most 128"),
    ],
)
def test_what_is_wrong_is_said_in_step_1_at_its_field(
    browser: Client, changes: dict[str, str], field: str, words: str
) -> None:
    answer = submit(browser, START, **(GENERATED | changes))
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert "<title>Error: " in answer.content.decode()


def test_every_broken_rule_of_a_password_is_named_at_once(browser: Client) -> None:
    answer = submit(browser, START, **(GENERATED | {"password_kind": "typed", "password": "aaa"}))
    assert len(answer.context["form"].errors["password"]) == 2


def test_no_console_access_is_preselected(browser: Client) -> None:
    page = browser.get(START).content.decode()
    radios = [tag for tag in page.split("<input")[1:] if 'name="access"' in tag.partition(">")[0]]
    assert len(radios) == 2
    assert not any("checked" in radio.partition(">")[0] for radio in radios)


def test_going_back_keeps_what_was_typed(browser: Client) -> None:
    step2 = to_permissions(browser, WITHOUT | {"path": "/staff/"})
    page = browser.get(step2.replace("permissions", "details")).content.decode()
    assert 'value="dana"' in page
    assert 'value="/staff/"' in page
    again = submit(browser, step2.replace("permissions", "details"), **WITHOUT, must_change="on")
    assert again.headers["Location"] == step2


def test_sending_the_last_step_twice_creates_one_user(browser: Client, account: Account) -> None:
    step2 = to_permissions(browser, GENERATED)
    fields = {**hidden(browser.get(step2)), "grant": "nothing"}
    first, second = browser.post(step2, fields), browser.post(step2, fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert account.iam_users.filter(name="dana").count() == 1


def test_a_draft_is_of_one_person_and_over_when_done(
    browser: Client, signed_in: SignedIn, root: User
) -> None:
    step2 = to_permissions(browser, WITHOUT)
    assert signed_in(root).get(step2).headers["Location"] == START
    submit(browser, step2, grant="nothing")
    assert browser.get(step2).headers["Location"] == START


def test_what_one_part_is_refused_the_whole_is_refused(
    signed_in: SignedIn, account: Account
) -> None:
    helper = make_user(account, "helper", allow=["iam:CreateUser", "iam:GetUser"])
    answer = create(signed_in(helper), GENERATED)
    assert answer.status_code == 403
    assert "iam:CreateLoginProfile" in text(answer)
    assert not account.iam_users.named("dana").exists()
    assert not LoginProfile.objects.exists()


def test_a_name_taken_meanwhile_is_told_and_nothing_else_happens(
    browser: Client, account: Account
) -> None:
    step2 = to_permissions(browser, GENERATED)
    make_user(account, "Dana")
    answer = submit(browser, step2, grant="administrator")
    assert answer.status_code == 422
    assert "A user of this name already exists." in text(answer)
    assert "EntityAlreadyExists" in text(answer)
    assert account.iam_users.named("dana").count() == 1
