"""What may stand in a policy beyond its syntax, checked when it is written, in AWS's words."""

from __future__ import annotations

import re
from collections.abc import Callable

from identity.errors import MalformedPolicyDocument
from identity.policy import principals
from identity.policy.conditions import Condition, check
from identity.policy.faults import SYNTAX, Fault
from identity.policy.operators import OPERATORS
from identity.policy.patterns import glob, matches
from identity.policy.principals import Named
from identity.policy.spelling import nearest
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
    """Raise `Fault` for the first rule that the document breaks."""
    for statement in document.statements:
        check_conditions(statement)
    if kind is Kind.MANAGED and document.version != VERSION_2012:
        message = "Policy document must be version 2012-10-17 or greater."
        raise Fault(message, f'"Version": "{VERSION_2012}"', "Version")
    for statement in document.statements:
        _each_resource(statement, lambda one: _check_fields(one, variables=document.variables))
    _check_sids(document)
    for statement in document.statements:
        _each_resource(statement, _check_resource)
    for statement in document.statements:
        _check_vendors(statement)
        _check_not_principals(statement)
        check_principals(statement)


def _each_resource(statement: Statement, check_one: Callable[[str], None]) -> None:
    _each(statement, "Resource", statement.resources, check_one)
    _each(statement, "NotResource", statement.not_resources, check_one)


def _each(
    statement: Statement, element: str, listed: tuple[str, ...], check_one: Callable[[str], None]
) -> None:
    for index, one in enumerate(listed):
        try:
            check_one(one)
        except Fault as fault:
            fault.inside("Statement", statement.index, element, index)
            raise


# --- Sids ---------------------------------------------------------------------------------------


def _check_sids(document: Document) -> None:
    for statement in document.statements:
        if not _SID.fullmatch(statement.sid):
            message = (
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the "
                "regular expression [0-9A-Za-z]*"
            )
            raise Fault(message, "letters and digits", "Statement", statement.index, "Sid")
    check_unique_sids(document, "Statement IDs (SID) in a single policy must be unique.")


def check_unique_sids(document: Document, message: str) -> None:
    """Raise `Fault` with the message for the second statement that bears a Sid."""
    first: dict[str, int] = {}
    for statement in document.statements:
        if statement.sid and first.setdefault(statement.sid, statement.index) != statement.index:
            expected = f"a Sid other than that of statement {first[statement.sid] + 1}"
            raise Fault(message, expected, "Statement", statement.index, "Sid")


# --- resources ----------------------------------------------------------------------------------


def _check_fields(resource: str, *, variables: bool) -> None:
    """An ARN has six fields, of which only the last may hold variables."""
    fields = resource.split(":", 5)
    if fields[0] != "arn":
        return
    message = "The policy failed legacy parsing"
    if len(fields) < 6:
        raise Fault(message, "six fields, arn:partition:service:region:account:resource")
    if variables and any("${" in field for field in fields[:5]):
        raise Fault(message, "variables after the fifth colon only")


def _check_resource(resource: str) -> None:
    if resource == "*":
        return
    if not resource.startswith("arn:"):
        raise Fault(f'Resource {resource} must be in ARN format or "*".', 'an ARN or "*"')
    _, partition, service, region, _account, name = resource.split(":", 5)
    if not any(matches(glob(partition), real) for real in PARTITIONS):
        message = f'Partition "{partition}" is not valid for resource "{resource}".'
        raise Fault(message, f"a partition, one of {', '.join(PARTITIONS)}")
    if not _VENDOR.fullmatch(service):
        message = "Resource vendor must be fully qualified and cannot contain regexes."
        raise Fault(message, "the name of a service in the third field, without wildcards")
    if service == "iam":
        _check_iam_resource(resource, region, name)


def _check_iam_resource(resource: str, region: str, name: str) -> None:
    if region:
        message = f"IAM resource {resource} cannot contain region information."
        raise Fault(message, "no region in the fourth field")
    # AWS's sentence leaves out root, on which sts:AssumeRoot and its task policies are.
    if name not in ("*", "root") and not name.startswith(IAM_PATHS):
        paths = ", ".join(IAM_PATHS)
        message = f'IAM resource path must either be "*" or start with {paths}.'
        raise Fault(message, f'"*", or a resource that starts with one of {paths}')


def is_iam_resource(name: str) -> bool:
    """Whether the last field of an ARN may stand for something of IAM.

    The root user, whom `sts:AssumeRoot` is about, is not among the types of AWS's message.
    """
    return name in ("*", "root") or name.startswith(IAM_PATHS)


# --- actions and condition keys -----------------------------------------------------------------


def _check_vendors(statement: Statement) -> None:
    _each(statement, "Action", statement.actions, _check_vendor)
    _each(statement, "NotAction", statement.not_actions, _check_vendor)
    for condition in statement.conditions:
        if ":" not in condition.key:
            raise Fault(
                _NO_VENDOR,
                "a condition key such as aws:username",
                *(*_way_to(statement, condition), condition.key),
                of_name=True,
            )


def _check_vendor(action: str) -> None:
    vendor, colon, name = action.partition(":")
    if action == "*":
        return
    if not colon:
        raise Fault(_NO_VENDOR, 'an action such as iam:GetUser, or "*"')
    if ":" in name:
        raise Fault("Actions/Condition can contain only one colon.", "one colon")
    if not _VENDOR.fullmatch(vendor):
        raise Fault(f"Vendor {vendor} is not valid", "a service without wildcards before the colon")


def check_conditions(statement: Statement) -> None:
    """Raise `Fault` for a condition that could not be evaluated."""
    for condition in statement.conditions:
        try:
            check(condition)
        except MalformedPolicyDocument as refused:
            raise _condition_fault(statement, condition, refused.message) from None


def _condition_fault(statement: Statement, condition: Condition, message: str) -> Fault:
    way = _way_to(statement, condition)
    if message == SYNTAX:
        name = nearest_operator(condition.operator)
        expected = "a condition operator" + (f', perhaps "{name}"' if name else "")
        return Fault(message, expected, *way, of_name=True)
    index = next(
        index
        for index, one in enumerate(condition.values)
        if not can_compare(condition.operator, one)
    )
    expected = f"what {condition.operator} can compare, {comparable(condition.operator)}"
    return Fault(message, expected, *way, condition.key, index)


def _way_to(statement: Statement, condition: Condition) -> tuple[str | int, ...]:
    return ("Statement", statement.index, "Condition", condition.operator)


def can_compare(operator: str, value: str) -> bool:
    """Whether there is such an operator, and it can read the value."""
    try:
        check(Condition(operator, "", (value,)))
    except MalformedPolicyDocument:
        return False
    return True


def nearest_operator(name: str) -> str | None:
    """The operator that the name may stand for, with its prefix and its `IfExists`."""
    prefix, colon, rest = name.rpartition(":")
    base = rest.removesuffix("IfExists")
    found = nearest(base, OPERATORS)
    quantifier = nearest(prefix, ("ForAllValues", "ForAnyValue")) if colon else ""
    if not found or quantifier is None:
        return None
    if found == "Null":
        return found
    return f"{quantifier}{colon}{found}{rest[len(base) :]}"


_COMPARABLE = {
    "Numeric": "a number",
    "Date": "a date such as 2026-11-24T10:00:00Z",
    "Bool": "true or false",
    "Null": "true or false",
    "Binary": "base64",
    "Ip": "an address or a CIDR block",
    "Arn": "an ARN",
}


def comparable(operator: str) -> str:
    """What an operator compares that cannot read every text."""
    return next(what for family, what in _COMPARABLE.items() if family in operator)


# --- principals ---------------------------------------------------------------------------------


def _check_not_principals(statement: Statement) -> None:
    if statement.effect == "Allow" and statement.not_principals:
        raise Fault(
            "Allow with NotPrincipal is not allowed.",
            '"Principal"',
            *("Statement", statement.index, "NotPrincipal"),
            of_name=True,
        )


def check_principals(statement: Statement) -> None:
    """Raise `Fault` for a principal that nobody can be."""
    for element, listed in (
        ("Principal", statement.principals),
        ("NotPrincipal", statement.not_principals),
    ):
        for one in listed:
            try:
                principals.check_spelling([one])
            except MalformedPolicyDocument as refused:
                way = ("Statement", statement.index, element, *_place_of(one, listed))
                raise Fault(refused.message, _NAMED[one[0]], *way) from None


def _place_of(one: Named, listed: tuple[Named, ...]) -> tuple[str, int]:
    kind, _ = one
    return kind, [each for each in listed if each[0] == kind].index(one)


_NAMED = {
    "AWS": "an account, the ARN of a user, a role or a session without wildcards, or *",
    "Federated": "the ARN of an identity provider, or the host of one that AWS knows",
    "Service": "a service such as ec2.amazonaws.com",
    "CanonicalUser": "the 64 hexadecimal digits of a canonical user",
}
