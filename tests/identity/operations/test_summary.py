"""GetAccountSummary."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import Account, ManagedPolicy, User
from identity.operations import summary
from tests.authenticator import create_device, enable_device
from tests.factories import ADMINISTRATOR, attach, make_group, make_managed_policy, make_role
from tests.refusals import refused

READ = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]

KEYS = [
    "AccessKeysPerUserQuota",
    "AccountAccessKeysPresent",
    "AccountMFAEnabled",
    "AccountPasswordPresent",
    "AccountSigningCertificatesPresent",
    "AssumeRolePolicySizeQuota",
    "AttachedPoliciesPerGroupQuota",
    "AttachedPoliciesPerRoleQuota",
    "AttachedPoliciesPerUserQuota",
    "GlobalEndpointTokenVersion",
    "GroupPolicySizeQuota",
    "Groups",
    "GroupsPerUserQuota",
    "GroupsQuota",
    "InstanceProfiles",
    "InstanceProfilesQuota",
    "MFADevices",
    "MFADevicesInUse",
    "Policies",
    "PoliciesQuota",
    "PolicySizeQuota",
    "PolicyVersionsInUse",
    "PolicyVersionsInUseQuota",
    "Providers",
    "RolePolicySizeQuota",
    "Roles",
    "RolesQuota",
    "ServerCertificates",
    "ServerCertificatesQuota",
    "SigningCertificatesPerUserQuota",
    "UserPolicySizeQuota",
    "Users",
    "UsersQuota",
    "VersionsPerPolicyQuota",
]


def test_the_summary_has_the_keys_of_aws(iam: Any, ana: User) -> None:
    found = iam(ana).get_account_summary()["SummaryMap"]
    assert sorted(found) == KEYS
    assert len(KEYS) == 34


def test_the_summary_counts_what_is_there(iam: Any, ana: User, ben: User, cleo: User) -> None:
    client = iam(ana)
    create_device(client, "spare")
    enable_device(client, "ben")
    found = client.get_account_summary()["SummaryMap"]
    assert (found["Users"], found["MFADevices"], found["MFADevicesInUse"]) == (2, 2, 1)
    assert (found["AccountAccessKeysPresent"], found["AccountMFAEnabled"]) == (0, 0)
    assert found["UsersQuota"] == 5000


def test_a_policy_in_use_is_counted_once_however_often_it_is_used(
    iam: Any, ana: User, ben: User, cleo: User
) -> None:
    shipped = ManagedPolicy.objects.shipped().get(name="IAMFullAccess")
    own, idle = (make_managed_policy(ana.account, name, ADMINISTRATOR) for name in ("own", "idle"))
    for holder in (ana, ben, cleo):
        attach(holder, shipped)
    client = iam(ana)
    client.create_user(UserName="cy")
    client.put_user_permissions_boundary(UserName="ben", PermissionsBoundary=shipped.arn)
    client.put_user_permissions_boundary(UserName="cy", PermissionsBoundary=own.arn)
    client.attach_user_policy(UserName="ana", PolicyArn=idle.arn)
    client.detach_user_policy(UserName="ana", PolicyArn=idle.arn)
    found = client.get_account_summary()["SummaryMap"]
    assert (found["Policies"], found["PolicyVersionsInUse"]) == (2, 2)


def test_root_is_told_by_what_it_has(iam: Any, root: User) -> None:
    client = iam(root)
    enable_device(client, root.account_id)
    client.create_access_key()
    found = client.get_account_summary()["SummaryMap"]
    assert (found["AccountAccessKeysPresent"], found["AccountMFAEnabled"]) == (1, 1)
    assert found["AccountPasswordPresent"] == 1


def test_every_kind_of_row_is_counted(iam: Any, account: Account, ana: User) -> None:
    make_group(account, "ops")
    role = make_role(account, "web")
    client = iam(ana)
    client.create_instance_profile(InstanceProfileName="web")
    used, _ = make_managed_policy(account, "used", READ), make_managed_policy(account, "free", READ)
    shipped = make_managed_policy(None, "Shipped", READ)
    bound = make_managed_policy(None, "Bound", READ)
    client.attach_role_policy(RoleName="web", PolicyArn=used.arn)
    client.attach_user_policy(UserName="ana", PolicyArn=used.arn)
    client.attach_group_policy(GroupName="ops", PolicyArn=shipped.arn)
    client.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=bound.arn)
    found = client.get_account_summary()["SummaryMap"]
    assert (found["Groups"], found["Roles"], found["InstanceProfiles"]) == (1, 1, 1)
    assert (found["Policies"], found["PolicyVersionsInUse"]) == (2, 3)


def test_the_quotas_are_those_of_aws(iam: Any, ana: User) -> None:
    found = iam(ana).get_account_summary()["SummaryMap"]
    assert {name: found[name] for name in found if name.endswith("Quota")} == {
        "AccessKeysPerUserQuota": 2,
        "AssumeRolePolicySizeQuota": 2048,
        "AttachedPoliciesPerGroupQuota": 10,
        "AttachedPoliciesPerRoleQuota": 10,
        "AttachedPoliciesPerUserQuota": 10,
        "GroupPolicySizeQuota": 5120,
        "GroupsPerUserQuota": 10,
        "GroupsQuota": 300,
        "InstanceProfilesQuota": 1000,
        "PoliciesQuota": 1500,
        "PolicySizeQuota": 6144,
        "PolicyVersionsInUseQuota": 10000,
        "RolePolicySizeQuota": 10240,
        "RolesQuota": 1000,
        "ServerCertificatesQuota": 20,
        "SigningCertificatesPerUserQuota": 2,
        "UserPolicySizeQuota": 2048,
        "UsersQuota": 5000,
        "VersionsPerPolicyQuota": 5,
    }


@pytest.mark.parametrize(("token", "version"), [("v1Token", 1), ("v2Token", 2)])
def test_the_preference_of_tokens_is_kept(
    iam: Any, ana: User, cleo: User, token: str, version: int
) -> None:
    client = iam(ana)
    assert client.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"] == 1
    client.set_security_token_service_preferences(GlobalEndpointTokenVersion=token)
    assert client.get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"] == version
    assert iam(cleo).get_account_summary()["SummaryMap"]["GlobalEndpointTokenVersion"] == 1


def test_a_preference_that_is_no_version_is_refused(iam: Any, ana: User) -> None:
    with refused("ValidationError", status=400):
        iam(ana).set_security_token_service_preferences(GlobalEndpointTokenVersion="v3Token")


def test_an_app_may_put_its_own_counter(
    iam: Any, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def three(account: Account) -> int:
        return 3

    monkeypatch.setitem(summary.COUNTERS, "Providers", three)
    assert iam(ana).get_account_summary()["SummaryMap"]["Providers"] == 3


def test_the_summary_needs_a_permission(iam: Any, ben: User) -> None:
    with refused("AccessDenied", status=403):
        iam(ben).get_account_summary()
