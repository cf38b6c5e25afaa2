"""Built-in policies that the console attaches itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.utils.translation import gettext as _

from console.http import Request
from identity import authorization
from identity.callers import Caller
from identity.models import User

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"  # no secret


def let_change_own_password(request: Request, user: t.UserTypeDef) -> None:
    """Give the policy to a user who must change the password and may not; and say so."""
    say_they_may_change(request, [user["UserName"]] if may_change_from_now(request, user) else [])


def may_change_from_now(request: Request, user: t.UserTypeDef) -> bool:
    """Whether the policy had to be given."""
    row = User.objects.select_related("account").get(unique_id=user["UserId"])
    if authorization.decision_on(Caller(row), request.facts, "iam:ChangePassword", row.arn):
        return False
    request.iam.attach_user_policy(UserName=row.name, PolicyArn=CHANGE_PASSWORD)
    return True


def say_they_may_change(request: Request, names: list[str]) -> None:
    """In one message, however many they are."""
    if not names:
        return
    words = _(
        "This account does not let users change their own password, so the policy "
        "%(policy)s was attached to %(name)s."
    )
    policy = CHANGE_PASSWORD.rpartition("/")[2]
    messages.info(request, words % {"policy": policy, "name": ", ".join(names)})
