"""TLS certificates of servers, as boto3 sees them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import PrivateFormat

from identity import vault
from identity.models import Account, ServerCertificate, User
from tests.certificates import Pair, ec_key, make_certificate, private_pem, public_pem, rsa_key
from tests.events import logged
from tests.factories import make_user
from tests.refusals import refused

NOT_FOUND = "The Server Certificate with name {} cannot be found."
CHAIN = "Unable to validate certificate chain. The certificate chain must start with the immediate "
CHAIN += "signing certificate, followed by any intermediaries in order. "
CHAIN += "The index within the chain of the invalid certificate is: {}"


def upload(client: Any, pair: Pair | None = None, name: str = "web", **more: Any) -> Any:
    pair = pair or make_certificate()
    given = {"CertificateBody": pair.pem, "PrivateKey": pair.key_pem, **more}
    return client.upload_server_certificate(ServerCertificateName=name, **given)


def tags(*keys: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": key.lower()} for key in keys]


def test_an_uploaded_certificate_is_read_again_without_its_key(iam: Any, ana: User) -> None:
    client, pair = iam(ana), make_certificate(key=rsa_key())
    made = upload(client, pair, Path="/cloudfront/", Tags=tags("b", "a"))
    metadata = made["ServerCertificateMetadata"]
    assert re.fullmatch(r"ASCA[A-Z2-7]{17}", metadata["ServerCertificateId"])
    arn = f"arn:aws:iam::{ana.account_id}:server-certificate/cloudfront/web"
    assert (metadata["Arn"], metadata["Path"]) == (arn, "/cloudfront/")
    assert metadata["Expiration"] == pair.certificate.not_valid_after_utc
    assert made["Tags"] == tags("a", "b")
    found = client.get_server_certificate(ServerCertificateName="WEB")["ServerCertificate"]
    assert found == {
        "ServerCertificateMetadata": metadata,
        "CertificateBody": pair.pem.strip(),
        "Tags": tags("a", "b"),
    }
    assert client.list_server_certificates()["ServerCertificateMetadataList"] == [metadata]


def test_the_private_key_is_sealed_for_its_row_and_logged_nowhere(iam: Any, ana: User) -> None:
    pair = make_certificate()
    upload(iam(ana), pair)
    row = ServerCertificate.objects.get()
    sealed = bytes(row.sealed_private_key)
    assert vault.unseal(sealed, f"server_certificate:{row.unique_id}").decode() == pair.key_pem
    assert b"PRIVATE KEY" not in sealed
    event = str(logged().get(name="UploadServerCertificate").describe())
    assert "BEGIN CERTIFICATE" in event
    assert "PRIVATE KEY" not in event
    assert pair.key_pem.splitlines()[1] not in event


def test_a_refused_private_key_is_not_logged_either(iam: Any, ana: User, own_journal: Any) -> None:
    pair = make_certificate()
    with refused("KeyPairMismatch"):
        upload(iam(ana), make_certificate(), PrivateKey=pair.key_pem)
    own_journal.drain()
    event = str(logged().get(name="UploadServerCertificate").describe())
    assert pair.key_pem.splitlines()[1] not in event


@pytest.mark.parametrize("shape", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("make", [rsa_key, ec_key])
def test_a_private_key_may_be_in_the_old_format_or_the_new(
    iam: Any, ana: User, make: Callable[[], Any], shape: PrivateFormat
) -> None:
    pair = make_certificate(key=make())
    upload(iam(ana), pair, PrivateKey=private_pem(pair.key, shape=shape))


def intermediates(depth: int) -> list[Pair]:
    """A root and so many under it, each signed by the one before."""
    pairs = [make_certificate("root")]
    for number in range(depth):
        pairs.append(make_certificate(f"under {number}", issuer=pairs[-1]))
    return pairs


def pem_of(*pairs: Pair) -> str:
    return "".join(pair.pem for pair in pairs)


def test_a_chain_in_order_is_kept(iam: Any, ana: User) -> None:
    client, (root, *under) = iam(ana), intermediates(2)
    server = make_certificate(issuer=under[-1])
    chain = pem_of(*reversed(under), root)
    upload(client, server, CertificateChain=chain)
    found = client.get_server_certificate(ServerCertificateName="web")["ServerCertificate"]
    assert found["CertificateChain"] == chain.strip()


def test_a_chain_of_sixteen_kilobytes_is_kept(iam: Any, ana: User) -> None:
    pairs = intermediates(40)
    chain = pem_of(*reversed(pairs))
    assert len(chain) > 16384
    upload(iam(ana), make_certificate(issuer=pairs[-1]), CertificateChain=chain)


def test_a_chain_out_of_order_is_refused_where_it_breaks(iam: Any, ana: User) -> None:
    client, (root, first, second) = iam(ana), intermediates(2)
    server = make_certificate(issuer=second)
    for chain, index in (((first, second), -1), ((second, root), 0), ((second, second), 0)):
        with refused("MalformedCertificate", CHAIN.format(index), 400):
            upload(client, server, CertificateChain=pem_of(*chain))


def test_a_chain_by_an_issuer_of_the_same_name_is_refused(iam: Any, ana: User) -> None:
    (root, impostor) = (make_certificate("root"), make_certificate("root"))
    with refused("MalformedCertificate", CHAIN.format(-1), 400):
        upload(iam(ana), make_certificate(issuer=root), CertificateChain=impostor.pem)


def test_a_key_of_another_certificate_is_refused(iam: Any, ana: User) -> None:
    client = iam(ana)
    for key in (rsa_key(), ec_key(), ec.generate_private_key(ec.SECP384R1())):
        with refused("KeyPairMismatch", status=400):
            upload(client, make_certificate(), PrivateKey=private_pem(key))


def test_a_larger_key_than_the_certificates_is_refused(iam: Any, ana: User) -> None:
    with refused("KeyPairMismatch", status=400):
        upload(iam(ana), make_certificate(key=rsa_key()), PrivateKey=private_pem(rsa_key(3072)))


def rsa_pem(**changed: int) -> str:
    """The RSA key for tests in PKCS #1 (RFC 8017, A.1.2), with some of its numbers changed."""
    numbers = rsa_key().private_numbers()
    parts = {
        "version": 0,
        "n": numbers.public_numbers.n,
        "e": numbers.public_numbers.e,
        "d": numbers.d,
        "p": numbers.p,
        "q": numbers.q,
        "dmp1": numbers.dmp1,
        "dmq1": numbers.dmq1,
        "iqmp": numbers.iqmp,
    }
    integers = [part.to_bytes(part.bit_length() // 8 + 1) for part in (parts | changed).values()]
    body = base64.encodebytes(_der(0x30, b"".join(_der(2, integer) for integer in integers)))
    return f"-----BEGIN RSA PRIVATE KEY-----\n{body.decode()}-----END RSA PRIVATE KEY-----\n"


def _der(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x82]) + len(content).to_bytes(2) + content


LONG_PRIME = 2**21701 - 1


@pytest.mark.parametrize(
    "changed",
    [
        {"p": LONG_PRIME},
        {"q": LONG_PRIME},
        {"d": LONG_PRIME},
        {"iqmp": LONG_PRIME},
        {"p": 1},
        {"p": 0},
        {"d": 3},
        {"p": 15},
        {"dmp1": 5},
    ],
    ids=range(9),
)
def test_a_key_with_numbers_of_another_is_refused_at_once(
    iam: Any, ana: User, changed: dict[str, int]
) -> None:
    """Whether a number of 21,701 bits is a prime would take OpenSSL minutes to find out."""
    pair = make_certificate(key=rsa_key())
    with refused("MalformedCertificate", "Invalid Private Key.", 400):
        upload(iam(ana), pair, PrivateKey=rsa_pem(**changed))


BAD: dict[str, tuple[Callable[[Pair], dict[str, str]], str]] = {
    "garbage": (lambda _: {"CertificateBody": "garbage"}, "MalformedCertificate"),
    "garbage key": (lambda _: {"PrivateKey": "garbage"}, "MalformedCertificate"),
    "empty key": (
        lambda _: {"PrivateKey": "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----"},
        "MalformedCertificate",
    ),
    "encrypted key": (
        lambda pair: {"PrivateKey": private_pem(pair.key, b"secret")},
        "MalformedCertificate",
    ),
    "key encrypted the old way": (
        lambda pair: {
            "PrivateKey": private_pem(pair.key, b"secret", PrivateFormat.TraditionalOpenSSL)
        },
        "MalformedCertificate",
    ),
    "OpenSSH key": (
        lambda pair: {"PrivateKey": private_pem(pair.key, shape=PrivateFormat.OpenSSH)},
        "MalformedCertificate",
    ),
    "public key": (lambda pair: {"PrivateKey": public_pem(pair.key)}, "MalformedCertificate"),
    "two keys": (lambda pair: {"PrivateKey": pair.key_pem * 2}, "MalformedCertificate"),
    "two certificates": (lambda pair: {"CertificateBody": pair.pem * 2}, "MalformedCertificate"),
    "garbage chain": (lambda _: {"CertificateChain": "garbage"}, "MalformedCertificate"),
    "text in the chain": (
        lambda _: {"CertificateChain": f"text\n{make_certificate().pem}"},
        "MalformedCertificate",
    ),
    "long certificate": (
        lambda pair: {"CertificateBody": pair.pem + "\n" * 16384},
        "ValidationError",
    ),
    "long key": (lambda pair: {"PrivateKey": pair.key_pem + "\n" * 16384}, "ValidationError"),
    "no key": (lambda _: {"PrivateKey": ""}, "ValidationError"),
    "path": (lambda _: {"Path": "web"}, "ValidationError"),
    "name": (lambda _: {"ServerCertificateName": "a b"}, "ValidationError"),
    "long name": (lambda _: {"ServerCertificateName": "a" * 129}, "ValidationError"),
}


@pytest.mark.parametrize(("wrong", "code"), BAD.values(), ids=BAD)
def test_what_is_no_certificate_with_its_key_is_refused(
    iam: Any, ana: User, wrong: Callable[[Pair], dict[str, str]], code: str
) -> None:
    pair = make_certificate()
    given = {"ServerCertificateName": "web", "CertificateBody": pair.pem}
    with refused(code, status=400):
        iam(ana).upload_server_certificate(**{**given, "PrivateKey": pair.key_pem, **wrong(pair)})
    assert not ServerCertificate.objects.exists()


@pytest.mark.parametrize("days", [(-9, -1), (1, 9)])
def test_a_certificate_out_of_its_time_is_refused(
    iam: Any, ana: User, days: tuple[int, int]
) -> None:
    with refused("MalformedCertificate", status=400):
        upload(iam(ana), make_certificate(days=days))


def test_a_weak_key_is_refused(iam: Any, ana: User) -> None:
    with refused("MalformedCertificate", status=400):
        upload(iam(ana), make_certificate(key=rsa_key(1024)))


def test_a_name_is_taken_whatever_its_case_and_path(iam: Any, ana: User) -> None:
    client = iam(ana)
    upload(client)
    message = "The Server Certificate with name WEB already exists."
    with refused("EntityAlreadyExists", message, 409):
        upload(client, name="WEB", Path="/x/")


def test_a_twenty_first_certificate_exceeds_the_quota(
    iam: Any, ana: User, account: Account
) -> None:
    client = iam(ana)
    account.count(server_certificate_count=19)
    upload(client)
    assert client.get_account_summary()["SummaryMap"]["ServerCertificates"] == 20
    with refused("LimitExceeded", "Cannot exceed quota for ServerCertificatesPerAccount: 20", 409):
        upload(client, name="another")
    client.delete_server_certificate(ServerCertificateName="web")
    upload(client, name="another")


def test_a_certificate_is_renamed_and_moved_and_keeps_its_id(iam: Any, ana: User) -> None:
    client = iam(ana)
    before = upload(client)["ServerCertificateMetadata"]
    client.update_server_certificate(
        ServerCertificateName="web", NewServerCertificateName="Web2", NewPath="/a/"
    )
    found = client.get_server_certificate(ServerCertificateName="web2")["ServerCertificate"]
    metadata = found["ServerCertificateMetadata"]
    assert metadata["Arn"].endswith(":server-certificate/a/Web2")
    assert metadata["ServerCertificateId"] == before["ServerCertificateId"]
    upload(client)
    with refused("EntityAlreadyExists", status=409):
        client.update_server_certificate(
            ServerCertificateName="web2", NewServerCertificateName="WEB"
        )


def test_renaming_needs_permission_on_both_names(iam: Any, ana: User) -> None:
    upload(iam(ana))
    arn = f"arn:aws:iam::{ana.account_id}:server-certificate/web"
    only = {"Effect": "Allow", "Action": "iam:UpdateServerCertificate", "Resource": arn}
    dev = make_user(ana.account, "dev", allow=[only])
    with refused("AccessDenied", status=403):
        iam(dev).update_server_certificate(
            ServerCertificateName="web", NewServerCertificateName="other"
        )


def test_lists_are_those_under_a_path_in_pages(iam: Any, ana: User) -> None:
    client = iam(ana)
    for name, path in (("c", "/x/"), ("a", "/x/y/"), ("b", "/")):
        upload(client, name=name, Path=path)
    pages = client.get_paginator("list_server_certificates").paginate(
        PathPrefix="/x", PaginationConfig={"PageSize": 1}
    )
    listed = [found for page in pages for found in page["ServerCertificateMetadataList"]]
    assert [found["ServerCertificateName"] for found in listed] == ["a", "c"]


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("get_server_certificate", {}),
        ("update_server_certificate", {"NewPath": "/a/"}),
        ("delete_server_certificate", {}),
        ("tag_server_certificate", {"Tags": tags("a")}),
        ("untag_server_certificate", {"TagKeys": ["a"]}),
        ("list_server_certificate_tags", {}),
    ],
)
def test_a_certificate_of_another_account_is_not_there(
    iam: Any, ana: User, cleo: User, verb: str, more: dict[str, Any]
) -> None:
    upload(iam(cleo))
    with refused("NoSuchEntity", NOT_FOUND.format("web"), 404):
        getattr(iam(ana), verb)(ServerCertificateName="web", **more)
    assert ServerCertificate.objects.count() == 1


# --- tags ---------------------------------------------------------------------------------------


def test_keys_that_differ_in_case_are_different_keys(iam: Any, ana: User) -> None:
    client = iam(ana)
    upload(client, Tags=tags("b"))
    client.tag_server_certificate(ServerCertificateName="web", Tags=tags("B", "a"))
    listed = client.list_server_certificate_tags(ServerCertificateName="web")
    assert listed["Tags"] == tags("B", "a", "b")
    client.untag_server_certificate(ServerCertificateName="web", TagKeys=["b", "absent"])
    listed = client.list_server_certificate_tags(ServerCertificateName="web")
    assert listed["Tags"] == tags("B", "a")


@pytest.mark.parametrize("given", [tags("aws:x"), tags("a", "a")])
def test_reserved_and_doubled_tags_are_refused(
    iam: Any, ana: User, given: list[dict[str, str]]
) -> None:
    with refused("InvalidInput", status=400):
        upload(iam(ana), Tags=given)
    assert not ServerCertificate.objects.exists()


def test_empty_lists_of_tags_are_refused(iam: Any, ana: User) -> None:
    client = iam(ana)
    upload(client)
    with refused("InvalidInput", status=400):
        client.tag_server_certificate(ServerCertificateName="web", Tags=[])
    with refused("InvalidInput", status=400):
        client.untag_server_certificate(ServerCertificateName="web", TagKeys=[])


def test_a_policy_can_ask_for_a_tag_of_the_certificate(iam: Any, ana: User) -> None:
    upload(iam(ana), Tags=[{"Key": "team", "Value": "red"}])
    upload(iam(ana), name="other", Tags=[{"Key": "team", "Value": "blue"}])
    wanted = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    statement = {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*", "Condition": wanted}
    client = iam(make_user(ana.account, "dev", allow=[statement]))
    client.get_server_certificate(ServerCertificateName="web")
    with refused("AccessDenied", status=403):
        client.get_server_certificate(ServerCertificateName="other")


def test_tags_at_creation_need_the_permission_to_tag(iam: Any, ana: User) -> None:
    client = iam(make_user(ana.account, "dev", allow=["iam:UploadServerCertificate"]))
    with refused("AccessDenied", status=403):
        upload(client, Tags=tags("a"))
    upload(client)
