"""Login profiles, as boto3 sees them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password

from identity import passwords
from identity.errors import EntityTemporarilyUnmodifiable
from identity.models import LoginProfile, User
from tests.events import logged
from tests.factories import PASSWORD, make_login_profile, make_user
from tests.refusals import refused

OTHER = "Battery-staple-8"
EXISTS = "Login Profile for user {} already exists."
NOT_FOUND = "Login Profile for User {} cannot be found."


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_new_profile_lets_its_user_sign_in(iam: Any, ana: User, ben: User) -> None:
    profile = iam(ana).create_login_profile(UserName="BEN", Password=PASSWORD)["LoginProfile"]
    assert profile["UserName"] == "ben"
    assert profile["PasswordResetRequired"] is False
    assert set(profile) == {"UserName", "CreateDate", "PasswordResetRequired"}
    assert passwords.verify(fresh(ben), PASSWORD)
    assert fresh(ben).password_changed_at is not None


def test_the_password_is_neither_stored_nor_logged_in_the_clear(
    iam: Any, ana: User, ben: User
) -> None:
    iam(ana).create_login_profile(UserName="ben", Password=PASSWORD)
    assert fresh(ben).password.startswith("argon2$argon2id$")
    assert PASSWORD not in str(logged().get(name="CreateLoginProfile").describe())


def test_a_second_profile_is_refused(iam: Any, ana: User, ben: User) -> None:
    make_login_profile(ben)
    with refused("EntityAlreadyExists", EXISTS.format("ben"), 409):
        iam(ana).create_login_profile(UserName="ben", Password=OTHER)
    assert passwords.verify(fresh(ben), PASSWORD)


@pytest.mark.parametrize("password", ["short-1A", "nodigitsorUPPERCASE", "x" * 128])
def test_the_rules_hold_for_whoever_sets_a_password(
    iam: Any, ana: User, ben: User, password: str
) -> None:
    iam(ana).update_account_password_policy(
        MinimumPasswordLength=9, RequireNumbers=True, RequireUppercaseCharacters=True
    )
    with refused("PasswordPolicyViolation", status=400):
        iam(ana).create_login_profile(UserName="ben", Password=password)
    assert not LoginProfile.objects.exists()


@pytest.mark.parametrize("password", ["", "x" * 129, "Пароль-12345", "bell\u0007-Aa1"])
def test_passwords_outside_the_pattern_are_refused(
    iam: Any, ana: User, ben: User, password: str
) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_login_profile(UserName="ben", Password=password)


@pytest.mark.parametrize("password", [" leading-A1 ", "tab\tAa1-xx", "ÿÿÿÿ-Aa1", "a A1" * 32])
def test_passwords_are_kept_exactly_as_they_are_sent(
    iam: Any, ana: User, ben: User, password: str
) -> None:
    iam(ana).create_login_profile(UserName="ben", Password=password)
    assert check_password(password, fresh(ben).password)
    assert not check_password(password.strip() + "x", fresh(ben).password)


def test_the_password_is_required_although_the_model_lets_it_be_left_out(
    iam: Any, ana: User, ben: User
) -> None:
    message = (
        "1 validation error detected: Value null at 'password' failed to satisfy constraint: "
        "Member must not be null"
    )
    with refused("ValidationError", message, 400):
        iam(ana).create_login_profile(UserName="ben")


def test_root_has_no_profile_and_must_name_a_user(iam: Any, root: User) -> None:
    message = "Must specify userName when calling with non-User credentials"
    client = iam(root)
    for call in (
        lambda: client.create_login_profile(Password=PASSWORD),
        client.get_login_profile,
        client.delete_login_profile,
    ):
        with refused("ValidationError", message, 400):
            call()
    assert passwords.verify(fresh(root), PASSWORD)


def test_without_a_name_the_caller_is_meant(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.create_login_profile(Password=PASSWORD)
    assert client.get_login_profile()["LoginProfile"]["UserName"] == "ana"
    client.delete_login_profile()
    assert not LoginProfile.objects.exists()


def test_a_new_password_alone_keeps_the_reset_flag_and_the_date(
    iam: Any, ana: User, ben: User
) -> None:
    make_login_profile(ben, reset=True)
    client = iam(ana)
    before = client.get_login_profile(UserName="ben")["LoginProfile"]
    client.update_login_profile(UserName="ben", Password=OTHER)
    assert client.get_login_profile(UserName="ben")["LoginProfile"] == before
    assert passwords.verify(fresh(ben), OTHER)


def test_the_reset_flag_alone_keeps_the_password(iam: Any, ana: User, ben: User) -> None:
    make_login_profile(ben)
    client = iam(ana)
    client.update_login_profile(UserName="ben", PasswordResetRequired=True)
    assert client.get_login_profile(UserName="ben")["LoginProfile"]["PasswordResetRequired"]
    assert passwords.verify(fresh(ben), PASSWORD)


def test_an_update_checks_the_rules_and_the_history(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    client.update_account_password_policy(PasswordReusePrevention=2)
    client.create_login_profile(UserName="ben", Password="first-1")
    client.update_login_profile(UserName="ben", Password="second-2")
    for used in ("first-1", "second-2"):
        with refused("PasswordPolicyViolation", "Password should differ from the last 2.", 400):
            client.update_login_profile(UserName="ben", Password=used)
    client.update_login_profile(UserName="ben", Password="third-3")
    client.update_login_profile(UserName="ben", Password="first-1")


def test_deleting_the_profile_ends_sign_in_and_sessions_at_once(
    iam: Any, ana: User, ben: User
) -> None:
    make_login_profile(ben)
    before = fresh(ben).get_session_auth_hash()
    ben.console_sessions.create(
        session_key="x" * 40, session_data="", expire_date=datetime(2100, 1, 1, tzinfo=UTC)
    )
    client = iam(ana)
    client.delete_login_profile(UserName="ben")
    assert not ben.console_sessions.exists()
    assert fresh(ben).get_session_auth_hash() != before
    assert not passwords.verify(fresh(ben), PASSWORD)
    for call in (client.get_login_profile, client.delete_login_profile):
        with refused("NoSuchEntity", NOT_FOUND.format("ben"), 404):
            call(UserName="ben")
    with refused("NoSuchEntity", NOT_FOUND.format("ben"), 404):
        client.update_login_profile(UserName="ben", Password=OTHER)


def test_of_two_changes_at_once_the_second_loses(ben: User) -> None:
    make_login_profile(ben)
    first, second = (passwords.prepare(fresh(ben), new) for new in ("Change-one-1", "Change-two-2"))
    passwords.store(fresh(ben), first)
    with pytest.raises(EntityTemporarilyUnmodifiable):
        passwords.store(fresh(ben), second)
    assert passwords.verify(fresh(ben), "Change-one-1")


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("create_login_profile", {"Password": OTHER}),
        ("update_login_profile", {"Password": OTHER}),
        ("get_login_profile", {}),
        ("delete_login_profile", {}),
    ],
)
def test_a_user_of_another_account_is_not_there(
    iam: Any, ana: User, cleo: User, verb: str, more: dict[str, str]
) -> None:
    make_login_profile(cleo)
    with refused("NoSuchEntity", "The user with name cleo cannot be found.", 404):
        getattr(iam(ana), verb)(UserName="cleo", **more)
    assert passwords.verify(fresh(cleo), PASSWORD)


def test_who_may_not_set_passwords_learns_nothing(iam: Any, ben: User) -> None:
    make_login_profile(make_user(ben.account, "li"))
    client = iam(ben)
    for name in ("li", "ben", "nobody"):
        with refused("AccessDenied", status=403):
            client.create_login_profile(UserName=name, Password="x")
