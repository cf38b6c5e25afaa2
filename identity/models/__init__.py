"""The rows: one file per noun, each queryset beside its model."""

from identity.models.access_key import AccessKey
from identity.models.account import Account
from identity.models.event import Event
from identity.models.login_profile import LoginProfile, PreviousPassword
from identity.models.mfa_device import RecoveryCode, VirtualMfaDevice
from identity.models.password_policy import PasswordPolicy
from identity.models.policy import UserPolicy
from identity.models.session import ConsoleSession, TemporarySession
from identity.models.tag import UserTag
from identity.models.throttle import ThrottleBucket
from identity.models.user import User

__all__ = [
    "AccessKey",
    "Account",
    "ConsoleSession",
    "Event",
    "LoginProfile",
    "PasswordPolicy",
    "PreviousPassword",
    "RecoveryCode",
    "TemporarySession",
    "ThrottleBucket",
    "User",
    "UserPolicy",
    "UserTag",
    "VirtualMfaDevice",
]
