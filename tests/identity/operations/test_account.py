"""The account's alias and password policy, as boto3 sees them."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import Account, PasswordPolicy, User
from tests.refusals import refused

DEFAULTS = {
    "MinimumPasswordLength": 6,
    "RequireSymbols": False,
    "RequireNumbers": False,
    "RequireUppercaseCharacters": False,
    "RequireLowercaseCharacters": False,
    "AllowUsersToChangePassword": False,
    "ExpirePasswords": False,
    "HardExpiry": False,
}


def alias_of(user: User) -> str | None:
    return Account.objects.get(pk=user.account_id).alias


# --- alias --------------------------------------------------------------------------------------


def test_a_second_alias_takes_the_place_of_the_first(iam: Any, ana: User, cleo: User) -> None:
    mine, theirs = iam(ana), iam(cleo)
    mine.create_account_alias(AccountAlias="acme-2")
    assert mine.list_account_aliases()["AccountAliases"] == ["acme-2"]
    theirs.create_account_alias(AccountAlias="example")
    assert alias_of(cleo) == "example"


def test_an_alias_is_taken_in_the_whole_installation(iam: Any, ana: User, cleo: User) -> None:
    with refused("EntityAlreadyExists", "The account alias partner already exists.", 409):
        iam(ana).create_account_alias(AccountAlias="partner")
    assert (alias_of(ana), alias_of(cleo)) == ("example", "partner")


def test_the_own_alias_can_be_set_again(iam: Any, ana: User) -> None:
    iam(ana).create_account_alias(AccountAlias="example")
    assert alias_of(ana) == "example"


@pytest.mark.parametrize(
    "alias",
    [
        *("ab", "a" * 64, "Acme", "-acme", "acme-", "ac--me", "ac_me", "acmé", "a.b", "acme\n", ""),
        *("123456789012", "1234-5678-9012"),
    ],
)
def test_malformed_aliases_and_account_ids_are_refused(iam: Any, ana: User, alias: str) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_account_alias(AccountAlias=alias)
    assert alias_of(ana) == "example"


@pytest.mark.parametrize("alias", ["abc", "a" * 63, "a-b-c", "1234", "12345678901"])
def test_well_formed_aliases_are_taken(iam: Any, ana: User, alias: str) -> None:
    iam(ana).create_account_alias(AccountAlias=alias)
    assert alias_of(ana) == alias


def test_a_deleted_alias_is_gone(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.delete_account_alias(AccountAlias="example")
    listed = client.list_account_aliases()
    assert listed["AccountAliases"] == []
    assert listed["IsTruncated"] is False


@pytest.mark.parametrize("alias", ["partner", "nobodys"])
def test_an_alias_that_is_not_ours_cannot_be_found(
    iam: Any, ana: User, cleo: User, alias: str
) -> None:
    with refused("NoSuchEntity", f"The account alias {alias} cannot be found.", 404):
        iam(ana).delete_account_alias(AccountAlias=alias)
    assert alias_of(cleo) == "partner"


# --- password policy ----------------------------------------------------------------------------


def test_without_a_policy_there_is_none_to_get_or_delete(iam: Any, ana: User) -> None:
    message = f"The Password Policy with domain name {ana.account_id} cannot be found."
    client = iam(ana)
    for call in (client.get_account_password_policy, client.delete_account_password_policy):
        with refused("NoSuchEntity", message, 404):
            call()


def test_what_is_left_out_has_the_default_of_a_policy(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.update_account_password_policy()
    assert client.get_account_password_policy()["PasswordPolicy"] == DEFAULTS


def test_an_update_replaces_the_whole_policy(iam: Any, ana: User) -> None:
    client = iam(ana)
    everything = {
        "MinimumPasswordLength": 128,
        "RequireSymbols": True,
        "RequireNumbers": True,
        "RequireUppercaseCharacters": True,
        "RequireLowercaseCharacters": True,
        "AllowUsersToChangePassword": True,
        "MaxPasswordAge": 1095,
        "PasswordReusePrevention": 24,
        "HardExpiry": True,
    }
    client.update_account_password_policy(**everything)
    shown = client.get_account_password_policy()["PasswordPolicy"]
    assert shown == {**everything, "ExpirePasswords": True}
    client.update_account_password_policy(RequireNumbers=True)
    shown = client.get_account_password_policy()["PasswordPolicy"]
    assert shown == {**DEFAULTS, "RequireNumbers": True}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("MinimumPasswordLength", 5),
        ("MinimumPasswordLength", 129),
        ("MaxPasswordAge", 0),
        ("MaxPasswordAge", 1096),
        ("PasswordReusePrevention", 0),
        ("PasswordReusePrevention", 25),
    ],
)
def test_values_outside_their_range_change_nothing(
    iam: Any, ana: User, field: str, value: int
) -> None:
    with refused("ValidationError", status=400):
        iam(ana).update_account_password_policy(**{field: value})
    assert not PasswordPolicy.objects.exists()


def test_a_deleted_policy_gives_way_to_the_default(iam: Any, ana: User) -> None:
    client = iam(ana)
    client.update_account_password_policy()
    client.delete_account_password_policy()
    assert not PasswordPolicy.objects.exists()


def test_each_account_has_a_policy_of_its_own(iam: Any, ana: User, cleo: User) -> None:
    iam(cleo).update_account_password_policy(MinimumPasswordLength=20)
    with refused("NoSuchEntity"):
        iam(ana).get_account_password_policy()


def test_users_who_may_change_passwords_may_read_the_policy(iam: Any, ana: User, ben: User) -> None:
    admin, user = iam(ana), iam(ben)
    admin.update_account_password_policy()
    with refused("AccessDenied", status=403):
        user.get_account_password_policy()
    admin.update_account_password_policy(AllowUsersToChangePassword=True)
    user.get_account_password_policy()
    with refused("AccessDenied", status=403):
        user.update_account_password_policy()
