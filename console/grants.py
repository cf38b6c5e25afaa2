"""Inline policies that the console writes itself, and where AWS's text of them stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.utils.translation import gettext as _

from console.http import Request
from identity import authorization
from identity.callers import Caller
from identity.models import User

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

ADMINISTRATOR_NAME = "AdministratorAccess"
CHANGE_PASSWORD_NAME = "IAMUserChangePassword"


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


def administrator() -> str:
    """As the managed policy AdministratorAccess of AWS."""
    return _document({"Effect": "Allow", "Action": "*", "Resource": "*"})


def change_password(path: str) -> str:
    """As the managed policy IAMUserChangePassword of AWS, which knows only users of the path `/`.

    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/IAMUserChangePassword.html
    """
    own = f"arn:aws:iam::*:user{path}${{aws:username}}"
    return _document(
        {"Effect": "Allow", "Action": ["iam:ChangePassword"], "Resource": [own]},
        {"Effect": "Allow", "Action": ["iam:GetAccountPasswordPolicy"], "Resource": "*"},
    )


def let_change_own_password(request: Request, user: t.UserTypeDef) -> None:
    """Give the policy to a user who must change the password and may not; and say so."""
    row = User.objects.select_related("account").get(unique_id=user["UserId"])
    if authorization.decision_on(Caller(row), request.facts, "iam:ChangePassword", row.arn):
        return
    request.iam.put_user_policy(
        UserName=row.name,
        PolicyName=CHANGE_PASSWORD_NAME,
        PolicyDocument=change_password(row.path),
    )
    messages.info(
        request,
        _(
            "This account does not let users change their own password, so the inline policy "
            "%(policy)s was added to %(name)s."
        )
        % {"policy": CHANGE_PASSWORD_NAME, "name": row.name},
    )
