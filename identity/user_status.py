"""Keeps on each user what lists are narrowed by: console access, MFA, the age of the oldest key.

Whatever changes a login profile, an access key or an MFA device tells it here, in its transaction.
"""

from __future__ import annotations

from django.db.models import Min

from identity.models import LoginProfile, User, VirtualMfaDevice


def refresh(user_id: int) -> None:
    """Read again what the user has, with the row locked: of two changes the second sees both."""
    user = User.objects.locked().only("pk").get(pk=user_id)
    profile = LoginProfile.objects.filter(user=user).first()
    oldest = user.access_keys.filter(active=True).aggregate(oldest=Min("created_at"))["oldest"]
    User.objects.filter(pk=user_id).update(
        console_enabled=profile is not None,
        must_change_password=profile is not None and profile.password_reset_required,
        mfa_enabled=VirtualMfaDevice.objects.filter(user=user).exists(),
        oldest_active_key_at=oldest,
    )
