"""What may stand in a policy beyond its syntax, checked when it is written, in AWS's words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from identity.errors import MalformedPolicyDocument
from identity.policy import principals
from identity.policy.conditions import check
from identity.policy.patterns import Piece, matches
from identity.policy.values import VERSION_2012, Document, Kind, Statement

PARTITIONS = (
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
)

IAM_PATHS = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)

_VENDOR = re.compile(r"[A-Za-z0-9-]+")
_SID = re.compile(r"[A-Za-z0-9]*")
_NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."


def check_document(document: Document, kind: Kind) -> None:
    """Raise `MalformedPolicyDocument` for the first rule that the document breaks."""
    for statement in document.statements:
        for condition in statement.conditions:
            check(condition)
    if kind is Kind.MANAGED and document.version != VERSION_2012:
        raise MalformedPolicyDocument("Policy document must be version 2012-10-17 or greater.")
    for resource in _all_resources(document):
        _check_fields(resource, variables=document.variables)
    _check_sids(document)
    for resource in _all_resources(document):
        _check_resource(resource)
    for statement in document.statements:
        _check_vendors(statement)
        _check_principals(statement)


def _all_resources(document: Document) -> Iterable[str]:
    for statement in document.statements:
        yield from statement.resources + statement.not_resources


def _check_fields(resource: str, *, variables: bool) -> None:
    """An ARN has six fields, of which only the last may hold variables."""
    fields = resource.split(":", 5)
    if fields[0] != "arn":
        return
    if len(fields) < 6 or (variables and any("${" in field for field in fields[:5])):
        raise MalformedPolicyDocument("The policy failed legacy parsing")


def _check_sids(document: Document) -> None:
    sids = Counter(statement.sid for statement in document.statements if statement.sid)
    if not all(map(_SID.fullmatch, sids)):
        raise MalformedPolicyDocument(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the "
            "regular expression [0-9A-Za-z]*"
        )
    if any(uses > 1 for uses in sids.values()):
        raise MalformedPolicyDocument("Statement IDs (SID) in a single policy must be unique.")


def _check_resource(resource: str) -> None:
    if resource == "*":
        return
    if not resource.startswith("arn:"):
        raise MalformedPolicyDocument(f'Resource {resource} must be in ARN format or "*".')
    _, partition, service, region, _account, name = resource.split(":", 5)
    if not any(matches((Piece(partition),), real) for real in PARTITIONS):
        raise MalformedPolicyDocument(
            f'Partition "{partition}" is not valid for resource "{resource}".'
        )
    if not _VENDOR.fullmatch(service):
        raise MalformedPolicyDocument(
            "Resource vendor must be fully qualified and cannot contain regexes."
        )
    if service == "iam":
        _check_iam_resource(resource, region, name)


def _check_iam_resource(resource: str, region: str, name: str) -> None:
    if region:
        raise MalformedPolicyDocument(f"IAM resource {resource} cannot contain region information.")
    if name != "*" and not name.startswith(IAM_PATHS):
        raise MalformedPolicyDocument(
            f'IAM resource path must either be "*" or start with {", ".join(IAM_PATHS)}.'
        )


def _check_principals(statement: Statement) -> None:
    if statement.effect == "Allow" and statement.not_principals:
        raise MalformedPolicyDocument("Allow with NotPrincipal is not allowed.")
    principals.check_spelling(statement.principals + statement.not_principals)


def _check_vendors(statement: Statement) -> None:
    for action in statement.actions + statement.not_actions:
        if action != "*":
            _check_vendor(action)
    for condition in statement.conditions:
        if ":" not in condition.key:
            raise MalformedPolicyDocument(_NO_VENDOR)


def _check_vendor(action: str) -> None:
    vendor, colon, name = action.partition(":")
    if not colon:
        raise MalformedPolicyDocument(_NO_VENDOR)
    if ":" in name:
        raise MalformedPolicyDocument("Actions/Condition can contain only one colon.")
    if not _VENDOR.fullmatch(vendor):
        raise MalformedPolicyDocument(f"Vendor {vendor} is not valid")
