"""What is told first: a bad parameter, then a missing permission, then all else that is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import StructureShape

from identity.callers import Caller
from identity.calls import Call
from identity.errors import AwsError, ValidationError
from identity.gateway import perform
from identity.models import Account, User
from identity.operations.registry import TABLE
from tests.factories import make_document, make_group, make_managed_policy, make_role, trusting

EVERYTHING = make_document([{"Effect": "Allow", "Action": "*", "Resource": "*"}])
RESERVED = [{"Key": "aws:team", "Value": "red"}]
TWICE = [{"Key": "team", "Value": "red"}, {"Key": "TEAM", "Value": "blue"}]
TRUST = trusting("111122223333")
ABSENT_POLICY = "arn:aws:iam::{account}:policy/nobody"
NOBODY = "arn:aws:iam::{account}:user/nobody"
PHONE = "arn:aws:iam::{account}:mfa/nobody"


@pytest.fixture
def _something_of_each(account: Account) -> None:
    make_group(account, "ops")
    make_role(account, "deploy")
    make_managed_policy(account, "edge", [{"Effect": "Allow", "Action": "*", "Resource": "*"}])


def code_of(caller: User, key: tuple[str, str], params: dict[str, Any]) -> str:
    try:
        perform(Call(Caller(caller), *key, params))
    except AwsError as problem:
        return problem.code
    return "answered"


REQUIRING = sorted(
    key
    for key, operation in TABLE.items()
    if isinstance(shape := operation.model.input_shape, StructureShape) and shape.required_members
)


@pytest.mark.parametrize("key", REQUIRING, ids=":".join)
def test_who_may_nothing_is_told_what_is_missing(key: tuple[str, str], ben: User) -> None:
    with pytest.raises(ValidationError, match="Member must not be null"):
        perform(Call(Caller(ben), *key, {}))


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("GetUser", {"UserName": "nobody"}, "NoSuchEntity"),
        ("DeleteUser", {"UserName": "nobody"}, "NoSuchEntity"),
        ("CreateUser", {"UserName": "ben"}, "EntityAlreadyExists"),
        ("CreateUser", {"UserName": "jo", "Tags": RESERVED}, "InvalidInput"),
        ("CreateUser", {"UserName": "jo", "Tags": TWICE}, "InvalidInput"),
        ("CreateUser", {"UserName": "jo", "PermissionsBoundary": ABSENT_POLICY}, "NoSuchEntity"),
        ("UpdateUser", {"UserName": "ben", "NewUserName": "ana"}, "EntityAlreadyExists"),
        ("TagUser", {"UserName": "ben", "Tags": RESERVED}, "InvalidInput"),
        ("ListGroupsForUser", {"UserName": "nobody"}, "NoSuchEntity"),
        ("GetGroup", {"GroupName": "nobody"}, "NoSuchEntity"),
        ("CreateGroup", {"GroupName": "OPS"}, "EntityAlreadyExists"),
        ("AddUserToGroup", {"GroupName": "ops", "UserName": "nobody"}, "NoSuchEntity"),
        ("GetRole", {"RoleName": "nobody"}, "NoSuchEntity"),
        (
            "CreateRole",
            {"RoleName": "deploy", "AssumeRolePolicyDocument": TRUST},
            "EntityAlreadyExists",
        ),
        (
            "CreateRole",
            {"RoleName": "new", "AssumeRolePolicyDocument": "{}"},
            "MalformedPolicyDocument",
        ),
        (
            "UpdateAssumeRolePolicy",
            {"RoleName": "deploy", "PolicyDocument": "{}"},
            "MalformedPolicyDocument",
        ),
        ("TagRole", {"RoleName": "deploy", "Tags": TWICE}, "InvalidInput"),
        (
            "CreatePolicy",
            {"PolicyName": "edge", "PolicyDocument": EVERYTHING},
            "EntityAlreadyExists",
        ),
        ("CreatePolicy", {"PolicyName": "p", "PolicyDocument": "{"}, "MalformedPolicyDocument"),
        ("GetPolicy", {"PolicyArn": ABSENT_POLICY}, "NoSuchEntity"),
        ("GetPolicy", {"PolicyArn": "no policy's ARN at all"}, "InvalidInput"),
        ("TagPolicy", {"PolicyArn": "no policy's ARN at all", "Tags": RESERVED}, "InvalidInput"),
        ("GetPolicyVersion", {"PolicyArn": ABSENT_POLICY, "VersionId": "v1"}, "NoSuchEntity"),
        ("AttachUserPolicy", {"UserName": "ben", "PolicyArn": ABSENT_POLICY}, "NoSuchEntity"),
        (
            "AttachUserPolicy",
            {"UserName": "ben", "PolicyArn": "no policy's ARN at all"},
            "InvalidInput",
        ),
        ("DetachGroupPolicy", {"GroupName": "ops", "PolicyArn": ABSENT_POLICY}, "NoSuchEntity"),
        ("GetUserPolicy", {"UserName": "ben", "PolicyName": "none"}, "NoSuchEntity"),
        (
            "PutRolePolicy",
            {"RoleName": "deploy", "PolicyName": "p", "PolicyDocument": "{}"},
            "MalformedPolicyDocument",
        ),
        ("GetLoginProfile", {"UserName": "ben"}, "NoSuchEntity"),
        ("DeleteAccessKey", {"UserName": "ben", "AccessKeyId": "A" * 20}, "NoSuchEntity"),
        ("GetInstanceProfile", {"InstanceProfileName": "nobody"}, "NoSuchEntity"),
        ("DeleteVirtualMFADevice", {"SerialNumber": PHONE}, "NoSuchEntity"),
        ("CreateAccountAlias", {"AccountAlias": "partner"}, "EntityAlreadyExists"),
        ("DeleteAccountAlias", {"AccountAlias": "nobody"}, "NoSuchEntity"),
        ("GetAccountPasswordPolicy", {}, "NoSuchEntity"),
        ("ListUsers", {"Marker": "of nobody"}, "ValidationError"),
        (
            "SimulatePrincipalPolicy",
            {
                "PolicySourceArn": "arn:aws:iam::{account}:user/nobody",
                "ActionNames": ["s3:GetObject"],
            },
            "NoSuchEntity",
        ),
    ],
)
@pytest.mark.usefixtures("_something_of_each", "cleo")
def test_a_missing_permission_is_told_before_anything_of_the_domain(
    action: str, params: dict[str, Any], code: str, account: Account, ana: User, ben: User
) -> None:
    params = {
        name: value.replace("{account}", account.id) if isinstance(value, str) else value
        for name, value in params.items()
    }
    assert code_of(ana, ("iam", action), params) == code
    assert code_of(ben, ("iam", action), params) == "AccessDenied"
