"""Login profiles: that an IAM user may sign in to the console with a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password

from identity import passwords, user_status
from identity.calls import Call
from identity.errors import EntityAlreadyExists, NoSuchEntity, ValidationError
from identity.models import LoginProfile, User
from identity.operations import resources
from identity.operations.registry import operation
from identity.passwords import Prepared

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

_NO_PASSWORD = (
    "1 validation error detected: Value null at 'password' failed to satisfy constraint: "
    "Member must not be null"
)


def _first_password(call: Call) -> Prepared:
    """The password of a profile that is not there yet; the model lets it be left out, we do not."""
    user = call.iam_user()
    if "Password" not in call.params:
        raise ValidationError(_NO_PASSWORD)
    _require_none(user)
    return passwords.prepare(user, call.params["Password"])


@operation("iam", "CreateLoginProfile", resource=resources.user, prepare=_first_password)
def create_login_profile(call: Call, params: t.CreateLoginProfileRequestTypeDef) -> Result:
    user = call.locked_user()
    _require_none(user)
    passwords.store(user, call.prepared)
    profile = LoginProfile.objects.create(
        user=user, password_reset_required=params.get("PasswordResetRequired", False)
    )
    user_status.refresh(user.pk)
    return {"LoginProfile": profile.describe()}


@operation("iam", "GetLoginProfile", resource=resources.user)
def get_login_profile(call: Call, params: t.GetLoginProfileRequestTypeDef) -> Result:
    return {"LoginProfile": of(call.iam_user()).describe()}


def _next_password(call: Call) -> Prepared | None:
    of(call.user())
    password = call.params.get("Password")
    return None if password is None else passwords.prepare(call.user(), password)


@operation("iam", "UpdateLoginProfile", resource=resources.user, prepare=_next_password)
def update_login_profile(call: Call, params: t.UpdateLoginProfileRequestTypeDef) -> None:
    """What is left out stays: a new password alone keeps the reset flag as it was."""
    user = call.locked_user()
    profile = of(user)
    if call.prepared:
        passwords.store(user, call.prepared)
    if "PasswordResetRequired" in params:
        profile.password_reset_required = params["PasswordResetRequired"]
        profile.save(update_fields=["password_reset_required"])
        user_status.refresh(user.pk)


@operation("iam", "DeleteLoginProfile", resource=resources.user)
def delete_login_profile(call: Call, params: t.DeleteLoginProfileRequestTypeDef) -> None:
    """The user's console sessions end with it; in AWS they live on to their end."""
    call.iam_user()
    user = call.locked_user()
    of(user).delete()
    user.password, user.password_changed_at = make_password(None), None
    user.save(update_fields=["password", "password_changed_at"])
    user.console_sessions.all().delete()
    user_status.refresh(user.pk)


def of(user: User) -> LoginProfile:
    """The user's login profile; NoSuchEntity when there is none."""
    profile = LoginProfile.objects.filter(user=user).first()
    if profile is None:
        raise NoSuchEntity(f"Login Profile for User {user.name} cannot be found.")
    profile.user = user
    return profile


def _require_none(user: User) -> None:
    if LoginProfile.objects.filter(user=user).exists():
        raise EntityAlreadyExists(f"Login Profile for user {user.name} already exists.")
