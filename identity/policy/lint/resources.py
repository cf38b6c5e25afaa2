"""Checks of ARNs, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator

from identity.policy.catalogue import ResourceType
from identity.policy.json_tree import Node
from identity.policy.limits import PARTITIONS, is_iam_resource
from identity.policy.lint.reading import Statement
from identity.policy.lint.report import Check, Remark
from identity.policy.patterns import glob, matches

_ACCOUNT = re.compile(r"\d{12}|aws|cloudfront", re.ASCII)
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d")
_WITHOUT_REGION = ("iam", "sts", "s3", "organizations", "route53", "cloudfront")
_WITHOUT_ACCOUNT = ("s3",)


def _resources(statement: Statement) -> Iterator[Node]:
    for element in ("Resource", "NotResource"):
        yield from (node for node in statement.texts(element) if node.value != "*")


def _fields(statement: Statement) -> Iterator[tuple[Node, list[str]]]:
    """Every whole ARN, with its six fields."""
    for node in _resources(statement):
        fields = str(node.value).split(":", 5)
        if len(fields) == 6 and fields[0] == "arn":
            yield node, fields


def _is_open(field: str) -> bool:
    """Whether the field may stand for more than its text."""
    return "*" in field or "?" in field or "${" in field


def no_arn(statement: Statement) -> Iterator[Remark]:
    for node in _resources(statement):
        if not str(node.value).startswith("arn:"):
            yield Remark(node, 'Write an ARN, which begins with `arn:`, or "*" for everything.')


def too_few_fields(statement: Statement) -> Iterator[Remark]:
    for node in _resources(statement):
        text = str(node.value)
        if text.startswith("arn:") and text.count(":") < 5:
            message = "Complete the ARN: `arn:partition:service:region:account:resource`."
            yield Remark(node, message)


def unknown_partition(statement: Statement) -> Iterator[Remark]:
    for node, (_, partition, *_rest) in _fields(statement):
        if not any(matches(glob(partition), real) for real in PARTITIONS):
            yield Remark(node, f"Use a partition that there is, such as `aws`: not `{partition}`.")


def wrong_account(statement: Statement) -> Iterator[Remark]:
    for node, fields in _fields(statement):
        account = fields[4]
        if account and not _is_open(account) and not _ACCOUNT.fullmatch(account):
            yield Remark(node, "Give the account as 12 digits, in the fifth field of the ARN.")


def account_not_allowed(statement: Statement) -> Iterator[Remark]:
    for node, (_, _, service, region, account, name) in _fields(statement):
        # Access points are resources of S3 that do belong to an account and a region.
        if service in _WITHOUT_ACCOUNT and account and not region and not name.startswith("access"):
            yield Remark(node, f"Leave the account empty: an ARN of `{service}` has none.")


def wrong_region(statement: Statement) -> Iterator[Remark]:
    for node, (_, _, service, region, *_rest) in _fields(statement):
        known = not region or _is_open(region) or _REGION.fullmatch(region)
        if not known and service not in _WITHOUT_REGION:
            yield Remark(node, f"Correct the region `{region}`, the fourth field of the ARN.")


def region_not_allowed(statement: Statement) -> Iterator[Remark]:
    for node, (_, _, service, region, account, _name) in _fields(statement):
        if service in _WITHOUT_REGION and region and not (service == "s3" and account):
            yield Remark(node, f"Leave the region empty: an ARN of `{service}` has none.")


def service_in_capitals(statement: Statement) -> Iterator[Remark]:
    for node, fields in _fields(statement):
        if fields[2] != fields[2].lower():
            yield Remark(node, "Write the service of an ARN in small letters.")


def unknown_resource(statement: Statement) -> Iterator[Remark]:
    """An ARN that is no pattern has to be of a type that its service describes."""
    for node, (_, _, service, *_rest, name) in _fields(statement):
        types = statement.policy.resource_types.get(service, [])
        if service == "iam" and not is_iam_resource(name):
            yield Remark(node, "Begin the resource with its type, such as `user/` or `role/`.")
        elif (
            types
            and not _is_open(str(node.value))
            and not (
                _fits_one(types, str(node.value))
                or (service == "iam" and _is_listed(statement, name))
            )
        ):
            yield Remark(node, f"Correct the resource: `{service}` has none of this form.")


def _is_listed(statement: Statement, name: str) -> bool:
    """Whether this is all of a kind, `user/`, on which IAM authorises ListUsers and the like."""
    actions = (str(node.value).lower() for node in statement.texts("Action"))
    return name.endswith("/") and any(action.startswith("iam:list") for action in actions)


def _fits_one(types: list[ResourceType], arn: str) -> bool:
    return any(type_.fits(arn) for type_ in types)


ON_STATEMENTS = (
    Check("ERROR", "INVALID_ARN_PREFIX", no_arn),
    Check("ERROR", "MISSING_ARN_FIELD", too_few_fields),
    Check("ERROR", "INVALID_PARTITION", unknown_partition),
    Check("ERROR", "INVALID_ARN_ACCOUNT", wrong_account),
    Check("ERROR", "ARN_ACCOUNT_NOT_ALLOWED", account_not_allowed),
    Check("ERROR", "INVALID_ARN_REGION", wrong_region),
    Check("ERROR", "ARN_REGION_NOT_ALLOWED", region_not_allowed),
    Check("ERROR", "INVALID_ARN_SERVICE_CASE", service_in_capitals),
    Check("ERROR", "INVALID_ARN_RESOURCE", unknown_resource),
)
