"""Amazon Resource Names of what IAM and STS know; the region is empty for both."""

from __future__ import annotations


def root(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:root"


def iam(account_id: str, kind: str, name: str, path: str = "/") -> str:
    """`arn:aws:iam::ACCOUNT:kind/path/name`, for users, groups, roles, policies and MFA devices."""
    return f"arn:aws:iam::{account_id}:{kind}{path}{name}"


def user(account_id: str, name: str, path: str = "/") -> str:
    return iam(account_id, "user", name, path)


def mfa(account_id: str, name: str, path: str = "/") -> str:
    return iam(account_id, "mfa", name, path)


def sts(account_id: str, kind: str, name: str) -> str:
    """`arn:aws:sts::ACCOUNT:assumed-role/Role/session`, or of a `federated-user`."""
    return f"arn:aws:sts::{account_id}:{kind}/{name}"


def owner(arn: str) -> str:
    """The 12-digit account in an ARN; empty for `*`, and for what belongs to all accounts."""
    fields = arn.split(":", 5)
    return fields[4] if len(fields) == 6 and fields[4].isdecimal() else ""
