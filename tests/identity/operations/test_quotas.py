"""Quotas that the operator sets: by account or for all, shown and kept from the next call on."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from identity import quotas
from identity.models import Account, Quota, User
from tests.factories import make_group, make_managed_policy, make_role, trusting
from tests.refusals import refused

READ = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]


def set_quota(*words: str) -> str:
    printed = io.StringIO()
    call_command("set_quota", *words, stdout=printed)
    return printed.getvalue()


SHOWN = [
    ("ACLSizePerRole", "AssumeRolePolicySizeQuota"),
    ("GroupsPerAccount", "GroupsQuota"),
    ("GroupsPerUser", "GroupsPerUserQuota"),
    ("InstanceProfilesPerAccount", "InstanceProfilesQuota"),
    ("PoliciesPerAccount", "PoliciesQuota"),
    ("PoliciesPerGroup", "AttachedPoliciesPerGroupQuota"),
    ("PoliciesPerRole", "AttachedPoliciesPerRoleQuota"),
    ("PoliciesPerUser", "AttachedPoliciesPerUserQuota"),
    ("RolesPerAccount", "RolesQuota"),
    ("ServerCertificatesPerAccount", "ServerCertificatesQuota"),
    ("UsersPerAccount", "UsersQuota"),
]


def test_the_table_is_that_of_the_quotas() -> None:
    unshown = {"OpenIdConnectProvidersPerAccount", "SAMLProvidersPerAccount"}
    assert {name for name, _ in SHOWN} | unshown == set(quotas.ADJUSTABLE)


@pytest.mark.parametrize(("name", "key"), SHOWN)
def test_what_is_set_is_shown(
    iam: Any, ana: User, cleo: User, account: Account, name: str, key: str
) -> None:
    assert set_quota(account.pk, name, "77") == f"{name} of {account.pk}: 77\n"
    assert iam(ana).get_account_summary()["SummaryMap"][key] == 77
    assert iam(cleo).get_account_summary()["SummaryMap"][key] == quotas.ADJUSTABLE[name]


# Each call is allowed once by a quota of 1, and refused under the name of the quota.
LIMITED = [
    ("GroupsPerAccount", "create_group", {"GroupName": "{}"}),
    ("RolesPerAccount", "create_role", {"RoleName": "{}", "AssumeRolePolicyDocument": "{trust}"}),
    ("PoliciesPerAccount", "create_policy", {"PolicyName": "{}", "PolicyDocument": "{document}"}),
    ("InstanceProfilesPerAccount", "create_instance_profile", {"InstanceProfileName": "{}"}),
    ("MFADevicesPerAccount", "create_virtual_mfa_device", {"VirtualMFADeviceName": "{}"}),
    ("GroupsPerUser", "add_user_to_group", {"UserName": "ben", "GroupName": "{group}"}),
    ("PoliciesPerUser", "attach_user_policy", {"UserName": "ben", "PolicyArn": "{arn}"}),
    ("PoliciesPerGroup", "attach_group_policy", {"GroupName": "g0", "PolicyArn": "{arn}"}),
    ("PoliciesPerRole", "attach_role_policy", {"RoleName": "r", "PolicyArn": "{arn}"}),
]


@pytest.mark.parametrize(("name", "verb", "params"), LIMITED)
def test_a_quota_holds_from_the_next_call_on(
    iam: Any, account: Account, ana: User, ben: User, name: str, verb: str, params: dict[str, str]
) -> None:
    policies = [make_managed_policy(None, f"Shipped{number}", READ) for number in range(3)]
    groups = verb in ("add_user_to_group", "attach_group_policy")
    for number in range(3 if groups else 0):
        make_group(account, f"g{number}")
    if verb == "attach_role_policy":
        make_role(account, "r")
    client = iam(ana)

    def call(number: int) -> None:
        words = {
            "trust": trusting(account.root_arn),
            "document": '{"Version":"2012-10-17","Statement":'
            '{"Effect":"Allow","Action":"s3:*","Resource":"*"}}',
            "group": f"g{number}",
            "arn": policies[number].arn,
        }
        given = {
            member: f"new{number}" if text == "{}" else words.get(text.strip("{}"), text)
            for member, text in params.items()
        }
        getattr(client, verb)(**given)

    quota = "UsersPerAccount" if name == "MFADevicesPerAccount" else name
    set_quota("--all", quota, "1")
    call(0)
    with refused("LimitExceeded", f"Cannot exceed quota for {name}: 1", 409):
        call(1)
    set_quota(account.pk, quota, "2")
    call(1)
    with refused("LimitExceeded", f"Cannot exceed quota for {name}: 2", 409):
        call(2)


def test_a_trust_policy_may_be_as_long_as_the_quota(iam: Any, account: Account, ana: User) -> None:
    trust = trusting(account.root_arn)
    set_quota("--all", "ACLSizePerRole", "50")
    client = iam(ana)
    with refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 50", 409):
        client.create_role(RoleName="web", AssumeRolePolicyDocument=trust)
    set_quota(account.pk, "ACLSizePerRole", "500")
    client.create_role(RoleName="web", AssumeRolePolicyDocument=trust)
    client.update_assume_role_policy(RoleName="web", PolicyDocument=trust)


def test_an_account_s_own_quota_goes_before_that_of_all(account: Account, cleo: User) -> None:
    set_quota(account.pk, "GroupsPerUser", "20")
    set_quota("--all", "GroupsPerUser", "30")
    assert quotas.of(account.pk, "GroupsPerUser") == 20
    assert quotas.of(cleo.account_id, "GroupsPerUser") == 30


def test_the_alias_names_the_account(account: Account) -> None:
    set_quota("example", "GroupsPerUser", "20")
    assert quotas.of(account.pk, "GroupsPerUser") == 20


def test_default_takes_it_back(account: Account) -> None:
    set_quota("--all", "GroupsPerUser", "30")
    set_quota(account.pk, "GroupsPerUser", "20")
    set_quota(account.pk, "GroupsPerUser", "default")
    assert quotas.of(account.pk, "GroupsPerUser") == 30
    set_quota("--all", "GroupsPerUser", "default")
    assert quotas.of(account.pk, "GroupsPerUser") == 10


def test_setting_it_again_replaces_it(account: Account) -> None:
    for value in ("20", "5"):
        set_quota("--all", "GroupsPerUser", value)
        set_quota(account.pk, "GroupsPerUser", value)
    assert Quota.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["GroupsPerUser", "20"], "give an account or --all"),
        (["--all", "example", "GroupsPerUser", "20"], "give an account or --all"),
        (["000000000000", "GroupsPerUser", "20"], "no account `000000000000`"),
        (["--all", "AccessKeysPerUser", "20"], "no quota `AccessKeysPerUser` that can be set"),
        (["--all", "groupsperuser", "20"], "no quota `groupsperuser`"),
        (["--all", "GroupsPerUser", "1.5"], "`1.5` is no number"),
        (["--all", "GroupsPerUser", "٢"], "is no number"),
        (["--all", "GroupsPerUser", "2147483648"], "is no number"),
        (["--all", "GroupsPerUser", ""], "`` is no number"),
    ],
)
def test_what_cannot_be_set_is_refused(account: Account, words: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message.replace("(", r"\(")):
        set_quota(*words)
    assert not Quota.objects.exists()


def test_a_quota_is_read_in_one_query(account: Account) -> None:
    with CaptureQueriesContext(connection) as queries:
        quotas.of(account.pk, "GroupsPerUser")
    assert len(queries) == 1
