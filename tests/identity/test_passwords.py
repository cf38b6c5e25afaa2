"""Password rules, hashes, history and expiry, apart from the actions that use them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from identity import passwords
from identity.errors import PasswordPolicyViolation
from identity.hashers import Argon2id
from identity.models import Account, PasswordPolicy, User
from identity.passwords import Rules
from tests.factories import PASSWORD, make_login_profile, make_user


def policy(account: Account, **fields: Any) -> PasswordPolicy:
    return PasswordPolicy.objects.create(account=account, **fields)


# --- rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "is_good"),
    [
        ("Abcdefg1", True),
        ("abcdef1!", True),
        ("ABCDEF1!", True),
        ("Abcdef1", False),
        ("Abcdefgh", False),
        ("abcdefgh1", False),
        ("Abcdefgé", False),
        ("Abcdefg٣", False),
        ("Abcdefg<", True),
        ("A1!" + "x" * 125, True),
        ("A1!" + "x" * 126, False),
        ("Root@Example.Test1", True),
    ],
)
def test_the_default_asks_for_eight_characters_of_three_classes(
    account: Account, ben: User, password: str, is_good: bool
) -> None:
    assert (passwords.problems(passwords.rules(account), ben, password) == []) is is_good


@pytest.mark.parametrize(
    "password", ["Example-Co1", "EXAMPLE-CO1", "Root1@example.test", "Ben-Smith-1"]
)
def test_the_default_refuses_the_names_around_it(account: Account, password: str) -> None:
    Account.objects.filter(pk=account.pk).update(name="Example-Co1")
    User.objects.filter(account=account, is_root=True).update(email="root1@example.test")
    user = make_user(Account.objects.get(pk=account.pk), "ben-smith-1")
    (problem,) = passwords.problems(passwords.rules(user.account), user, password)
    assert "account name" in problem


@pytest.mark.parametrize(
    ("fields", "password", "problem"),
    [
        ({"minimum_password_length": 14}, "x" * 13, "minimum length of 14"),
        ({"require_symbols": True}, "Abcdefg1<", "one symbol"),
        ({"require_numbers": True}, "Abcdefg!٣", "one number"),
        ({"require_uppercase_characters": True}, "abcdefg1É", "one uppercase letter"),
        ({"require_lowercase_characters": True}, "ABCDEFG1é", "one lowercase letter"),
    ],
)
def test_each_field_of_a_policy_is_a_rule(
    account: Account, ben: User, fields: dict[str, Any], password: str, problem: str
) -> None:
    policy(account, **fields)
    (found,) = passwords.problems(passwords.rules(account), ben, password)
    assert problem in found


@pytest.mark.parametrize("symbol", list("!@#$%^&*()_+-=[]{}|'"))
def test_each_symbol_of_aws_is_a_symbol(account: Account, ben: User, symbol: str) -> None:
    policy(account, require_symbols=True)
    assert passwords.problems(passwords.rules(account), ben, f"abcdef{symbol}") == []


@pytest.mark.parametrize("symbol", list('.,;:/\\"`~<>? é'))
def test_other_marks_are_no_symbols(account: Account, ben: User, symbol: str) -> None:
    policy(account, require_symbols=True)
    assert passwords.problems(passwords.rules(account), ben, f"abcdef{symbol}") != []


def test_a_policy_of_its_own_asks_for_six_characters_of_any_kind(
    account: Account, ben: User
) -> None:
    policy(account)
    assert passwords.problems(passwords.rules(account), ben, "aaaaaa") == []
    assert len(passwords.problems(passwords.rules(account), ben, "aaaaa")) == 1


def test_all_that_is_wrong_is_said_at_once(account: Account, ben: User) -> None:
    policy(account, minimum_password_length=9, require_symbols=True, require_numbers=True)
    assert len(passwords.problems(passwords.rules(account), ben, "a")) == 3


def test_the_policy_never_applies_to_root(account: Account, root: User, ben: User) -> None:
    policy(account, minimum_password_length=20, max_password_age=1, password_reuse_prevention=3)
    assert Rules.for_user(ben).minimum_length == 20
    assert Rules.for_user(root).minimum_length == 8
    assert Rules.for_user(root).reuse_prevention == 0
    assert passwords.expires_at(root) is None


# --- hashes -------------------------------------------------------------------------------------


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that are computed."""
    counted: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(Argon2id, name)

        def count(self: Argon2id, *args: Any, _real: Any = real, _name: str = name) -> Any:
            counted.append(_name)
            return _real(self, *args)

        monkeypatch.setattr(Argon2id, name, count)
    return counted


def test_every_check_costs_one_hash_whoever_is_asked_for(
    account: Account, root: User, ben: User, ana: User, runs: list[str]
) -> None:
    passwords._nobodys_hash()
    make_login_profile(ben)
    User.objects.filter(pk=ana.pk).update(password=make_password(None))
    ana.refresh_from_db()
    for user, password, right in (
        (root, PASSWORD, True),
        (root, "wrong", False),
        (ben, PASSWORD, True),
        (ben, "wrong", False),
        (ana, PASSWORD, False),
        (make_user(account, "li"), "", False),
        (None, PASSWORD, False),
    ):
        runs.clear()
        assert passwords.verify(user, password) is right
        assert runs == ["verify"]


def test_a_password_that_outlived_its_profile_opens_nothing(ben: User) -> None:
    make_login_profile(ben)
    ben.login_profile.delete()
    assert not passwords.verify(User.objects.get(pk=ben.pk), PASSWORD)


@pytest.mark.usefixtures("real_hashes")
def test_a_hash_has_the_figures_that_are_promised() -> None:
    assert make_password(PASSWORD).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_right_password_is_hashed_again_when_the_figures_rose(
    ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_login_profile(ben)
    weak = ben.password
    monkeypatch.setattr(Argon2id, "time_cost", 3)
    assert passwords.verify(ben, PASSWORD)
    stored = User.objects.get(pk=ben.pk).password
    assert stored == ben.password != weak
    assert "t=3" in stored


# --- history ------------------------------------------------------------------------------------


def test_the_last_passwords_cannot_come_back(account: Account, ben: User) -> None:
    held = policy(account, password_reuse_prevention=2)
    make_login_profile(ben, "zero-0")
    for new in ("first-1", "second-2", "third-3"):
        passwords.store(ben, passwords.prepare(ben, new))
    for used in ("second-2", "third-3"):
        with pytest.raises(PasswordPolicyViolation):
            passwords.prepare(ben, used)
    passwords.prepare(ben, "first-1")
    held.password_reuse_prevention = 3
    held.save()
    with pytest.raises(PasswordPolicyViolation):
        passwords.prepare(ben, "first-1")


def test_the_present_password_counts_although_no_history_was_kept(
    account: Account, ben: User
) -> None:
    policy(account, password_reuse_prevention=1)
    make_login_profile(ben)
    with pytest.raises(PasswordPolicyViolation):
        passwords.prepare(ben, PASSWORD)


def test_without_reuse_prevention_any_password_may_come_back(account: Account, ben: User) -> None:
    policy(account)
    make_login_profile(ben)
    passwords.prepare(ben, PASSWORD)


def test_twenty_four_hashes_are_kept(ben: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ben.password = "hash-0"
    ben.save()
    for number in range(30):
        passwords.store(ben, passwords.Prepared(f"hash-{number + 1}", f"hash-{number}"))
    kept = list(ben.previous_passwords.values_list("hash", flat=True))
    assert kept == [f"hash-{number}" for number in range(30, 6, -1)]


# --- expiry -------------------------------------------------------------------------------------


def test_a_password_expires_so_many_days_after_its_change(account: Account, ben: User) -> None:
    held = policy(account, max_password_age=90)
    make_login_profile(ben)
    changed = ben.password_changed_at
    assert changed is not None
    assert passwords.expires_at(ben) == changed + timedelta(days=90)
    assert not passwords.is_expired(ben, changed + timedelta(days=89, hours=23))
    assert passwords.is_expired(ben, changed + timedelta(days=90))
    held.max_password_age = 1
    held.save()
    assert passwords.is_expired(ben, changed + timedelta(days=2))


def test_without_an_age_no_password_expires(account: Account, ben: User) -> None:
    make_login_profile(ben)
    assert passwords.expires_at(ben) is None
    policy(account)
    assert not passwords.is_expired(ben, timezone.now() + timedelta(days=9999))


def test_who_has_no_password_has_none_that_expires(account: Account, ben: User) -> None:
    policy(account, max_password_age=1)
    assert passwords.expires_at(ben) is None


# --- generated ----------------------------------------------------------------------------------


def test_generated_passwords_fit_every_policy_and_are_easy_to_read(
    account: Account, ben: User
) -> None:
    policy(
        account,
        minimum_password_length=12,
        require_symbols=True,
        require_numbers=True,
        require_uppercase_characters=True,
        require_lowercase_characters=True,
    )
    drawn = {passwords.generate(account) for _ in range(100)}
    assert len(drawn) == 100
    for password in drawn:
        assert len(password) == 20
        assert password[0].isalnum()
        assert not set(password) & set("0O1lI|")
        assert passwords.problems(passwords.rules(account), ben, password) == []


@pytest.mark.parametrize("minimum", [21, 128])
def test_generated_passwords_are_as_long_as_the_policy_asks(account: Account, minimum: int) -> None:
    policy(account, minimum_password_length=minimum)
    assert len(passwords.generate(account)) == minimum
