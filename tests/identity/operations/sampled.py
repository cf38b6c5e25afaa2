"""A value for every required member of every answered action, naming what an account really has."""

from __future__ import annotations

from typing import Any

from botocore.model import Shape, StructureShape

from identity.models import Account, User
from identity.operations.registry import Operation
from tests.factories import (
    make_document,
    make_group,
    make_key,
    make_managed_policy,
    make_role,
    trusting,
)

EVERYTHING = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def samples_for(account: Account, ben: User) -> dict[str, Any]:
    """A value for every required member of what is answered."""
    make_group(account, "ops")
    policy = make_managed_policy(account, "reading", EVERYTHING)
    role = make_role(account, "deploy")
    return {
        "AccessKeyId": make_key(ben).id,
        "AccountAlias": "example-corp",
        "ActionNames": ["iam:GetUser"],
        "AssumeRolePolicyDocument": trusting(account.root_arn),
        "AuthenticationCode1": "123456",
        "AuthenticationCode2": "654321",
        "AWSServiceName": "elasticbeanstalk.amazonaws.com",
        "DeletionTaskId": "task/aws-service-role/x.amazonaws.com/AWSServiceRoleForX/" + "0" * 36,
        "Description": "for tests",
        "EncodedMessage": "x" * 40,
        "GroupName": "ops",
        "InstanceProfileName": "web",
        "Name": "jo",
        "NewPassword": "Another-horse-8",
        "OldPassword": "Correct-horse-7",
        "Password": "Another-horse-8",
        "PermissionsBoundary": policy.arn,
        "PolicyArn": policy.arn,
        "PolicyDocument": make_document(EVERYTHING),
        "PolicyInputList": [make_document(EVERYTHING)],
        "PolicyName": "fresh",
        "PolicySourceArn": ben.arn,
        "RoleArn": role.arn,
        "RoleName": "deploy",
        "RoleSessionName": "work",
        "ServiceNamespaces": ["s3"],
        "SerialNumber": f"arn:aws:iam::{account.pk}:mfa/phone",
        "Status": "Inactive",
        "TagKeys": ["team"],
        "Tags": [{"Key": "team", "Value": "red"}],
        "UserName": "ben",
        "VersionId": "v1",
        "VirtualMFADeviceName": "phone",
    }


def params_of(operation: Operation, samples: dict[str, Any]) -> dict[str, Any]:
    """The required members, and the user that many actions let the caller leave out."""
    shape = operation.model.input_shape
    if not isinstance(shape, StructureShape):
        return {}
    named = [*shape.required_members, *({"UserName"} & set(shape.members))]
    return {name: _of_length(shape.members[name], samples[name]) for name in named}


def _of_length(member: Shape, value: Any) -> Any:
    return value[: member.metadata.get("max", len(value))] if isinstance(value, str) else value
