"""The policies and requests that the policy engine is measured with."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from identity.policy import Request

ACCOUNT = "111122223333"
_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
_OFFICE = {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "198.51.100.0/24"]}}


def _statement(
    effect: str, action: Any, resource: Any = "*", condition: Any = None
) -> dict[str, Any]:
    more = {"Condition": condition} if condition else {}
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def _iam(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{name}"


_STATEMENTS = [
    [
        _statement("Allow", ["iam:GetUser", "iam:GetAccountSummary", "iam:ListAccountAliases"]),
        _statement("Allow", ["iam:Get*", "iam:List*"]),
        _statement("Deny", "iam:*", _iam("user/admin/*"), _MFA),
    ],
    [
        _statement("Allow", "iam:*AccessKey*", _iam("user/${aws:username}")),
        _statement(
            "Allow", ["iam:ChangePassword", "iam:*LoginProfile"], _iam("user/${aws:username}")
        ),
        _statement("Allow", "iam:*MFADevice", [_iam("mfa/*"), _iam("user/${aws:username}")]),
    ],
    [
        _statement("Allow", ["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::reports/*"),
        _statement(
            "Allow", "s3:*Object", ["arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::scratch/*"]
        ),
        _statement("Deny", "s3:Delete*", "arn:aws:s3:::reports/*"),
    ],
    [
        _statement("Allow", "s3:*", "arn:aws:s3:::office/*", _OFFICE),
        _statement("Allow", ["ec2:Describe*", "ec2:GetConsoleOutput"]),
        _statement(
            "Deny",
            ["ec2:TerminateInstances", "ec2:StopInstances"],
            "arn:aws:ec2:*:*:instance/*",
            {"StringNotEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        ),
    ],
    [
        _statement("Allow", ["ec2:StartInstances", "ec2:StopInstances", "ec2:RebootInstances"]),
        _statement(
            "Allow",
            "sts:AssumeRole",
            [_iam("role/deploy"), _iam("role/team/*"), _iam("role/audit")],
        ),
        _statement("Deny", "sts:*", _iam("role/break-glass")),
    ],
    [
        _statement("Allow", ["sqs:SendMessage", "sqs:ReceiveMessage"], "arn:aws:sqs:*:*:orders-*"),
        _statement("Allow", "sns:Publish", "arn:aws:sns:eu-west-1:*:alerts"),
        _statement("Allow", ["logs:Describe*", "logs:Get*", "logs:FilterLogEvents"]),
    ],
    [
        _statement("Allow", "dynamodb:*Item", "arn:aws:dynamodb:*:*:table/orders"),
        _statement(
            "Allow",
            ["dynamodb:Query", "dynamodb:Scan"],
            "arn:aws:dynamodb:*:*:table/*",
            {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
        ),
        _statement("Deny", "dynamodb:DeleteTable"),
    ],
    [
        _statement("Allow", ["kms:Decrypt", "kms:GenerateDataKey*"], "arn:aws:kms:*:*:key/*"),
        _statement("Deny", "kms:ScheduleKeyDeletion", "*", _MFA),
        _statement(
            "Allow", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:app/*"
        ),
    ],
    [
        _statement(
            "Allow",
            ["iam:TagUser", "iam:UntagUser"],
            _iam("user/*"),
            {"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost-centre"]}},
        ),
        _statement(
            "Allow",
            "iam:PassRole",
            _iam("role/app-*"),
            {"StringLike": {"iam:PassedToService": "*.amazonaws.com"}},
        ),
        _statement("Deny", "iam:CreateUser", "*", {"Null": {"aws:RequestTag/team": "true"}}),
    ],
    [
        _statement("Allow", "iam:CreateUser", _iam("user/*")),
        _statement(
            "Allow",
            "cloudwatch:*",
            "*",
            {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}},
        ),
        _statement(
            "Deny",
            ["organizations:*", "account:*"],
            "*",
            {"ArnNotLike": {"aws:PrincipalArn": _iam("user/admin/*")}},
        ),
    ],
]


def documents() -> list[str]:
    """Ten policies of three statements, ten of which have a condition."""
    return [
        json.dumps({"Version": "2012-10-17", "Statement": statements}) for statements in _STATEMENTS
    ]


_NAMES = {
    "iam": (
        "GetUser ListUsers CreateUser DeleteUser CreateAccessKey "
        "DeleteAccessKey ChangePassword UpdateLoginProfile EnableMFADevice TagUser "
        "UntagUser PassRole AttachUserPolicy PutUserPolicy"
    ),
    "s3": "GetObject PutObject DeleteObject ListBucket GetBucketPolicy",
    "ec2": "DescribeInstances StartInstances StopInstances TerminateInstances",
    "sts": "AssumeRole GetFederationToken",
    "sqs": "SendMessage DeleteQueue",
    "sns": "Publish",
    "logs": "GetLogEvents DeleteLogGroup",
    "dynamodb": "GetItem PutItem Query DeleteTable",
    "kms": "Decrypt GenerateDataKeyPair ScheduleKeyDeletion",
    "secretsmanager": "GetSecretValue",
    "cloudwatch": "PutMetricData",
    "organizations": "LeaveOrganization",
    "account": "CloseAccount",
    "lambda": "InvokeFunction",
}
ACTIONS = [f"{service}:{name}" for service, names in _NAMES.items() for name in names.split()]

_RESOURCES = {
    "iam": ["user/{name}", "user/admin/{name}", "role/app-{n}", "mfa/{name}"],
    "sts": ["role/deploy", "role/team/{name}", "role/break-glass", "role/other-{n}"],
    "s3": ["reports/{n}.csv", "home/{name}/{n}", "scratch/{n}", "office/{n}", "private/{n}"],
    "ec2": ["instance/i-{n:08x}"],
    "sqs": ["orders-{n}", "other-{n}"],
    "sns": ["alerts", "news-{n}"],
    "dynamodb": ["table/orders", "table/customers-{n}"],
    "kms": ["key/{n:08x}"],
    "secretsmanager": ["secret:app/{n}", "secret:ops/{n}"],
}


class Stream(Random):
    """Requests of many users, no two alike."""

    def request(self) -> Request:
        name, number = f"user{self.randint(1, 500)}", self.randint(1, 100_000)
        action = self.choice(ACTIONS)
        whose = self.choice([name, f"user{self.randint(1, 500)}"])
        resource = self.resource(action.partition(":")[0], whose, number)
        context = self.context(name, number)
        if action == "iam:PassRole":
            context["iam:PassedToService"] = self.choice(["ec2.amazonaws.com", "example.com"])
        return Request(_iam(f"user/{name}"), action, resource, context)

    def resource(self, service: str, name: str, number: int) -> str:
        told = self.choice(_RESOURCES.get(service, ["thing/{n}"])).format(name=name, n=number)
        owner = "iam" if service == "sts" else service
        place = {"iam": f":{ACCOUNT}", "s3": ":"}.get(owner, f"eu-west-1:{ACCOUNT}")
        return f"arn:aws:{owner}:{place}:{told}"

    def context(self, name: str, number: int) -> dict[str, str | tuple[str, ...]]:
        keys: dict[str, str | tuple[str, ...]] = {
            "aws:username": name,
            "aws:userid": f"AIDA{number:016d}",
            "aws:PrincipalArn": _iam(f"user/{name}"),
            "aws:PrincipalAccount": ACCOUNT,
            "aws:PrincipalType": "User",
            "aws:PrincipalTag/team": self.choice(["red", "blue"]),
            "aws:SourceIp": f"{self.choice(['192.0.2', '203.0.113'])}.{self.randint(1, 254)}",
            "aws:UserAgent": "Boto3/1.44.5",
            "aws:SecureTransport": "true",
            "aws:RequestedRegion": self.choice(["eu-west-1", "us-east-1"]),
            "aws:CurrentTime": f"2026-11-24T{number % 24:02}:{number % 60:02}:{number % 59:02}Z",
            "aws:EpochTime": str(1_795_478_400 + number),
        }
        if self.random() < 0.5:
            keys["aws:MultiFactorAuthPresent"] = self.choice(["true", "false"])
        if self.random() < 0.5:
            keys["aws:TagKeys"] = ("team",) if self.random() < 0.5 else ("team", "owner")
            keys["aws:RequestTag/team"] = "red"
        if self.random() < 0.5:
            keys["aws:ResourceTag/team"] = self.choice(["red", "blue"])
        return keys
