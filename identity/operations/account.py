"""The account itself: its alias, its password policy, its preference of tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity.accounts import valid_alias
from identity.calls import Call
from identity.errors import EntityAlreadyExists, NoSuchEntity, ValidationError
from identity.models import Account, PasswordPolicy
from identity.operations import paging
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result


@operation("iam", "CreateAccountAlias")
def create_account_alias(call: Call, params: t.CreateAccountAliasRequestTypeDef) -> None:
    """A second alias takes the place of the first, which is then free for others."""
    alias = params["AccountAlias"]
    if not valid_alias(alias):
        raise ValidationError(
            "The specified value for accountAlias is invalid. "
            "It must not be an account ID or a word that the sign-in pages use."
        )
    if Account.objects.filter(alias=alias).exclude(pk=call.account.pk).exists():
        raise EntityAlreadyExists(f"The account alias {alias} already exists.")
    Account.objects.filter(pk=call.account.pk).update(alias=alias)
    call.account.alias = alias


@operation("iam", "DeleteAccountAlias")
def delete_account_alias(call: Call, params: t.DeleteAccountAliasRequestTypeDef) -> None:
    alias = params["AccountAlias"]
    if Account.objects.filter(pk=call.account.pk, alias=alias).update(alias=None) != 1:
        raise NoSuchEntity(f"The account alias {alias} cannot be found.")
    call.account.alias = None


@operation("iam", "ListAccountAliases")
def list_account_aliases(call: Call, params: t.ListAccountAliasesRequestTypeDef) -> Result:
    aliases = [call.account.alias] if call.account.alias else []
    return paging.page_of_few(call, aliases, member="AccountAliases")


@operation("iam", "GetAccountPasswordPolicy")
def get_account_password_policy(call: Call, params: dict[str, object]) -> Result:
    policy = PasswordPolicy.objects.filter(account=call.account).first()
    if policy is None:
        raise _no_policy(call)
    return {"PasswordPolicy": policy.describe()}


@operation("iam", "UpdateAccountPasswordPolicy")
def update_account_password_policy(
    call: Call, params: t.UpdateAccountPasswordPolicyRequestTypeDef
) -> None:
    """A full replacement: what is left out goes back to its default, not to what it was."""
    PasswordPolicy.objects.update_or_create(
        account=call.account,
        defaults={
            "minimum_password_length": params.get("MinimumPasswordLength", 6),
            "require_symbols": params.get("RequireSymbols", False),
            "require_numbers": params.get("RequireNumbers", False),
            "require_uppercase_characters": params.get("RequireUppercaseCharacters", False),
            "require_lowercase_characters": params.get("RequireLowercaseCharacters", False),
            "allow_users_to_change_password": params.get("AllowUsersToChangePassword", False),
            "max_password_age": params.get("MaxPasswordAge"),
            "password_reuse_prevention": params.get("PasswordReusePrevention"),
            "hard_expiry": params.get("HardExpiry", False),
        },
    )


@operation("iam", "DeleteAccountPasswordPolicy")
def delete_account_password_policy(call: Call, params: dict[str, object]) -> None:
    deleted, _ = PasswordPolicy.objects.filter(account=call.account).delete()
    if not deleted:
        raise _no_policy(call)


def _no_policy(call: Call) -> NoSuchEntity:
    return NoSuchEntity(f"The Password Policy with domain name {call.account.id} cannot be found.")


@operation("iam", "SetSecurityTokenServicePreferences")
def set_security_token_service_preferences(
    call: Call, params: t.SetSecurityTokenServicePreferencesRequestTypeDef
) -> None:
    """Stored and shown by GetAccountSummary; tokens here are valid in every region, v1 or v2."""
    version = {"v1Token": 1, "v2Token": 2}[params["GlobalEndpointTokenVersion"]]
    Account.objects.filter(pk=call.account.pk).update(global_endpoint_token_version=version)
