"""Virtual MFA devices: made, enabled for a user or for root, resynchronised, taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from identity import arns, authorization, mfa, quotas, throttle, user_status
from identity.calls import Call
from identity.errors import (
    DeleteConflict,
    EntityAlreadyExists,
    InvalidAuthenticationCode,
    NoSuchEntity,
    ValidationError,
)
from identity.models import User, VirtualMfaDevice
from identity.operations import paging, resources, tags
from identity.operations.registry import operation

if TYPE_CHECKING:
    from mypy_boto3_iam import type_defs as t

    from identity.operations.registry import Result

_LONGEST_SERIAL = 256
_WRONG_CODES = "Authentication code for device is not valid."
_ASSIGNMENTS = {
    "Any": Q(),
    "Assigned": Q(user__isnull=False),
    "Unassigned": Q(user__isnull=True),
}


def _may_tag(call: Call) -> None:
    """Tags at creation are a second permission."""
    if call.params.get("Tags"):
        authorization.require(call, resources.new_mfa_device(call), "iam:TagMFADevice")


@operation("iam", "CreateVirtualMFADevice", resource=resources.new_mfa_device, prepare=_may_tag)
def create_virtual_mfa_device(call: Call, params: t.CreateVirtualMFADeviceRequestTypeDef) -> Result:
    """The seed and its QR code are in this answer and in no other."""
    name, given = params["VirtualMFADeviceName"], list(params.get("Tags", []))
    serial = arns.mfa(call.account.id, name, params.get("Path", "/"))
    tags.check(given, ignoring_case=False)
    _require_free(serial)
    seed = mfa.new_seed()
    VirtualMfaDevice.objects.create(
        account=call.account,
        name=name,
        serial_number=serial,
        sealed_seed=mfa.seal(seed, serial),
        tags=given,
    )
    quotas.take(call.account, "mfa_device_count", "MFADevicesPerAccount")
    uri = mfa.otpauth_uri(name, call.account.alias or call.account.id, seed)
    shown: dict[str, Any] = {
        "SerialNumber": serial,
        "Base32StringSeed": seed.encode(),
        "QRCodePNG": mfa.qr_png(uri),
    }
    return {"VirtualMFADevice": {**shown, "Tags": given} if given else shown}


def _require_free(serial: str) -> None:
    if len(serial) > _LONGEST_SERIAL:
        raise ValidationError(
            f"1 validation error detected: Value '{serial}' at 'serialNumber' failed to satisfy "
            f"constraint: Member must have length less than or equal to {_LONGEST_SERIAL}"
        )
    if VirtualMfaDevice.objects.filter(serial_number=serial).exists():
        raise EntityAlreadyExists("MFA device already exists.")


def _clock_when_enabled(call: Call) -> tuple[int, int]:
    """Read the device's clock from the two codes; the search is too long for a transaction."""
    user, device = call.user(), of(call)
    _require_unassigned(device, user)
    return _clock(call, device)


def _clock(call: Call, device: VirtualMfaDevice) -> tuple[int, int]:
    """Step and drift; InvalidAuthenticationCode for codes that do not fit, or were used."""
    first, second = call.params["AuthenticationCode1"], call.params["AuthenticationCode2"]
    found = mfa.pair(mfa.seed_of(device), first, second, call.facts.at)
    if found is None or found[0] <= device.last_step:
        raise InvalidAuthenticationCode(_WRONG_CODES)
    return found


@operation("iam", "EnableMFADevice", resource=resources.user, prepare=_clock_when_enabled)
def enable_mfa_device(call: Call, params: t.EnableMFADeviceRequestTypeDef) -> None:
    user, device = call.locked_user(), of(call)
    step, drift = call.prepared
    _require_unassigned(device, user)
    mfa.require_for_own_devices(call.caller, user)
    if user.mfa_devices.count() >= quotas.MFA_DEVICES_PER_USER:
        raise quotas.exceeded("MFADevicesPerUser", quotas.MFA_DEVICES_PER_USER)
    fresh = VirtualMfaDevice.objects.unassigned().filter(pk=device.pk, last_step__lt=step)
    if fresh.update(user=user, enabled_at=call.facts.at, last_step=step, drift=drift) != 1:
        raise EntityAlreadyExists("MFA Device is already in use.")
    call.account.count(mfa_device_in_use_count=1)
    user_status.refresh(user.pk)


def _clock_when_off(call: Call) -> tuple[int, int]:
    """As when enabled, but counted: here the codes are a guess at somebody's secret."""
    user, source_ip = call.user(), call.facts.source_ip
    device = _virtual_device_of(call, user)
    throttle.attempt("mfa", user.unique_id, source_ip, throttle.SIGNED_IN)
    found = _clock(call, device)
    throttle.succeeded("mfa", user.unique_id, source_ip, throttle.SIGNED_IN)
    return found


@operation("iam", "ResyncMFADevice", resource=resources.user, prepare=_clock_when_off)
def resync_mfa_device(call: Call, params: t.ResyncMFADeviceRequestTypeDef) -> None:
    step, drift = call.prepared
    device = _virtual_device_of(call, call.locked_user())
    if not device.burn(step, drift, call.facts.at):
        raise InvalidAuthenticationCode(_WRONG_CODES)


@operation("iam", "DeactivateMFADevice", resource=resources.user)
def deactivate_mfa_device(call: Call, params: t.DeactivateMFADeviceRequestTypeDef) -> None:
    """Take the device from its user; a virtual one stays, assigned to nobody, a passkey or security
    key goes. Recovery codes stand in for devices and go with the last one."""
    user = call.locked_user()
    device = _require_own(_found(call, VirtualMfaDevice.objects.all()), user)
    mfa.require_for_own_devices(call.caller, user)
    if device.is_fido:
        device.delete()
        call.account.count(mfa_device_count=-1)
    else:
        VirtualMfaDevice.objects.filter(pk=device.pk).update(user=None, enabled_at=None)
    if not user.mfa_devices.exists():
        user.recovery_codes.all().delete()
    call.account.count(mfa_device_in_use_count=-1)
    user_status.refresh(user.pk)


@operation("iam", "DeleteVirtualMFADevice", resource=resources.mfa_device)
def delete_virtual_mfa_device(call: Call, params: t.DeleteVirtualMFADeviceRequestTypeDef) -> None:
    device = of(call)
    deleted, _ = VirtualMfaDevice.objects.unassigned().filter(pk=device.pk).delete()
    if not deleted:
        of(call)  # another call may have deleted it: then it is not there
        raise DeleteConflict("MFA VirtualDevice in use. Must deactivate first.")
    call.account.count(mfa_device_count=-1)


@operation("iam", "ListMFADevices", resource=resources.user)
def list_mfa_devices(call: Call, params: t.ListMFADevicesRequestTypeDef) -> Result:
    user = call.user()
    devices = user.mfa_devices.select_related("user").order_by("enabled_at", "id")
    described = [device.describe() for device in devices]
    return paging.page_of_few(call, described, member="MFADevices")


@operation("iam", "GetMFADevice", resource=resources.user)
def get_mfa_device(call: Call, params: t.GetMFADeviceRequestTypeDef) -> Result:
    """Of FIDO devices only. Without their certifications: no attestation is asked for."""
    user, serial = call.user(), params["SerialNumber"]
    if ":mfa/" in serial:
        raise ValidationError(f"The MFA device {serial} is not a FIDO security key.")
    device = user.mfa_devices.select_related("user").filter(serial_number=serial).first()
    if device is None:
        raise NoSuchEntity(f"MFA Device with serial number {serial} does not exist.")
    return device.describe()


@operation("iam", "ListVirtualMFADevices", resource=resources.mfa_devices)
def list_virtual_mfa_devices(call: Call, params: t.ListVirtualMFADevicesRequestTypeDef) -> Result:
    wanted = _ASSIGNMENTS[params.get("AssignmentStatus", "Any")]
    every = VirtualMfaDevice.objects.virtual().select_related("user")
    devices = every.filter(wanted, account=call.account)
    return paging.page(
        call, devices, key="id", member="VirtualMFADevices", describe=_describe_virtual
    )


def _describe_virtual(device: VirtualMfaDevice) -> dict[str, Any]:
    """A `VirtualMFADevice` as lists show it: neither seed nor tags."""
    shown: dict[str, Any] = {"SerialNumber": device.serial_number}
    if device.user is not None:
        shown |= {"User": device.user.describe(), "EnableDate": device.enabled_at}
    return shown


def of(call: Call) -> VirtualMfaDevice:
    """The account's virtual device with this serial number; NoSuchEntity when there is none."""
    return _found(call, VirtualMfaDevice.objects.virtual())


def _found(call: Call, among: QuerySet[VirtualMfaDevice]) -> VirtualMfaDevice:
    serial = call.params["SerialNumber"]
    device = among.filter(account=call.account, serial_number=serial).first()
    if device is None:
        raise NoSuchEntity(f"VirtualMFADevice with serial number {serial} does not exist.")
    return device


def _virtual_device_of(call: Call, user: User) -> VirtualMfaDevice:
    return _require_own(of(call), user)


def _require_own(device: VirtualMfaDevice, user: User) -> VirtualMfaDevice:
    if device.user_id != user.pk:
        raise NoSuchEntity("MFA Device invalid for user.")
    return device


def _require_unassigned(device: VirtualMfaDevice, user: User) -> None:
    if device.user_id == user.pk:
        raise EntityAlreadyExists(f"MFA Device for user {user} already exists.")
    if device.user_id is not None:
        raise EntityAlreadyExists("MFA Device is already in use.")
