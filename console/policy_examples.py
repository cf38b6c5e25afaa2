"""Policies to begin with: each says one thing that people often want, and can be saved as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Example:
    """`key` stands in the form; the sentence says what the policy is for."""

    key: str
    title: str | Promise
    sentence: str | Promise
    document: str


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)


_SELF = "arn:aws:iam::*:user/${aws:username}"

EXAMPLES = (
    Example(
        "read-identities",
        gettext_lazy("Read users, groups, roles and policies"),
        gettext_lazy("For auditors and the help desk: everything can be seen, nothing changed."),
        _document(
            {
                "Effect": "Allow",
                "Action": ["iam:Get*", "iam:List*", "iam:Simulate*"],
                "Resource": "*",
            }
        ),
    ),
    Example(
        "own-credentials",
        gettext_lazy("Manage one's own password, keys and MFA devices"),
        gettext_lazy("For everybody. The variable stands for the name of whoever asks."),
        _document(
            {
                "Effect": "Allow",
                "Action": [
                    "iam:ChangePassword",
                    "iam:CreateAccessKey",
                    "iam:DeleteAccessKey",
                    "iam:GetUser",
                    "iam:ListAccessKeys",
                    "iam:ListMFADevices",
                    "iam:UpdateAccessKey",
                    "iam:EnableMFADevice",
                    "iam:ResyncMFADevice",
                ],
                "Resource": _SELF,
            },
            {
                "Effect": "Allow",
                "Action": "iam:CreateVirtualMFADevice",
                "Resource": "arn:aws:iam::*:mfa/${aws:username}",
            },
            {"Effect": "Allow", "Action": "iam:GetAccountPasswordPolicy", "Resource": "*"},
        ),
    ),
    Example(
        "deny-without-mfa",
        gettext_lazy("Deny all but one's own MFA devices until MFA is used"),
        gettext_lazy("Attach it beside other policies: it allows nothing by itself."),
        _document(
            {
                "Effect": "Deny",
                "NotAction": [
                    "iam:ChangePassword",
                    "iam:CreateVirtualMFADevice",
                    "iam:EnableMFADevice",
                    "iam:GetUser",
                    "iam:ListMFADevices",
                    "sts:GetSessionToken",
                ],
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            }
        ),
    ),
    Example(
        "same-team",
        gettext_lazy("Manage the users of one's own team"),
        gettext_lazy("Who and whom are compared by the tag team, so that one policy is enough."),
        _document(
            {
                "Effect": "Allow",
                "Action": ["iam:GetUser", "iam:UpdateUser", "iam:*LoginProfile"],
                "Resource": "arn:aws:iam::*:user/*",
                "Condition": {"StringEquals": {"iam:ResourceTag/team": "${aws:PrincipalTag/team}"}},
            }
        ),
    ),
    Example(
        "from-office",
        gettext_lazy("Deny what does not come from given networks"),
        gettext_lazy("Put in your own addresses. Attach it beside other policies."),
        _document(
            {
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {
                    "NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32"]},
                    "Bool": {"aws:ViaAWSService": "false"},
                },
            }
        ),
    ),
    Example(
        "assume-roles",
        gettext_lazy("Use the roles under one path"),
        gettext_lazy("The roles have to trust this account as well."),
        _document(
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Resource": "arn:aws:iam::*:role/team/*",
            }
        ),
    ),
    Example(
        "pass-role",
        gettext_lazy("Pass given roles to one service"),
        gettext_lazy("Who may pass any role to any service can become any role."),
        _document(
            {
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": "arn:aws:iam::*:role/app/*",
                "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
            }
        ),
    ),
    Example(
        "until",
        gettext_lazy("Allow something until a day"),
        gettext_lazy("After the moment in the condition the statement allows nothing."),
        _document(
            {
                "Effect": "Allow",
                "Action": ["iam:Get*", "iam:List*"],
                "Resource": "*",
                "Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
            }
        ),
    ),
)


def named(key: str) -> Example | None:
    return next((one for one in EXAMPLES if one.key == key), None)
