"""Secrets at rest: what is sealed opens for its purpose only, under any key that is still there."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from identity import vault


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, settings: Any) -> Path:
    """The vault's file of this test."""
    settings.VAULT_KEYS = ""
    settings.VAULT_FILE = tmp_path / "vault.key"
    return tmp_path / "vault.key"


def key_text(number: int, raw: bytes) -> str:
    return f"{number}:{base64.b64encode(raw).decode()}"


def test_what_was_sealed_opens_for_the_same_purpose() -> None:
    sealed = vault.seal(b"secret", "access_key:AKIA")
    assert b"secret" not in sealed
    assert vault.unseal(sealed, "access_key:AKIA") == b"secret"


def test_the_same_secret_is_never_sealed_alike() -> None:
    assert vault.seal(b"secret", "p") != vault.seal(b"secret", "p")


def test_a_value_moved_to_another_row_does_not_open() -> None:
    sealed = vault.seal(b"secret", "access_key:AKIA")
    with pytest.raises(vault.CannotOpenError):
        vault.unseal(sealed, "access_key:AKIB")


@pytest.mark.parametrize("at", [0, 1, 12, 13, -1])
def test_a_value_with_one_bit_changed_does_not_open(at: int) -> None:
    sealed = bytearray(vault.seal(b"secret", "p"))
    sealed[at] ^= 1
    with pytest.raises(vault.CannotOpenError):
        vault.unseal(bytes(sealed), "p")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 12, b"\x01" * 20, b"\x09" * 60])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(vault.CannotOpenError):
        vault.unseal(sealed, "p")


def test_the_key_file_is_made_once_and_for_its_owner_only(own_key: Path) -> None:
    vault.seal(b"secret", "p")
    made = own_key.read_text()
    vault.seal(b"secret", "p")
    assert own_key.read_text() == made
    assert own_key.stat().st_mode & 0o777 == 0o600


def test_a_key_file_that_others_can_read_is_refused(own_key: Path) -> None:
    vault.seal(b"secret", "p")
    own_key.chmod(0o644)
    os.utime(own_key, ns=(1, 1))
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        vault.seal(b"secret", "p")


@pytest.mark.parametrize(
    "text",
    ["x", "1:", "1:AAAA", "0:" + "A" * 43 + "=", "256:" + "A" * 43 + "=", "1:" + "A" * 43 + "=,"],
)
def test_a_key_that_cannot_be_read_is_refused(settings: Any, text: str) -> None:
    settings.VAULT_KEYS = text
    with pytest.raises(ImproperlyConfigured):
        vault.seal(b"secret", "p")


def test_keys_of_the_environment_come_before_the_file(settings: Any, own_key: Path) -> None:
    settings.VAULT_KEYS = f"{key_text(2, b'b' * 32)},{key_text(1, b'a' * 32)}"
    sealed = vault.seal(b"secret", "p")
    assert vault.number_of(sealed) == 2
    assert vault.unseal(sealed, "p") == b"secret"
    assert not own_key.exists()


def test_an_older_key_still_opens_and_the_newest_seals() -> None:
    old = vault.seal(b"secret", "p")
    vault.add_key()
    assert vault.numbers() == [2, 1]
    assert vault.unseal(old, "p") == b"secret"
    assert not vault.is_current(old)
    assert vault.is_current(vault.seal(b"secret", "p"))


def test_a_dropped_key_no_longer_opens() -> None:
    old = vault.seal(b"secret", "p")
    vault.add_key()
    vault.drop_key(1)
    with pytest.raises(vault.CannotOpenError, match="no vault key"):
        vault.unseal(old, "p")


def test_numbers_come_round_after_255(settings: Any, own_key: Path) -> None:
    own_key.write_text(f"{key_text(255, b'b' * 32)}\n{key_text(1, b'a' * 32)}")
    own_key.chmod(0o600)
    assert vault.add_key() == 2
    assert vault.numbers() == [2, 255, 1]
