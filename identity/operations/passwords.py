"""An IAM user's change of the own password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from identity import passwords, throttle, user_status
from identity.calls import Call
from identity.errors import AccessDenied, InvalidUserType, PasswordPolicyViolation
from identity.operations import login_profiles, resources
from identity.operations.registry import operation
from identity.passwords import Prepared

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t


def _changed(call: Call) -> Prepared:
    """Check the old password, counted before it is hashed, then the new one."""
    user, old, new = call.caller.user, call.params["OldPassword"], call.params["NewPassword"]
    if user.is_root:
        raise InvalidUserType("Only IAM Users can change their own password.")
    login_profiles.of(user)
    throttle.attempt("password", user.unique_id, call.facts.source_ip, throttle.SIGNED_IN)
    if not passwords.verify(user, old):
        raise AccessDenied("The old password is not correct.")
    throttle.succeeded("password", user.unique_id, call.facts.source_ip, throttle.SIGNED_IN)
    if old == new:
        raise PasswordPolicyViolation("Password should differ from the one that it replaces.")
    return passwords.prepare(user, new)


@operation("iam", "ChangePassword", resource=resources.user, prepare=_changed)
def change_password(call: Call, params: t.ChangePasswordRequestTypeDef) -> None:
    user = call.locked_user()
    profile = login_profiles.of(user)
    passwords.store(user, call.prepared)
    call.caller.user.password = user.password  # to which a console session is bound again
    profile.password_reset_required = False
    profile.save(update_fields=["password_reset_required"])
    user_status.refresh(user.pk)
