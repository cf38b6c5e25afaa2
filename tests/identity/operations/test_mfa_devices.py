"""Virtual MFA devices, as boto3 sees them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from identity.models import Account, RecoveryCode, User, VirtualMfaDevice
from tests.authenticator import Authenticator, create_device, enable_device
from tests.events import logged
from tests.factories import Key, make_key, make_user
from tests.refusals import refused
from tests.sdk_in_process import sdk

WRONG = "Authentication code for device is not valid."
NOT_FOUND = "VirtualMFADevice with serial number {} does not exist."


def counters(user: User) -> tuple[int, int]:
    account = Account.objects.get(pk=user.account_id)
    return account.mfa_device_count, account.mfa_device_in_use_count


# --- CreateVirtualMFADevice ---------------------------------------------------------------------


def test_a_new_device_is_answered_with_seed_and_qr_code_once(iam: Any, ana: User) -> None:
    client = iam(ana)
    device = client.create_virtual_mfa_device(Path="/x/", VirtualMFADeviceName="phone")
    shown = device["VirtualMFADevice"]
    assert shown["SerialNumber"] == f"arn:aws:iam::{ana.account_id}:mfa/x/phone"
    assert len(base64.b32decode(shown["Base32StringSeed"])) == 40
    assert shown["QRCodePNG"].startswith(b"\x89PNG")
    (listed,) = client.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert listed == {"SerialNumber": shown["SerialNumber"]}
    assert counters(ana) == (1, 0)


def test_the_seed_is_neither_stored_nor_logged_in_the_clear(iam: Any, ana: User) -> None:
    seed = create_device(iam(ana)).seed
    event = str(logged().get(name="CreateVirtualMFADevice").describe())
    assert seed not in event
    assert base64.b64encode(seed.encode()).decode() not in event
    assert seed.encode() not in bytes(VirtualMfaDevice.objects.get().sealed_seed)


def test_a_name_stands_for_one_device_of_the_account(iam: Any, ana: User, cleo: User) -> None:
    client = iam(ana)
    create_device(client)
    with refused("EntityAlreadyExists", "MFA device already exists.", 409):
        create_device(client)
    create_device(iam(cleo))


@pytest.mark.parametrize("name", ["", "a b", "é", "a/b", "a" * 227])
def test_names_outside_the_pattern_are_refused(iam: Any, ana: User, name: str) -> None:
    with refused("ValidationError", status=400):
        iam(ana).create_virtual_mfa_device(VirtualMFADeviceName=name)


def test_the_longest_name_fits(iam: Any, ana: User) -> None:
    assert len(create_device(iam(ana), "a" * 226).serial_number) == 256


def test_tags_at_creation_need_a_permission_of_their_own(iam: Any, account: Account) -> None:
    dev = make_user(account, "dev", allow=["iam:CreateVirtualMFADevice"])
    tags = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
    with refused("AccessDenied", status=403):
        create_device(iam(dev), Tags=tags)
    admin = make_user(account, "admin", allow=["iam:*"])
    made = iam(admin).create_virtual_mfa_device(VirtualMFADeviceName="phone", Tags=tags)
    assert made["VirtualMFADevice"]["Tags"] == tags


# --- EnableMFADevice ----------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [-990, -1, 0, 1, 990])
def test_two_consecutive_codes_enable_a_device_whose_clock_is_off(
    iam: Any, ana: User, ben: User, offset: int
) -> None:
    client = iam(ana)
    device = enable_device(client, "BEN", offset=offset)
    (listed,) = client.list_mfa_devices(UserName="ben")["MFADevices"]
    assert (listed["UserName"], listed["SerialNumber"]) == ("ben", device.serial_number)
    assert listed["EnableDate"].tzinfo is not None
    row = VirtualMfaDevice.objects.get()
    assert abs(row.drift - offset) <= 1
    assert counters(ana) == (1, 1)


def codes(device: Authenticator, first: int, second: int) -> dict[str, str]:
    return {
        "AuthenticationCode1": device.code(first),
        "AuthenticationCode2": device.code(second),
    }


@pytest.mark.parametrize(("first", "second"), [(0, -1), (0, 0), (-2, 0), (0, 5), (-2000, -1999)])
def test_other_codes_than_two_consecutive_ones_enable_nothing(
    iam: Any, ana: User, ben: User, first: int, second: int
) -> None:
    client = iam(ana)
    device = create_device(client)
    with refused("InvalidAuthenticationCode", WRONG, 403):
        client.enable_mfa_device(
            UserName="ben", SerialNumber=device.serial_number, **codes(device, first, second)
        )
    assert counters(ana) == (1, 0)


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "", "١٢٣٤٥٦", " 12345"])
def test_a_code_has_six_digits(iam: Any, ana: User, ben: User, code: str) -> None:
    client = iam(ana)
    device = create_device(client)
    with refused("ValidationError", status=400):
        client.enable_mfa_device(
            UserName="ben",
            SerialNumber=device.serial_number,
            AuthenticationCode1=code,
            AuthenticationCode2=device.code(),
        )


def test_a_device_belongs_to_one_user(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    make_user(ana.account, "li")
    device = enable_device(client, "ben")
    for name, message in (
        ("ben", "MFA Device for user ben already exists."),
        ("li", "MFA Device is already in use."),
    ):
        with refused("EntityAlreadyExists", message, 409):
            client.enable_mfa_device(
                UserName=name, SerialNumber=device.serial_number, **device.pair(1)
            )


def test_a_user_has_eight_devices(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    for number in range(8):
        enable_device(client, "ben", f"phone-{number}")
    with refused("LimitExceeded", "Cannot exceed quota for MFADevicesPerUser: 8", 409):
        enable_device(client, "ben", "phone-8")
    assert counters(ana) == (9, 8)


@pytest.mark.parametrize("whose", ["nobody", "cleo"])
def test_a_device_of_another_account_is_not_there(
    iam: Any, ana: User, cleo: User, whose: str
) -> None:
    serial = f"arn:aws:iam::{ana.account_id}:mfa/absent"
    if whose == "cleo":
        serial = enable_device(iam(cleo), "cleo").serial_number
    client = iam(ana)
    pair = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
    for verb, more in (
        ("enable_mfa_device", {"UserName": "ana", **pair}),
        ("resync_mfa_device", {"UserName": "ana", **pair}),
        ("deactivate_mfa_device", {"UserName": "ana"}),
    ):
        with refused("NoSuchEntity", NOT_FOUND.format(serial), 404):
            getattr(client, verb)(SerialNumber=serial, **more)
    # Authorised on the device itself, which of the other account's may not be told apart.
    code, status = ("AccessDenied", 403) if whose == "cleo" else ("NoSuchEntity", 404)
    with refused(code, status=status):
        client.delete_virtual_mfa_device(SerialNumber=serial)


def test_a_user_of_another_account_is_not_there(iam: Any, ana: User, cleo: User) -> None:
    client = iam(ana)
    device = create_device(client)
    for verb, more in (
        ("enable_mfa_device", {"SerialNumber": device.serial_number, **device.pair()}),
        ("resync_mfa_device", {"SerialNumber": device.serial_number, **device.pair()}),
        ("deactivate_mfa_device", {"SerialNumber": device.serial_number}),
        ("list_mfa_devices", {}),
    ):
        with refused("NoSuchEntity", "The user with name cleo cannot be found.", 404):
            getattr(client, verb)(UserName="cleo", **more)


# --- root ---------------------------------------------------------------------------------------


def test_root_enables_its_own_device_by_its_account_id(iam: Any, root: User) -> None:
    client = iam(root)
    device = enable_device(client, root.account_id, "root-account-mfa-device")
    (listed,) = client.list_mfa_devices()["MFADevices"]
    assert listed["UserName"] == root.account_id
    assert device.serial_number.endswith(":mfa/root-account-mfa-device")
    (virtual,) = client.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert virtual["User"]["Arn"] == f"arn:aws:iam::{root.account_id}:root"


def test_no_user_touches_the_device_of_root(iam: Any, root: User, ana: User) -> None:
    device = enable_device(iam(root), root.account_id)
    client = iam(ana)
    with refused("NoSuchEntity", status=404):
        client.deactivate_mfa_device(UserName=root.account_id, SerialNumber=device.serial_number)
    with refused("NoSuchEntity", "MFA Device invalid for user.", 404):
        client.deactivate_mfa_device(UserName="ana", SerialNumber=device.serial_number)
    with refused("DeleteConflict", status=409):
        client.delete_virtual_mfa_device(SerialNumber=device.serial_number)


# --- ResyncMFADevice ----------------------------------------------------------------------------


def test_two_codes_teach_the_drift_anew(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    device = enable_device(client, "ben")
    client.resync_mfa_device(UserName="ben", SerialNumber=device.serial_number, **device.pair(500))
    assert abs(VirtualMfaDevice.objects.get().drift - 500) <= 1


def test_codes_that_were_used_resync_nothing(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    device = enable_device(client, "ben")
    used = device.pair(3)
    client.resync_mfa_device(UserName="ben", SerialNumber=device.serial_number, **used)
    for again in (used, device.pair(-3)):
        with refused("InvalidAuthenticationCode", WRONG, 403):
            client.resync_mfa_device(UserName="ben", SerialNumber=device.serial_number, **again)


@pytest.mark.usefixtures("time_stands_still")
def test_guesses_at_two_codes_are_counted(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    device = enable_device(client, "ben")
    wrong = {"AuthenticationCode1": "000000", "AuthenticationCode2": "000001"}
    for _ in range(5):
        with refused("InvalidAuthenticationCode"):
            client.resync_mfa_device(UserName="ben", SerialNumber=device.serial_number, **wrong)
    with refused("Throttling"):
        client.resync_mfa_device(
            UserName="ben", SerialNumber=device.serial_number, **device.pair(500)
        )


def test_a_device_of_another_user_is_not_resynchronised(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    device = enable_device(client, "ben")
    with refused("NoSuchEntity", "MFA Device invalid for user.", 404):
        client.resync_mfa_device(
            UserName="ana", SerialNumber=device.serial_number, **device.pair(2)
        )


# --- DeactivateMFADevice, DeleteVirtualMFADevice ------------------------------------------------


def test_a_deactivated_device_stays_unassigned_until_it_is_deleted(
    iam: Any, ana: User, ben: User
) -> None:
    client = iam(ana)
    serial = enable_device(client, "ben").serial_number
    in_use = "MFA VirtualDevice in use. Must deactivate first."
    with refused("DeleteConflict", in_use, 409):
        client.delete_virtual_mfa_device(SerialNumber=serial)
    client.deactivate_mfa_device(UserName="ben", SerialNumber=serial)
    assert client.list_mfa_devices(UserName="ben")["MFADevices"] == []
    assert counters(ana) == (1, 0)
    with refused("NoSuchEntity", "MFA Device invalid for user.", 404):
        client.deactivate_mfa_device(UserName="ben", SerialNumber=serial)
    client.delete_virtual_mfa_device(SerialNumber=serial)
    assert counters(ana) == (0, 0)


def test_codes_that_were_seen_do_not_enable_the_device_again(
    iam: Any, ana: User, ben: User
) -> None:
    client = iam(ana)
    device = create_device(client)
    seen = device.pair()
    client.enable_mfa_device(UserName="ben", SerialNumber=device.serial_number, **seen)
    client.deactivate_mfa_device(UserName="ben", SerialNumber=device.serial_number)
    with refused("InvalidAuthenticationCode", WRONG, 403):
        client.enable_mfa_device(UserName="ben", SerialNumber=device.serial_number, **seen)


def test_recovery_codes_go_with_the_last_device(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    first, second = (enable_device(client, "ben", name) for name in ("one", "two"))
    RecoveryCode.objects.create(user=ben, selector="abcd", hash="x")
    client.deactivate_mfa_device(UserName="ben", SerialNumber=first.serial_number)
    assert ben.recovery_codes.exists()
    client.deactivate_mfa_device(UserName="ben", SerialNumber=second.serial_number)
    assert not ben.recovery_codes.exists()


def with_mfa(user: User, device: Authenticator) -> Any:
    """A boto3 IAM client on credentials that proved a code of the device."""
    given = sdk("sts", make_key(user)).get_session_token(
        SerialNumber=device.serial_number, TokenCode=device.code(1)
    )["Credentials"]
    key = Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return sdk("iam", key)


def test_who_has_a_device_changes_own_devices_after_a_code_only(iam: Any, ana: User) -> None:
    client = iam(ana)
    device = enable_device(client, "ana")
    with refused("AccessDenied", status=403):
        client.deactivate_mfa_device(UserName="ana", SerialNumber=device.serial_number)
    with refused("AccessDenied", status=403):
        enable_device(client, "ana", "second")
    proven = with_mfa(ana, device)
    enable_device(proven, "ana", "third")
    proven.deactivate_mfa_device(SerialNumber=device.serial_number)
    assert counters(ana) == (3, 1)


# --- lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "names"),
    [
        (None, ["a", "b", "c"]),
        ("Any", ["a", "b", "c"]),
        ("Assigned", ["b"]),
        ("Unassigned", ["a", "c"]),
    ],
)
def test_virtual_devices_are_listed_by_assignment(
    iam: Any, ana: User, ben: User, status: str | None, names: list[str]
) -> None:
    client = iam(ana)
    create_device(client, "a")
    enable_device(client, "ben", "b")
    create_device(client, "c")
    params = {"AssignmentStatus": status} if status else {}
    listed = client.list_virtual_mfa_devices(**params)["VirtualMFADevices"]
    assert [device["SerialNumber"].rsplit("/")[-1] for device in listed] == names
    for device in listed:
        assert not {"Base32StringSeed", "QRCodePNG", "Tags"} & set(device)
        assert ("User" in device) is (device["SerialNumber"].endswith("/b"))


def test_devices_of_another_account_are_not_listed(iam: Any, ana: User, cleo: User) -> None:
    enable_device(iam(cleo), "cleo")
    assert iam(ana).list_virtual_mfa_devices()["VirtualMFADevices"] == []


def test_virtual_devices_are_listed_in_pages(iam: Any, ana: User) -> None:
    client = iam(ana)
    for name in ("c" * 226, "a", "b"):
        create_device(client, name)
    paginator = client.get_paginator("list_virtual_mfa_devices")
    pages = list(paginator.paginate(PaginationConfig={"PageSize": 1}))
    assert [len(page["VirtualMFADevices"]) for page in pages] == [1, 1, 1]
    with refused("ValidationError", status=400):
        client.list_virtual_mfa_devices(AssignmentStatus="Any", Marker=pages[0]["Marker"])


def test_own_devices_are_listed_without_a_name(iam: Any, ana: User, ben: User) -> None:
    client = iam(ana)
    enable_device(client, "ben")
    assert client.list_mfa_devices()["MFADevices"] == []


def test_a_policy_on_the_device_name_limits_users_to_their_own(iam: Any, account: Account) -> None:
    own = {
        "Effect": "Allow",
        "Action": ["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"],
        "Resource": "arn:aws:iam::*:mfa/${aws:username}",
    }
    client = iam(make_user(account, "dev", allow=[own]))
    device = create_device(client, "dev")
    with refused("AccessDenied", status=403):
        create_device(client, "other")
    client.delete_virtual_mfa_device(SerialNumber=device.serial_number)


def test_a_virtual_device_has_no_certifications_to_get(iam: Any, ana: User) -> None:
    client = iam(ana)
    serial = create_device(client).serial_number
    with refused("ValidationError", status=400):
        client.get_mfa_device(SerialNumber=serial)
    key = f"arn:aws:iam::{ana.account_id}:u2f/user/ana/key-AAAA"
    with refused("NoSuchEntity", status=404):
        client.get_mfa_device(SerialNumber=key, UserName="ana")
