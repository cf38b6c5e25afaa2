"""X.509 signing certificates, as boto3 sees them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from identity.models import SigningCertificate, User
from tests.certificates import make_certificate, public_pem, rsa_key
from tests.refusals import refused

NOT_PEM = "Unable to parse certificate. Please ensure the certificate is in PEM format."
NO_CERTIFICATE = "A" * 32
NOT_FOUND = "The Certificate with id {} cannot be found."


def upload(client: Any, pem: str = "", **user: str) -> Any:
    body = pem or make_certificate().pem
    return client.upload_signing_certificate(CertificateBody=body, **user)["Certificate"]


def test_an_uploaded_certificate_is_active_and_listed_as_it_was_given(
    iam: Any, ana: User, ben: User
) -> None:
    client, pem = iam(ana), make_certificate(key=rsa_key()).pem
    certificate = upload(client, pem, UserName="BEN")
    assert (certificate["UserName"], certificate["Status"]) == ("ben", "Active")
    assert certificate["CertificateBody"] == pem
    assert client.list_signing_certificates(UserName="ben")["Certificates"] == [certificate]


def test_the_id_is_the_base32_of_the_sha_1_of_the_certificate(iam: Any, ana: User) -> None:
    made = make_certificate()
    digest = hashlib.sha1(made.certificate.public_bytes(Encoding.DER)).digest()
    assert upload(iam(ana), made.pem)["CertificateId"] == base64.b32encode(digest).decode()


def test_line_ends_of_windows_come_back_as_they_were(iam: Any, ana: User) -> None:
    pem = make_certificate().pem.replace("\n", "\r\n")
    assert upload(iam(ana), pem)["CertificateBody"] == pem


def test_a_third_certificate_exceeds_the_quota_also_when_one_is_inactive(
    iam: Any, ana: User
) -> None:
    client = iam(ana)
    first = upload(client)["CertificateId"]
    upload(client)
    client.update_signing_certificate(CertificateId=first, Status="Inactive")
    with refused("LimitExceeded", "Cannot exceed quota for CertificatesPerUser: 2", 409):
        upload(client)


def test_a_certificate_is_in_an_account_once(iam: Any, ana: User, ben: User, cleo: User) -> None:
    client, pem = iam(ana), make_certificate().pem
    upload(client, pem)
    for name in ("ana", "ben"):
        with refused("DuplicateCertificate", status=409):
            upload(client, pem + "\n", UserName=name)
    upload(iam(cleo), pem)


BAD_CERTIFICATES: dict[str, tuple[Callable[[], str], str]] = {
    "garbage": (lambda: "garbage", "MalformedCertificate"),
    "empty PEM": (
        lambda: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "MalformedCertificate",
    ),
    "cut off": (lambda: make_certificate().pem[:200], "MalformedCertificate"),
    "text before it": (lambda: "Issuer: me\n" + make_certificate().pem, "MalformedCertificate"),
    "two": (lambda: make_certificate().pem * 2, "MalformedCertificate"),
    "a public key": (lambda: public_pem(rsa_key()), "MalformedCertificate"),
    "a private key": (lambda: make_certificate().key_pem, "MalformedCertificate"),
    "1024 bits": (lambda: make_certificate(key=rsa_key(1024)).pem, "MalformedCertificate"),
    "Ed25519": (
        lambda: make_certificate(key=ed25519.Ed25519PrivateKey.generate()).pem,
        "MalformedCertificate",
    ),
    "another curve": (
        lambda: make_certificate(key=ec.generate_private_key(ec.SECP256K1())).pem,
        "MalformedCertificate",
    ),
    "expired": (lambda: make_certificate(days=(-9, -1)).pem, "InvalidCertificate"),
    "not yet valid": (lambda: make_certificate(days=(1, 9)).pem, "InvalidCertificate"),
    "nothing": (lambda: "", "ValidationError"),
    "too long": (lambda: make_certificate().pem + "\n" * 16384, "ValidationError"),
    "not Latin": (lambda: make_certificate().pem + "\u0100", "ValidationError"),
}


@pytest.mark.parametrize(("pem", "code"), BAD_CERTIFICATES.values(), ids=BAD_CERTIFICATES)
def test_what_is_no_valid_certificate_is_refused(
    iam: Any, ana: User, pem: Callable[[], str], code: str
) -> None:
    with refused(code, NOT_PEM if pem() == "garbage" else None, 400):
        iam(ana).upload_signing_certificate(CertificateBody=pem())
    assert not SigningCertificate.objects.exists()


def test_only_a_change_of_status_counts_as_rotation(iam: Any, ana: User) -> None:
    client = iam(ana)
    certificate_id = upload(client)["CertificateId"]
    before = SigningCertificate.objects.get().status_changed_at
    client.update_signing_certificate(CertificateId=certificate_id, Status="Active")
    assert SigningCertificate.objects.get().status_changed_at == before
    client.update_signing_certificate(CertificateId=certificate_id, Status="Inactive")
    assert SigningCertificate.objects.get().status_changed_at > before
    (listed,) = client.list_signing_certificates()["Certificates"]
    assert listed["Status"] == "Inactive"


@pytest.mark.parametrize("status", ["Expired", "active", ""])
def test_a_certificate_becomes_active_or_inactive_and_nothing_else(
    iam: Any, ana: User, status: str
) -> None:
    client = iam(ana)
    certificate_id = upload(client)["CertificateId"]
    code = "InvalidInput" if status == "Expired" else "ValidationError"
    with refused(code, status=400):
        client.update_signing_certificate(CertificateId=certificate_id, Status=status)


@pytest.mark.parametrize("owner", ["cleo", "ben", "nobody"])
def test_a_certificate_of_somebody_else_is_not_there(
    iam: Any, ana: User, ben: User, cleo: User, owner: str
) -> None:
    client = iam(ana)
    ids = {
        "ben": upload(client, UserName="ben")["CertificateId"],
        "cleo": upload(iam(cleo))["CertificateId"],
    }
    certificate_id = ids.get(owner, NO_CERTIFICATE)
    for user in ({}, {"UserName": "ana"}):
        with refused("NoSuchEntity", NOT_FOUND.format(certificate_id), 404):
            client.delete_signing_certificate(CertificateId=certificate_id, **user)
        with refused("NoSuchEntity", NOT_FOUND.format(certificate_id), 404):
            client.update_signing_certificate(
                CertificateId=certificate_id, Status="Inactive", **user
            )
    assert SigningCertificate.objects.filter(active=True).count() == 2


def test_a_user_of_another_account_is_not_there(iam: Any, ana: User, cleo: User) -> None:
    with refused("NoSuchEntity", "The user with name cleo cannot be found.", 404):
        upload(iam(ana), UserName="cleo")
    with refused("NoSuchEntity", status=404):
        iam(ana).list_signing_certificates(UserName="cleo")


def test_root_manages_its_own_without_a_name_and_the_summary_says_so(iam: Any, root: User) -> None:
    client = iam(root)

    def summary() -> Any:
        return client.get_account_summary()["SummaryMap"]

    assert summary()["AccountSigningCertificatesPresent"] == 0
    certificate = upload(client)
    assert certificate["UserName"] == root.account_id
    assert summary()["AccountSigningCertificatesPresent"] == 1
    client.delete_signing_certificate(CertificateId=certificate["CertificateId"])
    assert client.list_signing_certificates()["Certificates"] == []


def test_certificates_come_in_pages(iam: Any, ana: User) -> None:
    client = iam(ana)
    made = [upload(client)["CertificateId"] for _ in range(2)]
    pages = client.get_paginator("list_signing_certificates").paginate(
        PaginationConfig={"PageSize": 1}
    )
    assert [c["CertificateId"] for page in pages for c in page["Certificates"]] == made


def test_a_user_with_a_certificate_is_not_deleted(iam: Any, ana: User, ben: User) -> None:
    upload(iam(ana), UserName="ben")
    with refused("DeleteConflict", "Cannot delete entity, must delete certificates first.", 409):
        iam(ana).delete_user(UserName="ben")
