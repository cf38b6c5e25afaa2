"""ChangePassword, as boto3 sees it."""

from __future__ import annotations

from typing import Any

import pytest

from identity import passwords, throttle
from identity.callers import Caller
from identity.errors import Throttling
from identity.facts import Facts
from identity.gateway import Client
from identity.models import LoginProfile, User
from tests.events import logged
from tests.factories import PASSWORD, make_login_profile, make_user
from tests.refusals import refused

OTHER = "Battery-staple-8"


@pytest.fixture
def eve(ben: User) -> User:
    """A user with a password who may change it."""
    allow = [{"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": "*"}]
    return make_login_profile(make_user(ben.account, "eve", allow=allow))


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_user_changes_the_own_password(iam: Any, eve: User) -> None:
    before = fresh(eve).get_session_auth_hash()
    iam(eve).change_password(OldPassword=PASSWORD, NewPassword=OTHER)
    assert passwords.verify(fresh(eve), OTHER)
    assert not passwords.verify(fresh(eve), PASSWORD)
    assert fresh(eve).get_session_auth_hash() != before
    event = logged().get(name="ChangePassword")
    assert OTHER not in str(event.describe())
    assert PASSWORD not in str(event.describe())


def test_the_caller_carries_the_new_hash_to_its_session(eve: User) -> None:
    caller = Caller(fresh(eve))
    client = Client(caller, Facts(), "iam")
    client.change_password(OldPassword=PASSWORD, NewPassword=OTHER)
    assert caller.user.get_session_auth_hash() == fresh(eve).get_session_auth_hash()


def test_a_changed_password_needs_no_reset(iam: Any, eve: User) -> None:
    LoginProfile.objects.filter(user=eve).update(password_reset_required=True)
    iam(eve).change_password(OldPassword=PASSWORD, NewPassword=OTHER)
    assert not LoginProfile.objects.get(user=eve).password_reset_required


def test_the_old_password_must_be_right(iam: Any, eve: User) -> None:
    with refused("AccessDenied", "The old password is not correct.", 403):
        iam(eve).change_password(OldPassword="Wrong-horse-7", NewPassword=OTHER)
    assert passwords.verify(fresh(eve), PASSWORD)


def test_guesses_of_the_old_password_are_counted(iam: Any, eve: User) -> None:
    client = iam(eve)
    for _ in range(5):
        with refused("AccessDenied"):
            client.change_password(OldPassword="Wrong-horse-7", NewPassword=OTHER)
    with refused("Throttling", status=400):
        client.change_password(OldPassword=PASSWORD, NewPassword=OTHER)
    assert passwords.verify(fresh(eve), PASSWORD)


def test_strangers_who_guess_at_sign_in_keep_nobody_from_changing_the_password(
    iam: Any, eve: User
) -> None:
    for _ in range(5):
        throttle.attempt("password", eve.unique_id, "203.0.113.9")
    with pytest.raises(Throttling):
        throttle.attempt("password", eve.unique_id, "203.0.113.9")
    iam(eve).change_password(OldPassword=PASSWORD, NewPassword=OTHER)
    with pytest.raises(Throttling):
        throttle.attempt("password", eve.unique_id, "203.0.113.9")


def test_a_right_password_clears_the_count(iam: Any, eve: User) -> None:
    client = iam(eve)
    for old, new in ((PASSWORD, OTHER), (OTHER, PASSWORD)) * 4:
        client.change_password(OldPassword=old, NewPassword=new)


def test_the_new_password_must_be_another(iam: Any, eve: User) -> None:
    with refused("PasswordPolicyViolation", status=400):
        iam(eve).change_password(OldPassword=PASSWORD, NewPassword=PASSWORD)


def test_the_new_password_must_follow_the_rules(iam: Any, eve: User) -> None:
    message = (
        "Password should have a minimum length of 8. Password should have at least 3 of these: "
        "uppercase letters, lowercase letters, numbers, symbols."
    )
    with refused("PasswordPolicyViolation", message, 400):
        iam(eve).change_password(OldPassword=PASSWORD, NewPassword="short")


def test_rules_are_no_oracle_for_the_old_password(iam: Any, eve: User) -> None:
    with refused("AccessDenied", status=403):
        iam(eve).change_password(OldPassword="Wrong-horse-7", NewPassword="x")


def test_root_has_no_password_of_this_kind(iam: Any, root: User) -> None:
    with refused("InvalidUserType", "Only IAM Users can change their own password.", 400):
        iam(root).change_password(OldPassword=PASSWORD, NewPassword=OTHER)
    assert passwords.verify(fresh(root), PASSWORD)


def test_a_user_without_a_password_has_none_to_change(iam: Any, ana: User) -> None:
    with refused("NoSuchEntity", "Login Profile for User ana cannot be found.", 404):
        iam(ana).change_password(OldPassword=PASSWORD, NewPassword=OTHER)


def test_changing_needs_a_permission_or_the_setting_of_the_account(
    iam: Any, ana: User, ben: User
) -> None:
    make_login_profile(ben)
    with refused("AccessDenied", status=403):
        iam(ben).change_password(OldPassword=PASSWORD, NewPassword=OTHER)
    iam(ana).update_account_password_policy(AllowUsersToChangePassword=True)
    iam(ben).change_password(OldPassword=PASSWORD, NewPassword=OTHER)


@pytest.mark.parametrize("missing", ["OldPassword", "NewPassword"])
def test_both_passwords_are_required(iam: Any, eve: User, missing: str) -> None:
    params = {"OldPassword": PASSWORD, "NewPassword": OTHER}
    del params[missing]
    with refused("ValidationError", status=400):
        iam(eve).change_password(**params)
