"""The rows: one file per noun, each queryset beside its model."""

from identity.models.access_key import AccessKey
from identity.models.account import Account
from identity.models.attachment import GroupAttachment, RoleAttachment, UserAttachment
from identity.models.console_settings import ConsoleSettings, Usage
from identity.models.credential_report import CredentialReport
from identity.models.event import Event, OutboxEvent
from identity.models.finding import ArchiveRule, Finding, FindingScan
from identity.models.group import Group, Membership
from identity.models.last_access import AccessReport, LastAccess
from identity.models.login_profile import LoginProfile, PreviousPassword
from identity.models.mail import EmailChange, Mail, RootRecovery
from identity.models.managed_policy import ManagedPolicy, PolicyUsage, PolicyVersion
from identity.models.mfa_device import FidoCredential, RecoveryCode, VirtualMfaDevice
from identity.models.password_policy import PasswordPolicy
from identity.models.policy import GroupPolicy, RolePolicy, UserPolicy
from identity.models.quota import Quota
from identity.models.role import InstanceProfile, Role
from identity.models.server_certificate import ServerCertificate
from identity.models.service_specific_credential import ServiceSpecificCredential
from identity.models.session import ConsoleSession, TemporarySession
from identity.models.signing_certificate import SigningCertificate
from identity.models.ssh_public_key import SSHPublicKey
from identity.models.tag import UserTag
from identity.models.throttle import ThrottleBucket
from identity.models.user import User

__all__ = [
    "AccessKey",
    "AccessReport",
    "Account",
    "ArchiveRule",
    "ConsoleSession",
    "ConsoleSettings",
    "CredentialReport",
    "EmailChange",
    "Event",
    "FidoCredential",
    "Finding",
    "FindingScan",
    "Group",
    "GroupAttachment",
    "GroupPolicy",
    "InstanceProfile",
    "LastAccess",
    "LoginProfile",
    "Mail",
    "ManagedPolicy",
    "Membership",
    "OutboxEvent",
    "PasswordPolicy",
    "PolicyUsage",
    "PolicyVersion",
    "PreviousPassword",
    "Quota",
    "RecoveryCode",
    "Role",
    "RoleAttachment",
    "RolePolicy",
    "RootRecovery",
    "SSHPublicKey",
    "ServerCertificate",
    "ServiceSpecificCredential",
    "SigningCertificate",
    "TemporarySession",
    "ThrottleBucket",
    "Usage",
    "User",
    "UserAttachment",
    "UserPolicy",
    "UserTag",
    "VirtualMfaDevice",
]
