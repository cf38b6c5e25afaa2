"""SSH public keys, as boto3 sees them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import PublicFormat

from identity import identifiers
from identity.models import SSHPublicKey, User
from tests.certificates import ec_key, make_certificate, public_pem, rsa_key, ssh_line
from tests.factories import make_user
from tests.refusals import refused

NO_KEY = "APKAAAAAAAAAAAAAAAAAA"
NOT_FOUND = "The SSH Public Key with id {} cannot be found"


@pytest.fixture
def line() -> str:
    return ssh_line(rsa_key())


def fill(user: User, count: int) -> None:
    """Rows of keys; making real ones would take long."""
    for number in range(count):
        SSHPublicKey.objects.create(
            id=identifiers.unique_id("APKA"), user=user, body=f"ssh-rsa {number}"
        )


def test_an_uploaded_key_is_active_and_listed(iam: Any, ana: User, ben: User, line: str) -> None:
    client = iam(ana)
    key = client.upload_ssh_public_key(UserName="BEN", SSHPublicKeyBody=line)["SSHPublicKey"]
    assert re.fullmatch(r"APKA[A-Z2-7]{17}", key["SSHPublicKeyId"])
    assert (key["UserName"], key["Status"], key["SSHPublicKeyBody"]) == ("ben", "Active", line)
    (listed,) = client.list_ssh_public_keys(UserName="ben")["SSHPublicKeys"]
    assert listed == {
        name: key[name] for name in ("UserName", "SSHPublicKeyId", "Status", "UploadDate")
    }


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs ssh-keygen")
def test_the_fingerprint_is_the_one_that_ssh_keygen_shows(
    iam: Any, ana: User, line: str, tmp_path: Path
) -> None:
    file = tmp_path / "key.pub"
    file.write_text(line)
    command = ["ssh-keygen", "-l", "-E", "md5", "-f", str(file)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    key = iam(ana).upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=line)["SSHPublicKey"]
    assert f" MD5:{key['Fingerprint']} " in shown


@pytest.mark.parametrize("shape", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
def test_a_key_comes_back_in_the_encoding_that_is_asked_for(
    iam: Any, ana: User, line: str, shape: PublicFormat
) -> None:
    client = iam(ana)
    given = public_pem(rsa_key(), shape)
    key = client.upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=given)["SSHPublicKey"]
    assert key["SSHPublicKeyBody"] == given
    bodies = [
        client.get_ssh_public_key(
            UserName="ana", SSHPublicKeyId=key["SSHPublicKeyId"], Encoding=encoding
        )["SSHPublicKey"]["SSHPublicKeyBody"]
        for encoding in ("SSH", "PEM")
    ]
    assert bodies == [line, public_pem(rsa_key())]


def test_an_encoding_that_is_neither_is_refused(iam: Any, ana: User) -> None:
    with refused("ValidationError", status=400):
        iam(ana).get_ssh_public_key(UserName="ana", SSHPublicKeyId=NO_KEY, Encoding="DER")


@pytest.mark.parametrize("comment", [" li@laptop", "\n", " a comment with spaces\r\n", "\t\t"])
def test_a_key_is_the_same_whatever_the_comment(
    iam: Any, ana: User, line: str, comment: str
) -> None:
    client = iam(ana)
    client.upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=line)
    with refused("DuplicateSSHPublicKey", status=400):
        client.upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=line + comment)


def test_the_same_key_in_pem_is_a_duplicate(iam: Any, ana: User, line: str) -> None:
    client = iam(ana)
    client.upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=line)
    with refused("DuplicateSSHPublicKey", status=400):
        client.upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=public_pem(rsa_key()))


def test_two_users_may_have_one_key(iam: Any, ana: User, ben: User, line: str) -> None:
    client = iam(ana)
    for name in ("ana", "ben"):
        client.upload_ssh_public_key(UserName=name, SSHPublicKeyBody=line)


def test_a_sixth_key_exceeds_the_quota(iam: Any, ana: User, ben: User, line: str) -> None:
    fill(ben, 5)
    with refused("LimitExceeded", "Cannot exceed quota for SSHPublicKeysPerUser: 5", 409):
        iam(ana).upload_ssh_public_key(UserName="ben", SSHPublicKeyBody=line)


# Made when they are asked for: keys take their time.
BAD_KEYS: dict[str, tuple[Callable[[], str], str]] = {
    "garbage": (lambda: "garbage", "UnrecognizedPublicKeyEncoding"),
    "no key": (lambda: "ssh-rsa", "UnrecognizedPublicKeyEncoding"),
    "not Base64": (lambda: "ssh-rsa AAAA*", "UnrecognizedPublicKeyEncoding"),
    "cut off": (lambda: "ssh-rsa AAAA", "InvalidPublicKey"),
    "zeros": (lambda: "ssh-rsa " + "A" * 16000, "InvalidPublicKey"),
    "1024 bits": (lambda: ssh_line(rsa_key(1024)), "InvalidPublicKey"),
    "1024 bits in PEM": (lambda: public_pem(rsa_key(1024)), "InvalidPublicKey"),
    "EC in PEM": (lambda: public_pem(ec_key()), "InvalidPublicKey"),
    "EC": (lambda: ssh_line(ec_key()), "UnrecognizedPublicKeyEncoding"),
    "Ed25519": (
        lambda: ssh_line(ed25519.Ed25519PrivateKey.generate()),
        "UnrecognizedPublicKeyEncoding",
    ),
    "a certificate": (lambda: make_certificate().pem, "UnrecognizedPublicKeyEncoding"),
    "a private key": (lambda: make_certificate().key_pem, "UnrecognizedPublicKeyEncoding"),
    "two keys": (lambda: f"{ssh_line(rsa_key())}\n" * 2, "UnrecognizedPublicKeyEncoding"),
    "options": (lambda: f'command="sh" {ssh_line(rsa_key())}', "UnrecognizedPublicKeyEncoding"),
    "empty PEM": (
        lambda: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "InvalidPublicKey",
    ),
    "nothing": (lambda: "", "ValidationError"),
    "too long": (lambda: "ssh-rsa " + "A" * 16384, "ValidationError"),
    "not Latin": (lambda: "ssh-rsa AAAA \u0100", "ValidationError"),
}


@pytest.mark.parametrize(("body", "code"), BAD_KEYS.values(), ids=BAD_KEYS)
def test_what_is_no_strong_rsa_key_is_refused(
    iam: Any, ana: User, body: Callable[[], str], code: str
) -> None:
    with refused(code, status=400):
        iam(ana).upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=body())
    assert not SSHPublicKey.objects.exists()


def test_a_key_is_deactivated_and_deleted(iam: Any, ana: User, line: str) -> None:
    client = iam(ana)
    key = client.upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=line)["SSHPublicKey"]
    named = {"UserName": "ana", "SSHPublicKeyId": key["SSHPublicKeyId"]}
    client.update_ssh_public_key(**named, Status="Inactive")
    (listed,) = client.list_ssh_public_keys()["SSHPublicKeys"]
    assert listed["Status"] == "Inactive"
    client.delete_ssh_public_key(**named)
    assert client.list_ssh_public_keys()["SSHPublicKeys"] == []


@pytest.mark.parametrize("status", ["Expired", "active", ""])
def test_a_key_becomes_active_or_inactive_and_nothing_else(
    iam: Any, ana: User, status: str
) -> None:
    fill(ana, 1)
    code = "InvalidInput" if status == "Expired" else "ValidationError"
    key = ana.ssh_public_keys.get()
    with refused(code, status=400):
        iam(ana).update_ssh_public_key(UserName="ana", SSHPublicKeyId=key.id, Status=status)


@pytest.mark.parametrize("owner", ["cleo", "ben", "nobody"])
def test_a_key_of_somebody_else_is_not_there(
    iam: Any, ana: User, ben: User, cleo: User, owner: str
) -> None:
    fill(ben, 1)
    fill(cleo, 1)
    ids = {"ben": ben.ssh_public_keys.get().id, "cleo": cleo.ssh_public_keys.get().id}
    named = {"UserName": "ana", "SSHPublicKeyId": ids.get(owner, NO_KEY)}
    client = iam(ana)
    for verb, more in (
        ("get_ssh_public_key", {"Encoding": "SSH"}),
        ("update_ssh_public_key", {"Status": "Inactive"}),
        ("delete_ssh_public_key", {}),
    ):
        with refused("NoSuchEntity", NOT_FOUND.format(named["SSHPublicKeyId"]), 404):
            getattr(client, verb)(**named, **more)
    assert SSHPublicKey.objects.filter(active=True).count() == 2


def test_a_user_who_is_not_there_has_no_keys(iam: Any, ana: User, cleo: User, line: str) -> None:
    client = iam(ana)
    for name in ("cleo", "nobody"):
        with refused("NoSuchEntity", f"The user with name {name} cannot be found.", 404):
            client.upload_ssh_public_key(UserName=name, SSHPublicKeyBody=line)
        with refused("NoSuchEntity", status=404):
            client.list_ssh_public_keys(UserName=name)


def test_root_has_no_ssh_keys(iam: Any, root: User) -> None:
    with refused("ValidationError", status=400):
        iam(root).list_ssh_public_keys()


def test_keys_come_in_pages(iam: Any, ana: User) -> None:
    fill(ana, 5)
    client = iam(ana)
    pages = client.get_paginator("list_ssh_public_keys").paginate(
        UserName="ana", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["SSHPublicKeys"]) for page in pages] == [2, 2, 1]


def test_a_user_with_a_key_is_not_deleted(iam: Any, ana: User, ben: User) -> None:
    fill(ben, 1)
    message = "Cannot delete entity, must remove referenced objects first."
    with refused("DeleteConflict", message, 409):
        iam(ana).delete_user(UserName="ben")


def test_own_keys_can_be_managed_with_a_policy_on_oneself(iam: Any, ana: User, line: str) -> None:
    resource = "arn:aws:iam::*:user/${aws:username}"
    statement = {"Effect": "Allow", "Action": "iam:*SSHPublicKey*", "Resource": resource}
    client = iam(make_user(ana.account, "dev", allow=[statement]))
    client.upload_ssh_public_key(UserName="dev", SSHPublicKeyBody=line)
    with refused("AccessDenied", status=403):
        client.upload_ssh_public_key(UserName="ana", SSHPublicKeyBody=line)
