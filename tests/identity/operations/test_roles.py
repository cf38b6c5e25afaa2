"""Roles, as boto3 sees them: made, shown, listed, changed, deleted, and who may do so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity import quotas
from identity.models import Account, InstanceProfile, ManagedPolicy, PolicyUsage, Role, User
from tests.factories import (
    Key,
    attach,
    make_document,
    make_key,
    make_managed_policy,
    make_policy,
    make_role,
    make_user,
    trusting,
)
from tests.refusals import refused
from tests.sdk_in_process import sdk

NOT_FOUND = "The role with name {} cannot be found."
SERVICE = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
TRUST = make_document([SERVICE | {"Action": "sts:AssumeRole"}])
READ = [{"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}]
CHANGES: list[tuple[str, str, dict[str, Any]]] = [
    ("get_role", "GetRole", {}),
    ("update_role", "UpdateRole", {"Description": "new"}),
    ("update_role_description", "UpdateRoleDescription", {"Description": "new"}),
    ("update_assume_role_policy", "UpdateAssumeRolePolicy", {"PolicyDocument": TRUST}),
    ("delete_role", "DeleteRole", {}),
]


def allowing(action: str, resource: str, **condition: Any) -> list[dict[str, Any]]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Resource": resource}
    return [statement | ({"Condition": condition} if condition else {})]


def create(client: Any, name: str = "deploy", **more: Any) -> Any:
    given = {"RoleName": name, "AssumeRolePolicyDocument": TRUST, **more}
    return client.create_role(**given)["Role"]


# --- CreateRole and GetRole ---------------------------------------------------------------------


def test_a_new_role_is_answered_in_full(iam: Any, ana: User) -> None:
    edge = make_managed_policy(ana.account, "edge", READ)
    tags = [{"Key": "team", "Value": "red"}, {"Key": "Cost", "Value": ""}]
    role = create(
        iam(ana),
        "Deploy",
        Path="/ci/",
        Description="für alle\n",
        MaxSessionDuration=43200,
        PermissionsBoundary=edge.arn,
        Tags=tags,
    )
    assert role["Arn"] == f"arn:aws:iam::{ana.account_id}:role/ci/Deploy"
    assert re.fullmatch(r"AROA[A-Z2-7]{17}", role["RoleId"])
    assert datetime.now(UTC) - role["CreateDate"] < timedelta(minutes=1)
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert (role["Description"], role["MaxSessionDuration"]) == ("für alle\n", 43200)
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == edge.arn
    assert role["Tags"] == tags
    found = iam(ana).get_role(RoleName="DEPLOY")["Role"]
    assert found.pop("RoleLastUsed") == {}
    assert found == role | {"Tags": [tags[1], tags[0]]}


def test_what_a_role_has_not_is_not_answered(iam: Any, ana: User) -> None:
    role = create(iam(ana))
    assert role["MaxSessionDuration"] == 3600
    assert not {"Description", "Tags", "PermissionsBoundary"} & role.keys()


def test_the_last_use_is_told_for_400_days(iam: Any, ana: User) -> None:
    role = make_role(ana.account, "deploy")
    seen = timezone.now().replace(microsecond=0) - timedelta(days=399)
    Role.objects.update(last_used_at=seen, last_used_region="eu-central-1")
    client = iam(ana)
    shown = client.get_role(RoleName="deploy")["Role"]["RoleLastUsed"]
    assert shown == {"LastUsedDate": seen, "Region": "eu-central-1"}
    Role.objects.filter(pk=role.pk).update(last_used_at=seen - timedelta(days=2))
    assert client.get_role(RoleName="deploy")["Role"]["RoleLastUsed"] == {}


@pytest.mark.parametrize("name", ["deploy", "DEPLOY", "dePloy"])
def test_a_name_is_taken_whatever_its_case_and_path(iam: Any, ana: User, name: str) -> None:
    make_role(ana.account, "deploy", path="/ci/")
    with refused("EntityAlreadyExists", f"Role with name {name} already exists.", 409):
        create(iam(ana), name)


def test_two_accounts_may_have_roles_of_one_name(iam: Any, ana: User, cleo: User) -> None:
    make_role(cleo.account, "deploy")
    create(iam(ana))
    assert Role.objects.named("deploy").count() == 2


@pytest.mark.parametrize(
    "given",
    [
        {"RoleName": ""},
        {"RoleName": "a" * 65},
        {"RoleName": "a b"},
        {"RoleName": "a/b"},
        {"RoleName": "röle"},
        {"Path": "ci"},
        {"Path": "/c i/"},
        {"Path": "/" + "a" * 511 + "/"},
        {"Description": "a" * 1001},
        {"Description": "\u007f"},
        {"Description": "日本"},
        {"MaxSessionDuration": 3599},
        {"MaxSessionDuration": 43201},
        {"AssumeRolePolicyDocument": ""},
        {"AssumeRolePolicyDocument": "{}" + " " * 131071},
        {"PermissionsBoundary": "short"},
        {"Tags": [{"Key": f"k{number}", "Value": ""} for number in range(51)]},
        {"Tags": [{"Key": "k!", "Value": ""}]},
        {"Tags": [{"Key": "k"}]},
    ],
    ids=repr,
)
def test_parameters_outside_the_model_are_refused(
    iam: Any, ana: User, given: dict[str, Any]
) -> None:
    with refused("ValidationError", status=400):
        create(iam(ana), **{"name": given.pop("RoleName", "deploy"), **given})
    assert not Role.objects.exists()


@pytest.mark.parametrize("path", ["/aws-service-role/x.amazonaws.com/", "/aws-reserved/sso/"])
def test_the_paths_of_aws_are_not_for_others(iam: Any, root: User, path: str) -> None:
    for spelled in (path, path.upper()):
        with refused("InvalidInput", status=400):
            create(iam(root), Path=spelled)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "This policy contains invalid Json"),
        ("{}", "Could not parse the policy: Statement is empty!"),
        (
            '{"Version":"2012-10-18","Statement":[]}',
            "The policy must contain a valid version string",
        ),
        (
            '{"Version":"2012-10-17","Statement":[]}',
            "Could not parse the policy: Statement is empty!",
        ),
        (make_document([{"Effect": "Allow"}]), "Missing required field Principal"),
        (make_document([SERVICE]), "Missing required field Action"),
        (
            make_document([SERVICE | {"Action": "iam:*"}]),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            make_document([SERVICE | {"Action": "sts:AssumeRole", "Resource": "*"}]),
            "Has prohibited field Resource",
        ),
        (
            make_document([{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]),
            "Principal must be a JSON object.",
        ),
    ],
)
def test_a_broken_trust_policy_is_refused_in_the_words_of_aws(
    iam: Any, ana: User, document: str, message: str
) -> None:
    make_role(ana.account, "there")
    client = iam(ana)
    with refused("MalformedPolicyDocument", message, 400):
        create(client, AssumeRolePolicyDocument=document)
    with refused("MalformedPolicyDocument", message, 400):
        client.update_assume_role_policy(RoleName="there", PolicyDocument=document)


def sized(size: int) -> str:
    """A trust policy of so many characters that count, and some white space that does not."""
    statement = SERVICE | {"Action": "sts:AssumeRole", "Sid": ""}
    bare = len(
        json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
    )
    statement["Sid"] = "x" * (size - bare)
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=8)


def test_a_trust_policy_has_2048_characters_at_most(iam: Any, ana: User) -> None:
    client = iam(ana)
    create(client, AssumeRolePolicyDocument=sized(2048))
    message = "Cannot exceed quota for ACLSizePerRole: 2048"
    with refused("LimitExceeded", message, 409):
        create(client, "other", AssumeRolePolicyDocument=sized(2049))
    with refused("LimitExceeded", message, 409):
        client.update_assume_role_policy(RoleName="deploy", PolicyDocument=sized(2049))


def test_the_account_holds_as_many_roles_as_its_quota(
    iam: Any, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(quotas.ADJUSTABLE, "RolesPerAccount", 1)
    client = iam(ana)
    create(client)
    with refused("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1", 409):
        create(client, "other")
    assert client.get_account_summary()["SummaryMap"]["Roles"] == 1
    client.delete_role(RoleName="deploy")
    create(client, "other")


def test_the_summary_tells_the_quotas_of_aws(iam: Any, ana: User) -> None:
    found = iam(ana).get_account_summary()["SummaryMap"]
    assert (found["Roles"], found["RolesQuota"]) == (0, 1000)
    assert found["AssumeRolePolicySizeQuota"] == 2048


# --- the boundary -------------------------------------------------------------------------------


def test_a_boundary_caps_the_role_and_counts_as_a_use_until_the_role_is_gone(
    iam: Any, ana: User
) -> None:
    edge = make_managed_policy(ana.account, "edge", allowing("iam:ListUsers", "*"))
    client = iam(ana)
    document = trusting(ana.arn)
    create(client, AssumeRolePolicyDocument=document, PermissionsBoundary=edge.arn)
    make_policy(Role.objects.get(), "all", allowing("iam:*", "*"))
    given = sdk("sts", make_key(ana)).assume_role(
        RoleArn=Role.objects.get().arn, RoleSessionName="work"
    )["Credentials"]
    session = sdk("iam", Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]))
    session.list_users()
    with refused("AccessDenied", status=403):
        session.list_roles()
    assert PolicyUsage.objects.get(policy=edge).boundary_count == 1
    Role.objects.get().policies.all().delete()
    client.delete_role(RoleName="deploy")
    assert PolicyUsage.objects.get(policy=edge).boundary_count == 0
    with refused("InvalidClientTokenId", status=403):
        session.list_users()


def boundaries(account: Account, other: Account) -> dict[str, str]:
    make_managed_policy(None, "Fixed", READ)
    ManagedPolicy.objects.filter(name="Fixed").update(is_attachable=False)
    return {
        "of another account": make_managed_policy(other, "theirs", READ).arn,
        "missing": f"arn:aws:iam::{account.id}:policy/nothing",
        "not attachable": "arn:aws:iam::aws:policy/Fixed",
    }


@pytest.mark.parametrize("which", ["of another account", "missing", "not attachable"])
def test_a_boundary_must_be_a_policy_that_may_be_one(
    iam: Any, ana: User, cleo: User, which: str
) -> None:
    arn = boundaries(ana.account, cleo.account)[which]
    with refused("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404):
        create(iam(ana), PermissionsBoundary=arn)
    assert not Role.objects.exists()


def test_who_may_make_bounded_roles_only_makes_no_other(iam: Any, account: Account) -> None:
    edge = make_managed_policy(account, "edge", READ)
    loose = make_managed_policy(account, "loose", READ)
    bounded = {"StringEquals": {"iam:PermissionsBoundary": edge.arn}}
    dev = make_user(account, "dev", allow=allowing("iam:*Role*", "*", **bounded))
    client = iam(dev)
    for given in ({}, {"PermissionsBoundary": loose.arn}):
        with refused("AccessDenied", status=403):
            create(client, **given)
    create(client, PermissionsBoundary=edge.arn)


@pytest.mark.parametrize(("verb", "action", "params"), CHANGES[1:])
def test_who_may_change_bounded_roles_only_changes_no_other(
    iam: Any, account: Account, verb: str, action: str, params: Any
) -> None:
    edge = make_managed_policy(account, "edge", READ)
    make_role(account, "free")
    role = make_role(account, "capped")
    Role.objects.filter(pk=role.pk).update(boundary=edge)
    PolicyUsage.count(edge, account, boundary_count=1)
    bounded = {"StringEquals": {"iam:PermissionsBoundary": edge.arn}}
    dev = make_user(account, "dev", allow=allowing(f"iam:{action}", "*", **bounded))
    with refused("AccessDenied", status=403):
        getattr(iam(dev), verb)(RoleName="free", **params)
    getattr(iam(dev), verb)(RoleName="capped", **params)


# --- ListRoles ----------------------------------------------------------------------------------


def test_lists_leave_out_tags_boundary_and_last_use(iam: Any, ana: User) -> None:
    edge = make_managed_policy(ana.account, "edge", READ)
    client = iam(ana)
    tags = [{"Key": "a", "Value": "b"}]
    made = create(client, Description="d", Tags=tags, PermissionsBoundary=edge.arn)
    (role,) = client.list_roles()["Roles"]
    assert role == {k: v for k, v in made.items() if k not in ("Tags", "PermissionsBoundary")}


@pytest.mark.parametrize(
    ("prefix", "names"),
    [("/", ["a", "B", "c"]), ("/eng", ["B", "c"]), ("/eng/", ["B"]), ("/ENG/", []), ("/e_g/", [])],
)
def test_roles_are_listed_by_name_under_a_path(
    iam: Any, ana: User, cleo: User, prefix: str, names: list[str]
) -> None:
    make_role(ana.account, "c", path="/engineers/")
    make_role(ana.account, "B", path="/eng/")
    make_role(ana.account, "a")
    make_role(cleo.account, "theirs")
    listed = iam(ana).list_roles(PathPrefix=prefix)
    assert [role["RoleName"] for role in listed["Roles"]] == names
    assert listed["IsTruncated"] is False


def test_pages_of_roles_neither_skip_nor_repeat(iam: Any, ana: User) -> None:
    names = [f"role{number}" for number in range(5)]
    for name in names:
        make_role(ana.account, name)
    pages = iam(ana).get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2})
    assert [role["RoleName"] for page in pages for role in page["Roles"]] == names


def test_many_roles_that_trust_many_take_no_more_queries_than_one(iam: Any, ana: User) -> None:
    client = iam(ana)
    for number in range(10):
        user = make_user(ana.account, f"user{number}")
        create(client, f"role{number}", AssumeRolePolicyDocument=trusting(user.arn))
    with CaptureQueriesContext(connection) as queries:
        assert len(client.list_roles()["Roles"]) == 10
    assert len(queries) == 4  # the key, the policies, the page, the users that are trusted


# --- UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy ----------------------------------


def test_what_an_update_leaves_out_stays(iam: Any, ana: User) -> None:
    client = iam(ana)
    create(client, Description="old", MaxSessionDuration=7200)
    assert set(client.update_role(RoleName="deploy")) == {"ResponseMetadata"}
    client.update_role(RoleName="deploy", MaxSessionDuration=3600)
    assert client.get_role(RoleName="deploy")["Role"]["Description"] == "old"
    client.update_role(RoleName="DEPLOY", Description="new")
    role = client.get_role(RoleName="deploy")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("new", 3600)


def test_a_description_can_be_emptied(iam: Any, ana: User) -> None:
    client = iam(ana)
    create(client, Description="old")
    shown = client.update_role_description(RoleName="deploy", Description="new")["Role"]
    assert (shown["Description"], shown["RoleName"]) == ("new", "deploy")
    client.update_role_description(RoleName="deploy", Description="")
    assert "Description" not in client.get_role(RoleName="deploy")["Role"]


@pytest.mark.parametrize("duration", [0, -1, 3599, 43201, 2**31 - 1])
def test_sessions_last_an_hour_to_twelve(iam: Any, ana: User, duration: int) -> None:
    make_role(ana.account, "deploy")
    with refused("ValidationError", status=400):
        iam(ana).update_role(RoleName="deploy", MaxSessionDuration=duration)


def test_a_new_trust_policy_takes_the_place_of_the_old(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    create(client, AssumeRolePolicyDocument=trusting(ben.arn))
    arn = Role.objects.get().arn
    sdk("sts", make_key(ben)).assume_role(RoleArn=arn, RoleSessionName="work")
    client.update_assume_role_policy(RoleName="deploy", PolicyDocument=TRUST)
    with refused("AccessDenied", status=403):
        sdk("sts", make_key(ben)).assume_role(RoleArn=arn, RoleSessionName="work")
    shown = client.get_role(RoleName="deploy")["Role"]["AssumeRolePolicyDocument"]
    assert shown == json.loads(TRUST)


# --- DeleteRole ---------------------------------------------------------------------------------


def test_leftovers_are_reported_in_the_order_of_aws(iam: Any, ana: User) -> None:
    client = iam(ana)
    role = make_role(ana.account, "deploy")
    InstanceProfile.objects.create(account=ana.account, name="web", role=role)
    attach(role, make_managed_policy(ana.account, "shared", READ))
    make_policy(role, "own", READ)
    conflicts: list[tuple[str, Callable[[], Any]]] = [
        (
            "remove roles from instance profile",
            lambda: client.remove_role_from_instance_profile(
                InstanceProfileName="web", RoleName="deploy"
            ),
        ),
        ("detach all policies", lambda: role.attachments.all().delete()),
        ("delete policies", lambda: role.policies.all().delete()),
    ]
    for what, remove in conflicts:
        with refused("DeleteConflict", f"Cannot delete entity, must {what} first.", 409):
            client.delete_role(RoleName="deploy")
        remove()
    client.delete_role(RoleName="DEPLOY")
    assert not Role.objects.exists()
    assert Account.objects.get(pk=ana.account_id).role_count == 0


def test_a_new_role_of_an_old_name_is_another_role(iam: Any, ana: User) -> None:
    client = iam(ana)
    first = create(client)["RoleId"]
    client.delete_role(RoleName="deploy")
    assert create(client)["RoleId"] != first


@pytest.mark.parametrize(("verb", "action", "params"), CHANGES)
def test_a_role_of_another_account_is_not_there(
    iam: Any, ana: User, cleo: User, verb: str, action: str, params: Any
) -> None:
    make_role(cleo.account, "theirs")
    for name in ("theirs", "nothing"):
        with refused("NoSuchEntity", NOT_FOUND.format(name), 404):
            getattr(iam(ana), verb)(RoleName=name, **params)


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "action", "resource", "params"),
    [
        (
            "create_role",
            "CreateRole",
            "role/new/it",
            {"RoleName": "it", "Path": "/new/", "AssumeRolePolicyDocument": TRUST},
        ),
        ("list_roles", "ListRoles", "role/ci/", {"PathPrefix": "/ci/"}),
        *(
            (verb, action, "role/ci/deploy", {"RoleName": "DEPLOY", **params})
            for verb, action, params in CHANGES
        ),
    ],
)
def test_each_action_is_asked_on_the_arn_with_its_path(
    iam: Any, account: Account, ben: User, verb: str, action: str, resource: str, params: Any
) -> None:
    make_role(account, "deploy", path="/ci/")
    arn = f"arn:aws:iam::{account.id}:{resource}"
    with refused(
        "AccessDenied",
        f"User: {ben.arn} is not authorized to perform: iam:{action} on resource: {arn} "
        f"because no identity-based policy allows the iam:{action} action",
        403,
    ):
        getattr(iam(ben), verb)(**params)
    only = make_user(account, "only", allow=allowing(f"iam:{action}", arn))
    getattr(iam(only), verb)(**params)


def test_tags_at_creation_need_a_permission_of_their_own(iam: Any, account: Account) -> None:
    dev = make_user(account, "dev", allow=["iam:CreateRole"])
    tags = [{"Key": "team", "Value": "red"}]
    arn = f"arn:aws:iam::{account.id}:role/ci/deploy"
    with refused(
        "AccessDenied",
        f"User: {dev.arn} is not authorized to perform: iam:TagRole on resource: {arn} "
        "because no identity-based policy allows the iam:TagRole action",
        403,
    ):
        create(iam(dev), Path="/ci/", Tags=tags)
    make_policy(dev, "tag", allowing("iam:TagRole", arn))
    create(iam(dev), Path="/ci/", Tags=tags)


def test_who_may_not_look_learns_nothing(iam: Any, ben: User) -> None:
    make_role(ben.account, "deploy")
    for name in ("deploy", "nothing"):
        with refused("AccessDenied", status=403):
            iam(ben).get_role(RoleName=name)
