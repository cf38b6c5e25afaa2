"""Accounts and root users: what AWS's limits refuse, what is unique, what leaves a trace."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password

from identity import accounts, journal, outbox
from identity.errors import EntityAlreadyExists, PasswordPolicyViolation, ValidationError
from identity.models import Account, ConsoleSession, Event, User, VirtualMfaDevice
from tests.events import logged
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def create(**more: str | None) -> Account:
    return accounts.create(**{"name": "Example", "email": "root@example.test", **more})  # type: ignore[arg-type]  # hostile on purpose


def test_an_account_has_twelve_digits_and_one_root_and_no_user() -> None:
    account = create(password=PASSWORD)
    assert len(account.pk) == 12
    assert account.pk.isdigit()
    assert [user.is_root for user in account.users.all()] == [True]
    assert account.user_count == 0


def test_root_has_the_given_password_as_argon2id() -> None:
    root = create(password=PASSWORD).root
    assert root.password.startswith("argon2$argon2id$")
    assert check_password(PASSWORD, root.password)


def test_root_without_a_password_cannot_sign_in() -> None:
    root = create().root
    assert not root.has_usable_password()
    assert not check_password("", root.password)


def test_making_an_account_is_in_its_audit_log_without_the_password() -> None:
    account = create(password=PASSWORD)
    event = logged().get(account=account, name="CreateAccount")
    assert event.request_parameters == {"AccountName": "Example", "Email": "root@example.test"}
    assert PASSWORD not in str(event.describe())


@pytest.mark.parametrize("name", ["", " ", "x" * 51, "a<b", "a>b", "Żaba", "tab\there", "nul\0"])
def test_an_account_name_is_1_to_50_printable_ascii_characters(name: str) -> None:
    with pytest.raises(ValidationError):
        create(name=name)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a@b",
        "a@b.",
        "a@",
        "@b.c",
        "a b@c.de",
        "a@b@c.de",
        "x" * 60 + "@b.de",
        "ä@b.de",
        "a\0@b.de",
    ],
)
def test_a_root_email_must_look_like_an_address_of_5_to_64_characters(email: str) -> None:
    with pytest.raises(ValidationError):
        create(email=email)


@pytest.mark.parametrize("email", ["root@example.test", "ROOT@Example.Test", " root@example.test "])
def test_a_root_email_is_unique_over_the_installation_whatever_its_case(email: str) -> None:
    create()
    with pytest.raises(EntityAlreadyExists):
        create(email=email)


@pytest.mark.parametrize("account_id", ["", "1", "12345678901", "1234567890123", "12345678901a"])
def test_a_chosen_account_id_has_twelve_digits(account_id: str) -> None:
    with pytest.raises(ValidationError):
        create(account_id=account_id)


def test_a_chosen_account_id_is_given_once() -> None:
    assert create(account_id="012345678901").pk == "012345678901"
    with pytest.raises(EntityAlreadyExists):
        create(account_id="012345678901", email="other@example.test")


def test_an_alias_is_unique_over_the_installation() -> None:
    create(alias="example")
    with pytest.raises(EntityAlreadyExists, match="The account alias example already exists"):
        create(alias="example", email="other@example.test")


def test_what_is_refused_leaves_nothing_behind() -> None:
    create(alias="example")
    with pytest.raises(EntityAlreadyExists):
        create(alias="example", email="other@example.test")
    assert Account.objects.count() == 1
    assert User.objects.count() == 1


@pytest.mark.parametrize("alias", ["abc", "a-b", "0a0", "a" * 63, "dev-team-1", "123456789012a"])
def test_an_alias_of_awss_form_is_valid(alias: str) -> None:
    assert accounts.valid_alias(alias)


@pytest.mark.parametrize(
    "alias",
    [
        "", "ab", "a" * 64, "-ab", "ab-", "a--b", "Abc", "a_b", "a.b", "a b", "äbc", "abc\n", "٣٣٣",
        "123456789012", "1234-5678-9012", "root", "mfa", "password", "chooser", "forgot",
    ],
)  # fmt: skip
def test_an_alias_that_is_malformed_or_reads_as_something_else_is_not(alias: str) -> None:
    assert not accounts.valid_alias(alias)


@pytest.mark.parametrize(
    "password", ["Correct-horse-7", "aaaaaaA1", "aaaaaa-1", "AAAAAA-1", "x" * 126 + "A1"]
)
def test_a_root_password_mixes_three_of_four_classes(password: str) -> None:
    assert not accounts.root_password_problems(password, name="Example", email="r@example.test")


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("aA1-aA1", "8 to 128"),
        ("x" * 127 + "A1", "8 to 128"),
        ("alllowercase", "at least three"),
        ("lower1234", "at least three"),
        ("        Aa", "at least three"),
        ("Example-Account-1", "account name"),
        ("Root1@Example.Test", "e-mail"),
    ],
)
def test_a_weak_root_password_is_refused_and_the_rule_named(password: str, problem: str) -> None:
    found = accounts.root_password_problems(
        password, name="example-account-1", email="root1@example.test"
    )
    assert problem in " ".join(found)


def test_a_refused_root_password_makes_no_account() -> None:
    with pytest.raises(PasswordPolicyViolation):
        create(password="short")
    assert not Account.objects.exists()


def test_a_new_root_password_ends_the_sessions_of_root(account: Account, root: User) -> None:
    ConsoleSession.objects.create(
        session_key="k", session_data="", expire_date="2099-01-01T00:00:00Z", user=root
    )
    accounts.set_root_password(account, "Another-horse-8")
    assert not ConsoleSession.objects.filter(user=root).exists()
    assert check_password("Another-horse-8", account.root.password)
    assert logged().filter(account=account, name="PasswordUpdated").exists()


def test_removing_roots_mfa_keeps_the_counters_true(account: Account, root: User) -> None:
    VirtualMfaDevice.objects.create(
        account=account, user=root, name="d", serial_number="arn:aws:iam::1:mfa/d", sealed_seed=b""
    )
    account.count(mfa_device_count=2, mfa_device_in_use_count=1)
    assert accounts.remove_root_mfa(account) == 1
    account.refresh_from_db()
    assert (account.mfa_device_count, account.mfa_device_in_use_count) == (1, 0)


def test_deleting_an_account_leaves_the_other_one_whole(account: Account, cleo: User) -> None:
    accounts.delete(account)
    assert list(Account.objects.all()) == [cleo.account]
    assert not User.objects.filter(account_id=account.pk).exists()


def test_an_account_that_gets_the_number_of_a_deleted_one_has_a_log_of_its_own(
    account: Account, own_journal: journal.Journal
) -> None:
    number = account.pk
    outbox.add(Event(account=account, name="CreateUser", read_only=False))
    own_journal.append(Event(account=account, name="ListUsers"))
    accounts.delete(account)
    create(account_id=number)
    own_journal.drain()
    assert list(logged().values_list("account", "name")) == [(number, "CreateAccount")]
