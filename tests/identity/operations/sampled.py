"""A value for every required member of every answered action, naming what an account really has."""

from __future__ import annotations

from typing import Any

from botocore.model import Shape, StructureShape

from identity.models import Account, User
from identity.operations.registry import Operation
from tests.certificates import make_certificate
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
    role, certificate = make_role(account, "deploy"), make_certificate()
    return {
        "AccessKeyId": make_key(ben).id,
        "AccountAlias": "example-corp",
        "ActionNames": ["iam:GetUser"],
        "Arn": ben.arn,
        "AssumeRolePolicyDocument": trusting(account.root_arn),
        "AuthenticationCode1": "123456",
        "AuthenticationCode2": "654321",
        "CertificateBody": certificate.pem,
        "CertificateId": "A" * 32,
        "AWSServiceName": "elasticbeanstalk.amazonaws.com",
        "ClientID": "web",
        "DeletionTaskId": "task/aws-service-role/x.amazonaws.com/AWSServiceRoleForX/" + "0" * 36,
        "Description": "for tests",
        "Encoding": "SSH",
        "EncodedMessage": "x" * 40,
        "GlobalEndpointTokenVersion": "v2Token",
        "GroupName": "ops",
        "InstanceProfileName": "web",
        "JobId": "0" * 36,
        "Name": "jo",
        "NewPassword": "Another-horse-8",
        "OldPassword": "Correct-horse-7",
        "Password": "Another-horse-8",
        "OpenIDConnectProviderArn": f"arn:aws:iam::{account.pk}:oidc-provider/idp.example.com",
        "PermissionsBoundary": policy.arn,
        "PolicyArn": policy.arn,
        "PolicyDocument": make_document(EVERYTHING),
        "PolicyInputList": [make_document(EVERYTHING)],
        "PolicyName": "fresh",
        "PolicySourceArn": ben.arn,
        "PrivateKey": certificate.key_pem,
        "RoleArn": role.arn,
        "RoleName": "deploy",
        "RoleSessionName": "work",
        "SAMLMetadataDocument": "<EntityDescriptor/>" + " " * 1000,
        "SAMLProviderArn": f"arn:aws:iam::{account.pk}:saml-provider/Corp",
        "SSHPublicKeyBody": "ssh-rsa AAAA",
        "SSHPublicKeyId": "APKA" + "A" * 17,
        "SerialNumber": f"arn:aws:iam::{account.pk}:mfa/phone",
        "ServerCertificateName": "web",
        "ServiceName": "codecommit.amazonaws.com",
        "ServiceSpecificCredentialId": "ACCA" + "A" * 17,
        "ServiceNamespace": "iam",
        "ServiceNamespaces": ["iam"],
        "Status": "Inactive",
        "TagKeys": ["team"],
        "Tags": [{"Key": "team", "Value": "red"}],
        "ThumbprintList": ["f" * 40],
        "Url": "https://idp.example.com",
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
