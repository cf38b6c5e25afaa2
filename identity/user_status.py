"""Keeps on each user what lists are narrowed by: console access, MFA, the age of the oldest key.

Whatever changes a login profile, an access key or an MFA device tells it here, in its transaction.
"""

from __future__ import annotations

from django.db.models import Exists, Min, OuterRef, Subquery

from identity.models import AccessKey, LoginProfile, User, VirtualMfaDevice

_profiles = LoginProfile.objects.filter(user=OuterRef("pk"))
_devices = VirtualMfaDevice.objects.filter(user=OuterRef("pk"))
_keys = AccessKey.objects.filter(user=OuterRef("pk"), active=True).order_by().values("user")


def refresh(user_id: int) -> None:
    """Read again what the user has, once the row is locked: of two changes the second sees both."""
    User.objects.locked().only("pk").get(pk=user_id)
    User.objects.filter(pk=user_id).update(
        console_enabled=Exists(_profiles),
        must_change_password=Exists(_profiles.filter(password_reset_required=True)),
        mfa_enabled=Exists(_devices),
        oldest_active_key_at=Subquery(_keys.annotate(at=Min("created_at")).values("at")),
    )
