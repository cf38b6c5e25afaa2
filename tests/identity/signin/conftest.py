"""A browser, ana with a console password, and a count of what is hashed."""

from __future__ import annotations

import pytest
from django.test import Client

from identity import passwords
from identity.hashers import Argon2id
from identity.models import (
    LoginProfile,
    User,
)
from tests.factories import make_login_profile


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def ana(ana: User) -> User:
    return make_login_profile(ana)


@pytest.fixture
def must_change(ana: User) -> User:
    LoginProfile.objects.filter(user=ana).update(password_reset_required=True)
    return ana


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for every Argon2 run."""
    passwords._nobodys_hash()
    runs: list[str] = []
    encode, verify = Argon2id.encode, Argon2id.verify

    def counted_encode(self: Argon2id, password: str, salt: str) -> str:
        runs.append("encode")
        return encode(self, password, salt)

    def counted_verify(self: Argon2id, password: str, encoded: str) -> bool:
        runs.append("verify")
        return verify(self, password, encoded)

    monkeypatch.setattr(Argon2id, "encode", counted_encode)
    monkeypatch.setattr(Argon2id, "verify", counted_verify)
    return runs
