"""Adding an authenticator app in the console: no row is made before a code of it was right.

Until then the seed is in the session, sealed; a wizard that is left behind keeps no name taken.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from identity import mfa, quotas, vault
from identity.callers import Caller
from identity.models import User, VirtualMfaDevice

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_ROOT_DEVICE = "root-account-mfa-device"
_IN_SESSION = "mfa_enrolment"


def seed_of(session: SessionBase, user: User) -> str:
    """The seed of the app that this session is adding, the same one until it is added."""
    sealed = session.get(_IN_SESSION)
    if sealed is not None:
        try:
            return vault.unseal(base64.b64decode(sealed), _purpose(user)).decode()
        except vault.CannotOpenError:
            pass  # another user's, or the vault's key is gone: begin again
    seed = mfa.new_seed()
    session[_IN_SESSION] = base64.b64encode(vault.seal(seed.encode(), _purpose(user))).decode()
    return seed


def forget(session: SessionBase) -> None:
    session.pop(_IN_SESSION, None)


def _purpose(user: User) -> str:
    return f"mfa_enrolment:{user.pk}"


def pair_of(seed: str, code: str, next_code: str, at: datetime) -> tuple[str, str] | None:
    """Two consecutive codes from what was typed: one is enough when the app's clock is right.

    None when they do not fit the seed.
    """
    if not next_code:
        return mfa.pair_for(seed, code, at)
    return (code, next_code) if mfa.pair(seed, code, next_code, at) else None


def add_device(
    iam: IAMClient, caller: Caller, *, name: str, seed: str, codes: tuple[str, str]
) -> None:
    """Create the device under this seed and enable it for the caller, both or neither.

    Goes through CreateVirtualMFADevice and EnableMFADevice, so that permissions, limits, names and
    audit events are those of the API; raises what they raise.
    """
    with transaction.atomic():
        # Before the account's counter, as in every action on a user: in the other order they would
        # wait for each other for ever.
        User.objects.locked().get(pk=caller.user.pk)
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        serial = made["SerialNumber"]
        device = VirtualMfaDevice.objects.filter(serial_number=serial)
        device.update(sealed_seed=mfa.seal(seed, serial))
        iam.enable_mfa_device(
            UserName=caller.user.name or caller.account_id,
            SerialNumber=serial,
            AuthenticationCode1=codes[0],
            AuthenticationCode2=codes[1],
        )


def free_name(user: User) -> str:
    """A name for the next device: the user's own, which policies with `${aws:username}` expect."""
    first = _ROOT_DEVICE if user.is_root else user.name
    numbers = range(2, quotas.MFA_DEVICES_PER_USER + 2)
    names = [first, *(f"{first}-{number}" for number in numbers)]
    devices = VirtualMfaDevice.objects.filter(account_id=user.account_id, name__in=names)
    taken = set(devices.values_list("name", flat=True))
    return next((name for name in names if name not in taken), "")
