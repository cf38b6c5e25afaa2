"""Tags of virtual MFA devices."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import User
from tests.authenticator import create_device
from tests.refusals import refused


def tags(*keys: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": key.lower()} for key in keys]


def test_keys_that_differ_in_case_are_different_keys(iam: Any, ana: User) -> None:
    client = iam(ana)
    serial = create_device(client, Tags=tags("b")).serial_number
    client.tag_mfa_device(SerialNumber=serial, Tags=tags("B", "a"))
    assert client.list_mfa_device_tags(SerialNumber=serial)["Tags"] == tags("B", "a", "b")
    client.untag_mfa_device(SerialNumber=serial, TagKeys=["b", "absent"])
    assert client.list_mfa_device_tags(SerialNumber=serial)["Tags"] == tags("B", "a")


@pytest.mark.parametrize("given", [[], tags("aws:x"), tags("a", "a")])
def test_empty_reserved_and_doubled_tags_are_refused(
    iam: Any, ana: User, given: list[dict[str, str]]
) -> None:
    client = iam(ana)
    serial = create_device(client).serial_number
    with refused("InvalidInput", status=400):
        client.tag_mfa_device(SerialNumber=serial, Tags=given)


def test_a_device_carries_fifty_tags(iam: Any, ana: User) -> None:
    client = iam(ana)
    serial = create_device(client, Tags=tags(*map(str, range(50)))).serial_number
    with refused("LimitExceeded", status=409):
        client.tag_mfa_device(SerialNumber=serial, Tags=tags("another"))
    client.tag_mfa_device(SerialNumber=serial, Tags=tags("7"))


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("tag_mfa_device", {"Tags": tags("a")}),
        ("untag_mfa_device", {"TagKeys": ["a"]}),
        ("list_mfa_device_tags", {}),
    ],
)
def test_a_device_of_another_account_is_not_there(
    iam: Any, ana: User, cleo: User, verb: str, more: dict[str, Any]
) -> None:
    serial = create_device(iam(cleo)).serial_number
    with refused("AccessDenied", status=403):
        getattr(iam(ana), verb)(SerialNumber=serial, **more)
