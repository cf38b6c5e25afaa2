"""One-time passwords: RFC 6238's vectors, the window, single use, and pairs."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from identity import arns, mfa
from identity.models import Account, User, VirtualMfaDevice

SEED = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
STEP = mfa.step_at(NOW)


def code(step: int) -> str:
    return mfa._code(base64.b32decode(SEED), step)


@pytest.fixture
def device(account: Account, ben: User) -> VirtualMfaDevice:
    serial = arns.mfa(account.id, "phone")
    return VirtualMfaDevice.objects.create(
        account=account,
        user=ben,
        name="phone",
        serial_number=serial,
        sealed_seed=mfa.seal(SEED, serial),
        enabled_at=NOW,
    )


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, eight_digits: str) -> None:
    step = mfa.step_at(datetime.fromtimestamp(seconds, UTC))
    assert code(step) == eight_digits[2:]


def test_a_seed_has_320_random_bits_in_base32() -> None:
    seeds = {mfa.new_seed() for _ in range(10)}
    assert len(seeds) == 10
    assert all(len(seed) == 64 and len(base64.b32decode(seed)) == 40 for seed in seeds)


@pytest.mark.parametrize(
    ("offset", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_counts_one_step_early_and_one_step_late(
    device: VirtualMfaDevice, offset: int, fits: bool
) -> None:
    assert mfa.accept(device, code(STEP + offset), NOW) is fits


@pytest.mark.parametrize("drift", [-40, 7])
def test_the_window_lies_around_the_learned_drift(device: VirtualMfaDevice, drift: int) -> None:
    device.drift = drift
    assert not mfa.accept(device, code(STEP), NOW)
    assert mfa.accept(device, code(STEP + drift), NOW)


def test_a_code_works_once_and_no_earlier_one_after_it(device: VirtualMfaDevice) -> None:
    assert mfa.accept(device, code(STEP), NOW)
    assert not mfa.accept(device, code(STEP), NOW)
    assert not mfa.accept(device, code(STEP - 1), NOW)
    assert mfa.accept(device, code(STEP + 1), NOW + timedelta(seconds=30))
    device.refresh_from_db()
    assert device.last_used_at == NOW + timedelta(seconds=30)


@pytest.mark.parametrize("form", ["{} ", " {}", "{}0", "+{}", "{}\n", ""])
def test_a_code_is_six_digits_and_nothing_else(device: VirtualMfaDevice, form: str) -> None:
    assert not mfa.accept(device, form.format(code(STEP)), NOW)


def test_digits_of_other_scripts_are_no_digits(device: VirtualMfaDevice) -> None:
    arabic = code(STEP).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert not mfa.accept(device, arabic, NOW)
    assert mfa.pair(SEED, code(STEP - 1), arabic, NOW) is None


@pytest.mark.parametrize("drift", [-1000, -998, -3, 0, 1, 1000])
def test_a_pair_tells_the_drift_within_the_window(drift: int) -> None:
    step = STEP + drift
    assert mfa.pair(SEED, code(step - 1), code(step), NOW) == (step, drift)


@pytest.mark.parametrize("drift", [-1001, 1001])
def test_a_pair_outside_the_window_tells_nothing(drift: int) -> None:
    step = STEP + drift
    assert mfa.pair(SEED, code(step - 1), code(step), NOW) is None


@pytest.mark.parametrize(
    ("first", "second"),
    [(STEP, STEP - 1), (STEP, STEP), (STEP - 2, STEP), (STEP - 1, STEP + 1)],
    ids=["reversed", "same", "one left out", "one left out after"],
)
def test_only_neighbours_in_their_order_are_a_pair(first: int, second: int) -> None:
    assert mfa.pair(SEED, code(first), code(second), NOW) is None


def test_the_seed_is_sealed_for_one_serial_number(device: VirtualMfaDevice) -> None:
    assert SEED.encode() not in bytes(device.sealed_seed)
    assert mfa.seed_of(device) == SEED
    device.serial_number += "2"
    with pytest.raises(Exception, match="changed or moved"):
        mfa.seed_of(device)


def test_the_uri_names_device_and_account_and_carries_the_seed() -> None:
    uri = urlsplit(mfa.otpauth_uri("ben+1=@x", "example", SEED))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert uri.path == "/ben%2B1%3D@x@example"
    assert parse_qs(uri.query) == {"secret": [SEED], "issuer": ["Bartizan"]}


def test_the_qr_code_is_a_png() -> None:
    assert mfa.qr_png("otpauth://totp/x?secret=A").startswith(b"\x89PNG\r\n\x1a\n")


def test_devices_come_in_the_order_in_which_they_were_enabled(
    device: VirtualMfaDevice, ben: User
) -> None:
    serial = arns.mfa(ben.account_id, "older")
    older = VirtualMfaDevice.objects.create(
        account=ben.account,
        user=ben,
        name="older",
        serial_number=serial,
        sealed_seed=b"",
        enabled_at=NOW - timedelta(days=1),
    )
    assert mfa.devices_of(ben) == [older, device]
