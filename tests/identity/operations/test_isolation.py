"""No action reads, changes or so much as notices what belongs to another account.

Each answered action is called by administrators of one account with something of another account
in the place of one of its own. A new member must be told here what it is.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.model import StructureShape
from django.db import connection, transaction

from identity import arns
from identity.callers import Caller
from identity.calls import Call
from identity.errors import AwsError
from identity.gateway import perform
from identity.models import AccessKey, AccessReport, Account, ThrottleBucket, User
from identity.operations import paging
from identity.operations.registry import TABLE, Operation
from tests.factories import ADMINISTRATOR, make_account, make_user
from tests.identity.operations.sampled import samples_for
from tests.one_of_each import fill

# Members that name nothing of an account, or nothing without the member beside it.
_PLAIN = """
AWSServiceName ActionNames AddPrivateKey AllUsers AllowUsersToChangePassword
AssertionEncryptionMode AssignmentStatus AssumeRolePolicyDocument AuthenticationCode1
AuthenticationCode2 CertificateBody CertificateChain ClientID ClientIDList ContextEntries
CredentialAgeDays CustomSuffix Description DurationSeconds EncodedMessage Encoding EntityFilter
ExternalId Filter GlobalEndpointTokenVersion Granularity HardExpiry MaxItems MaxPasswordAge
MaxSessionDuration MinimumPasswordLength MinimumSessionTokenSize Name NewPassword NewPath
OldPassword OnlyAttached OrderedOrganizationPolicyInputList Password PasswordResetRequired
PasswordReusePrevention Path PathPrefix PermissionsBoundaryPolicyInputList Policy PolicyDocument
PolicyExclusionList PolicyInputList PolicyUsageFilter PrivateKey ProvidedContexts RemovePrivateKey
RequireLowercaseCharacters RequireNumbers RequireSymbols RequireUppercaseCharacters
ResourceHandlingOption ResourceOwner ResourcePolicy RoleSessionName SAMLMetadataDocument
SSHPublicKeyBody Scope ServiceName ServiceNamespace ServiceNamespaces SetAsDefault SortKey
SourceIdentity
Status TagKeys Tags ThumbprintList TokenCode TransitiveTagKeys VersionId
"""
PLAIN = frozenset(_PLAIN.split())

# What is about to be made: names are free in each account, whoever else has them.
NEW = frozenset(
    [
        ("CreateGroup", "GroupName"),
        ("CreateOpenIDConnectProvider", "Url"),
        ("CreateInstanceProfile", "InstanceProfileName"),
        ("CreatePolicy", "PolicyName"),
        ("CreateRole", "RoleName"),
        ("CreateUser", "UserName"),
        ("CreateVirtualMFADevice", "VirtualMFADeviceName"),
        ("PutGroupPolicy", "PolicyName"),
        ("PutRolePolicy", "PolicyName"),
        ("PutUserPolicy", "PolicyName"),
        ("UpdateServerCertificate", "NewServerCertificateName"),
        ("UploadServerCertificate", "ServerCertificateName"),
        ("UpdateGroup", "NewGroupName"),
        ("UpdateUser", "NewUserName"),
    ]
)

# Where AWS has another answer than NoSuchEntity or AccessDenied.
OTHERWISE = {
    ("AssumeRole", "PolicyArns"): "MalformedPolicyDocument",
    ("CreateAccountAlias", "AccountAlias"): "EntityAlreadyExists",
    ("GetAccessKeyInfo", "AccessKeyId"): "answered",
    ("GetFederationToken", "PolicyArns"): "MalformedPolicyDocument",
    ("GetMFADevice", "SerialNumber"): "ValidationError",
    ("SimulateCustomPolicy", "CallerArn"): "answered",
    ("SimulateCustomPolicy", "ResourceArns"): "answered",
    ("SimulatePrincipalPolicy", "CallerArn"): "answered",
    ("SimulatePrincipalPolicy", "ResourceArns"): "answered",
    ("UploadSSHPublicKey", "UserName"): "InvalidPublicKey",
}

# What is of one owner in all accounts is noticed by everybody, as in AWS.
NOTICED = frozenset([("CreateAccountAlias", "AccountAlias"), ("GetAccessKeyInfo", "AccessKeyId")])


def _inhabited(name: str, mark: str) -> Account:
    account = make_account(name, f"root@{mark}.test", alias=f"corp{mark}")
    fill(account, mark)
    make_user(account, f"boss{mark}", allow=ADMINISTRATOR)
    return account


def names_of(account: Account, mark: str) -> dict[str, Any]:
    """What each member can name of an account whose things end in `mark`."""
    policy = arns.iam(account.id, "policy", f"edge{mark}")
    provider = f"idp{mark}.example.com"
    user, number = arns.user(account.id, f"li{mark}"), "1" * 24 + mark
    key = AccessKey.objects.filter(user__account=account, user__name=f"li{mark}").first()
    report = AccessReport.objects.filter(account=account).first() if key else None
    return {
        "AccessKeyId": key.pk if key else "AKIAABSENTABSENT2345",
        "AccountAlias": f"corp{mark}",
        "Arn": user,
        "CallerArn": user,
        "CertificateId": number,
        "DeletionTaskId": f"task/aws-service-role/x.amazonaws.com/AWSServiceRoleForX/{'0' * 36}",
        "GroupName": f"ops{mark}",
        "InstanceProfileName": f"web{mark}",
        "JobId": str(report.pk) if report else "0" * 36,
        "NewGroupName": f"ops{mark}",
        "NewServerCertificateName": f"web{mark}",
        "NewUserName": f"li{mark}",
        "OpenIDConnectProviderArn": arns.iam(account.id, "oidc-provider", provider),
        "PermissionsBoundary": policy,
        "PolicyArn": policy,
        "PolicyArns": [{"arn": policy}],
        "PolicyName": f"edge{mark}",
        "PolicySourceArn": user,
        "ResourceArns": [user],
        "RoleArn": arns.iam(account.id, "role", f"deploy{mark}"),
        "RoleName": f"deploy{mark}",
        "SAMLProviderArn": arns.iam(account.id, "saml-provider", f"Corp{mark}"),
        "SSHPublicKeyId": number,
        "SerialNumber": arns.mfa(account.id, f"phone{mark}"),
        "ServerCertificateName": f"web{mark}",
        "ServiceSpecificCredentialId": number,
        "Url": f"https://{provider}",
        "UserName": f"li{mark}",
        "VirtualMFADeviceName": f"phone{mark}",
    }


def _members(operation: Operation) -> list[str]:
    shape = operation.model.input_shape
    return list(shape.members) if isinstance(shape, StructureShape) else []


def _naming() -> dict[str, list[Operation]]:
    """The operations of each member that names something of an account."""
    naming: dict[str, list[Operation]] = defaultdict(list)
    for _, operation in sorted(TABLE.items()):
        for member in {*_members(operation)} - PLAIN - {"Marker"}:
            naming[member].append(operation)
    return naming


NAMING = _naming()
PAGED = [operation for operation in TABLE.values() if "Marker" in _members(operation)]


def own_values(account: Account) -> dict[str, Any]:
    """What each member can be in a call about something of our account."""
    return samples_for(account, account.iam_users.get(name="liours")) | names_of(account, "ours")


def own_params(operation: Operation, own: dict[str, Any]) -> dict[str, Any]:
    """The required members and the user, of our account; what is to be made has a free name."""
    shape = operation.model.input_shape
    required = shape.required_members if isinstance(shape, StructureShape) else []
    named = {*required, *({"UserName"} & {*_members(operation)})}
    fresh = {member: "fresh" for name, member in NEW if name == operation.name}
    return {name: fresh.get(name, own[name]) for name in named}


def answer(caller: User, operation: Operation, params: dict[str, Any]) -> tuple[str, str]:
    """The error's code and message, or `answered` and what."""
    call = Call(Caller(caller), operation.service, operation.name, params)
    try:
        return "answered", json.dumps(perform(call), default=str)
    except AwsError as problem:
        return problem.code, problem.message


def stored() -> set[tuple[Any, ...]]:
    """Every row of every table, but for the guesses of codes that are counted."""
    tables = {*connection.introspection.table_names()} - {ThrottleBucket._meta.db_table}
    rows: set[tuple[Any, ...]] = set()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows.update((table, *row) for row in cursor.fetchall())
    return rows


@contextmanager
def undone() -> Iterator[None]:
    """What is written meanwhile is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def ours(db: None) -> Account:
    return _inhabited("Ours", "ours")


@pytest.fixture
def own(ours: Account) -> dict[str, Any]:
    return own_values(ours)


@pytest.fixture
def theirs(db: None) -> Account:
    return _inhabited("Theirs", "theirs")


@pytest.mark.parametrize("member", sorted(NAMING))
def test_an_administrator_reaches_nothing_of_another_account(
    member: str, ours: Account, theirs: Account, own: dict[str, Any]
) -> None:
    before = stored()
    for operation in NAMING[member]:
        with undone():
            params = own_params(operation, own)
            _reaches_nothing(operation, member, params, ours, theirs, before)


def _reaches_nothing(
    operation: Operation,
    member: str,
    params: dict[str, Any],
    ours: Account,
    theirs: Account,
    before: set[tuple[Any, ...]],
) -> None:
    case = (operation.name, member)
    if member == "SerialNumber" and "TokenCode" in _members(operation):
        params["TokenCode"] = "123456"
    foreign, absent = names_of(theirs, "theirs"), names_of(theirs, "absent")
    for caller in (ours.root, ours.iam_users.get(name="bossours")):
        code, told = answer(caller, operation, params | {member: foreign[member]})
        if case in NEW:
            assert code == "answered", (case, told)
            assert all(_belongs_to(ours, row) for row in before - stored()), case
            return
        assert code in {OTHERWISE.get(case, "NoSuchEntity"), "AccessDenied"}, (case, told)
        assert stored() == before, case
        if case not in NOTICED:
            other = answer(caller, operation, params | {member: absent[member]})
            assert (code, _in_place_of(foreign[member], absent[member], told)) == other, case


def _in_place_of(one: Any, other: Any, told: str) -> str:
    return told.replace(str(one), str(other)).replace("theirs", "absent")


def _belongs_to(account: Account, row: tuple[str, ...]) -> bool:
    return account.id in row


def test_a_marker_of_another_account_is_refused(
    ours: Account, theirs: Account, own: dict[str, Any]
) -> None:
    li = ours.iam_users.get(name="liours")
    for operation in PAGED:
        params, key = own_params(operation, own), (operation.service, operation.name)
        asked = Call(Caller(theirs.root), *key, params | {"MaxItems": 1})
        marker = paging.page_of_few(asked, [1, 2], member="x")["Marker"]
        told = answer(li, operation, params | {"Marker": marker})
        assert told == ("ValidationError", "Marker and Filter do not match"), key
