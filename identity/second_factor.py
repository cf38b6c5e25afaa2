"""MFA in a signed call: `SerialNumber` and `TokenCode` of AssumeRole and GetSessionToken."""

from __future__ import annotations

from identity import mfa, throttle
from identity.calls import Call
from identity.errors import AccessDenied, ValidationError
from identity.models import VirtualMfaDevice

# AWS's sentences, with the space at the end of the one and the two inside the other.
_WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
_WRONG_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)


def given(call: Call) -> bool:
    """Whether the call brings a code of the caller's own device, which is right.

    It is counted, and used up, before the transaction: a call that fails later does not give a
    guess back. Raises ValidationError for one parameter without the other, AccessDenied for a wrong
    device or code, Throttling after too many of them.
    """
    serial, code = call.params.get("SerialNumber"), call.params.get("TokenCode")
    if serial is None and code is None:
        return False
    if serial is None or code is None:
        raise ValidationError(
            "MultiFactorAuthentication failed, "
            "must provide both MFA serial number and one time pass code."
        )
    user, source_ip = call.caller.user, call.facts.source_ip
    throttle.attempt("mfa", user.unique_id, source_ip)
    device = VirtualMfaDevice.objects.virtual().filter(user=user, serial_number=serial).first()
    if device is None:
        raise AccessDenied(_WRONG_DEVICE)
    if not mfa.accept(device, code, call.facts.at):
        raise AccessDenied(_WRONG_CODE)
    throttle.succeeded("mfa", user.unique_id, source_ip)
    return True
