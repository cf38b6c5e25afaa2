"""What is answered, by noun of the API reference."""

from identity.operations import (
    access_keys,
    account,
    authorization_messages,
    inline_policies,
    login_profiles,
    mfa_device_tags,
    mfa_devices,
    passwords,
    sts,
    summary,
    tags,
    users,
)

__all__ = [
    "access_keys",
    "account",
    "authorization_messages",
    "inline_policies",
    "login_profiles",
    "mfa_device_tags",
    "mfa_devices",
    "passwords",
    "sts",
    "summary",
    "tags",
    "users",
]
