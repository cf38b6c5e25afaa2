"""The same calls have the same answers on SQLite and on PostgreSQL."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.core.management import call_command
from django.db import connection

from identity import accounts, journal
from identity.callers import Caller
from identity.errors import AwsError
from identity.facts import Facts
from identity.gateway import Client
from identity.models import Account, Event, ManagedPolicy, User
from tests.authenticator import Authenticator
from tests.console.conftest import sign_in
from tests.events import logged
from tests.factories import PASSWORD, Key, make_key, trusting
from tests.one_of_each import fill
from tests.sdk_in_process import sdk

READ = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "iam:List*", "Resource": "*"}],
    }
)


@pytest.fixture
def iam(ana: User) -> Any:
    return sdk("iam", make_key(ana))


def code_of(call: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])


def test_a_user_lives_from_creation_to_deletion(iam: Any) -> None:
    iam.create_user(UserName="Li", Path="/dev/", Tags=[{"Key": "team", "Value": "blue"}])
    assert code_of(lambda: iam.create_user(UserName="LI")) == "EntityAlreadyExists"
    iam.create_login_profile(UserName="Li", Password=PASSWORD, PasswordResetRequired=True)
    iam.put_user_policy(UserName="Li", PolicyName="read", PolicyDocument=READ)
    key = iam.create_access_key(UserName="Li")["AccessKey"]
    own = sdk("iam", Key(key["AccessKeyId"], key["SecretAccessKey"]))
    assert [u["UserName"] for u in own.list_users()["Users"]] == ["ana", "Li"]
    assert code_of(lambda: own.create_user(UserName="x")) == "AccessDenied"
    iam.update_user(UserName="Li", NewUserName="Li2")
    assert iam.get_user(UserName="li2")["User"]["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert code_of(lambda: iam.delete_user(UserName="Li2")) == "DeleteConflict"
    iam.delete_login_profile(UserName="Li2")
    iam.delete_user_policy(UserName="Li2", PolicyName="read")
    iam.delete_access_key(UserName="Li2", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="Li2")
    assert code_of(lambda: iam.get_user(UserName="Li2")) == "NoSuchEntity"


def test_a_role_lives_from_creation_to_deletion(iam: Any, ana: User) -> None:
    iam.create_group(GroupName="Ops", Path="/eng/")
    iam.create_user(UserName="Li", Path="/staff/")
    iam.add_user_to_group(GroupName="ops", UserName="LI")
    assert [user["UserName"] for user in iam.get_group(GroupName="OPS")["Users"]] == ["Li"]
    assert len(iam.list_groups_for_user(UserName="li")["Groups"]) == 1
    li = iam.get_user(UserName="li")["User"]["Arn"]
    tags = [{"Key": "Team", "Value": "red"}]
    made = iam.create_role(
        RoleName="Deploy", Path="/ci/", AssumeRolePolicyDocument=trusting(li), Tags=tags
    )
    assert made["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": li}
    assert code_of(lambda: iam.delete_role(RoleName="Other")) == "NoSuchEntity"
    iam.create_instance_profile(InstanceProfileName="Web")
    names = {"InstanceProfileName": "WEB", "RoleName": "deploy"}
    iam.add_role_to_instance_profile(**names)
    assert code_of(lambda: iam.delete_role(RoleName="deploy")) == "DeleteConflict"
    assert len(iam.list_roles(PathPrefix="/ci")["Roles"]) == 1
    iam.remove_role_from_instance_profile(**names)
    iam.delete_role(RoleName="DEPLOY")
    iam.delete_instance_profile(InstanceProfileName="web")
    assert code_of(lambda: iam.delete_group(GroupName="ops")) == "DeleteConflict"
    iam.remove_user_from_group(GroupName="ops", UserName="li")
    iam.delete_group(GroupName="ops")
    iam.delete_user(UserName="li")
    found = iam.get_account_summary()["SummaryMap"]
    assert [found[name] for name in ("Groups", "Roles", "InstanceProfiles", "Users")] == [
        0,
        0,
        0,
        1,
    ]


def test_all_that_an_account_can_have_goes_with_it(account: Account) -> None:
    fill(account)
    accounts.delete(account)
    assert not Account.objects.exists()
    assert not ManagedPolicy.objects.exclude(account=None).exists()


def test_names_are_listed_in_one_order_and_pages_neither_skip_nor_repeat(iam: Any) -> None:
    names = ["B", "a", "_x", "Z9", "c+d", "c=d", "c,d", "c.d", "c@d", "c-d"]
    for name in names:
        iam.create_user(UserName=name)
    whole = [user["UserName"] for user in iam.list_users()["Users"]]
    paged = [
        user["UserName"]
        for page in iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 3})
        for user in page["Users"]
    ]
    assert paged == whole
    assert sorted(whole) == sorted([*names, "ana"])
    assert [n.lower() for n in whole] == sorted(n.lower() for n in whole)


def test_a_managed_policy_lives_from_creation_to_deletion(iam: Any) -> None:
    arn = iam.create_policy(PolicyName="ReadOnlyAccess", PolicyDocument=READ)["Policy"]["Arn"]
    again = {"PolicyName": "READONLYACCESS", "PolicyDocument": READ}
    assert code_of(lambda: iam.create_policy(**again)) == "EntityAlreadyExists"
    iam.create_group(GroupName="devs")
    iam.create_user(UserName="li", PermissionsBoundary=arn)
    for _ in range(2):
        iam.attach_user_policy(UserName="li", PolicyArn=arn)
        iam.attach_group_policy(GroupName="devs", PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=READ, SetAsDefault=True)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    (shown,) = iam.list_policies(OnlyAttached=True)["Policies"]
    assert (shown["AttachmentCount"], shown["PermissionsBoundaryUsageCount"]) == (2, 1)
    pages = iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 7})
    arns = [one["Arn"] for page in pages for one in page["Policies"]]
    assert len(arns) == len(set(arns)) == ManagedPolicy.objects.count()
    first = iam.list_entities_for_policy(PolicyArn=arn, MaxItems=1)
    second = iam.list_entities_for_policy(PolicyArn=arn, MaxItems=1, Marker=first["Marker"])
    assert first["PolicyGroups"][0]["GroupName"] == "devs"
    assert second["PolicyUsers"][0]["UserName"] == "li"
    assert code_of(lambda: iam.delete_policy(PolicyArn=arn)) == "DeleteConflict"
    iam.detach_group_policy(GroupName="devs", PolicyArn=arn)
    iam.detach_user_policy(UserName="li", PolicyArn=arn)
    iam.delete_user(UserName="li")
    iam.delete_policy(PolicyArn=arn)
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_mfa_devices_aliases_and_the_password_policy_are_kept(iam: Any, account: Account) -> None:
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
    seed = made["Base32StringSeed"]
    app = Authenticator(made["SerialNumber"], seed.decode() if isinstance(seed, bytes) else seed)
    iam.enable_mfa_device(UserName="ana", SerialNumber=app.serial_number, **app.pair(-1))
    assert len(iam.list_mfa_devices(UserName="ana")["MFADevices"]) == 1
    iam.create_account_alias(AccountAlias="another")
    assert iam.list_account_aliases()["AccountAliases"] == ["another"]
    iam.update_account_password_policy(MinimumPasswordLength=12, MaxPasswordAge=90)
    assert iam.get_account_password_policy()["PasswordPolicy"]["MaxPasswordAge"] == 90
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["Users"], summary["MFADevicesInUse"]) == (1, 1)


def test_changes_and_reads_and_refusals_are_in_the_audit_log(iam: Any, account: Account) -> None:
    iam.create_user(UserName="Li")
    iam.list_users()
    code_of(lambda: iam.get_user(UserName="Nobody"))
    journal.drain()
    seen = logged().filter(account=account).values_list("name", "error_code")
    assert set(seen) == {("CreateUser", ""), ("ListUsers", ""), ("GetUser", "NoSuchEntity")}


@pytest.mark.parametrize("hostile", ["a\0b", "\\u0000", "\ud800", "\uffff\u2028"])
def test_no_text_of_a_refused_call_holds_up_the_audit_log(ana: User, hostile: str) -> None:
    """PostgreSQL keeps neither NUL nor half a surrogate pair: one such event would stop all."""
    client = Client(Caller(ana), Facts(user_agent=hostile), "iam")
    with pytest.raises(AwsError):
        client.get_user(UserName=hostile)
    client.list_users()
    assert journal.drain() == 2
    assert logged().filter(account=ana.account, name="ListUsers").exists()


@pytest.mark.parametrize("path", ["/iam/by-id/%00", "/iam/users/a%00b/tags", "/me/keys/done/%00"])
def test_no_page_has_nul_in_its_address(ana: User, path: str) -> None:
    assert sign_in(ana).get(path).status_code == 400


def test_events_that_the_database_cannot_hold_do_not_hold_up_others(
    database: str, account: Account, own_journal: journal.Journal
) -> None:
    journal.append(Event(account=account, name="ListUsers", region="x" * 65))
    own_journal.close()
    journal.append(Event(account=account, name="GetUser"))
    journal.drain()
    assert logged().filter(account=account, name="GetUser").count() == 1
    aside = [path for path in own_journal.folder.iterdir() if path.suffix == ".refused"]
    assert len(aside) == (1 if database == "postgresql" else 0)


def test_temporary_credentials_work(ana: User) -> None:
    key = make_key(ana)
    issued = sdk("sts", key).get_session_token()["Credentials"]
    temporary = Key(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
    assert sdk("sts", temporary).get_caller_identity()["Arn"].endswith(":user/ana")


def test_the_operators_commands_run_on_this_database(
    database: str, settings: Any, tmp_path: Path
) -> None:
    settings.VAULT_KEYS, settings.VAULT_FILE = "", tmp_path / "vault.key"
    printed = io.StringIO()
    arguments = ["--name", "New", "--email", "new@example.test", "--format", "json"]
    call_command("create_account", *arguments, "--access-key", stdout=printed)
    made = json.loads(printed.getvalue())
    call_command("rotate_vault_key", stdout=io.StringIO())
    key = Key(made["AccessKey"]["AccessKeyId"], made["AccessKey"]["SecretAccessKey"])
    assert sdk("sts", key).get_caller_identity()["Account"] == made["AccountId"]
    call_command("prune", stdout=io.StringIO())
    call_command("delete_account", made["AccountId"], "--yes", stdout=io.StringIO())
    assert not Account.objects.filter(pk=made["AccountId"]).exists()


def test_what_runs_here_is_what_the_name_says(database: str) -> None:
    assert connection.vendor == database
