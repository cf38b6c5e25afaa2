"""SAML providers: made from metadata, shown, changed and deleted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.models import SamlPrivateKey, SamlProvider
from identity import accounts
from identity.facts import Facts
from identity.models import Account, User
from identity.operations.summary import COUNTERS
from tests.events import logged
from tests.factories import make_role
from tests.federation.documents import (
    IDP,
    PADDING,
    certificate,
    entities,
    entity,
    key_descriptor,
    metadata,
    pem,
    role,
)
from tests.refusals import refused

UNREADABLE = "Could not parse metadata"


@pytest.fixture
def client(iam: Any, ana: User) -> Any:
    return iam(ana)


@pytest.fixture
def arn(client: Any) -> str:
    return make(client)


def make(client: Any, name: str = "Corp", **more: Any) -> str:
    made = client.create_saml_provider(Name=name, SAMLMetadataDocument=metadata(), **more)
    return str(made["SAMLProviderArn"])


def test_a_provider_is_made_and_shown(client: Any, account: Account) -> None:
    document = metadata()
    given = [{"Key": "b", "Value": "1"}, {"Key": "B", "Value": "2"}]
    made = client.create_saml_provider(Name="Corp", SAMLMetadataDocument=document, Tags=given)
    assert made["SAMLProviderArn"] == f"arn:aws:iam::{account.pk}:saml-provider/Corp"
    assert made["Tags"] == given
    shown = client.get_saml_provider(SAMLProviderArn=made["SAMLProviderArn"])
    assert shown["SAMLMetadataDocument"] == document
    assert shown["SAMLProviderUUID"].startswith("SAMLSP")
    assert len(shown["SAMLProviderUUID"]) >= 22
    assert shown["Tags"] == sorted(given, key=lambda tag: tag["Key"])
    assert shown["AssertionEncryptionMode"] == "Allowed"
    assert shown["PrivateKeyList"] == []
    assert datetime.now(UTC) - shown["CreateDate"] < timedelta(minutes=1)
    assert shown["ValidUntil"].year == shown["CreateDate"].year + 100


def test_without_tags_none_are_in_the_answer(client: Any) -> None:
    made = client.create_saml_provider(Name="Corp", SAMLMetadataDocument=metadata())
    assert "Tags" not in made
    assert client.get_saml_provider(SAMLProviderArn=made["SAMLProviderArn"])["Tags"] == []


def test_the_end_that_metadata_names_is_shown(client: Any) -> None:
    document = metadata(more=' validUntil="2031-02-03T04:05:06Z"')
    arn = client.create_saml_provider(Name="Corp", SAMLMetadataDocument=document)["SAMLProviderArn"]
    shown = client.get_saml_provider(SAMLProviderArn=arn)
    assert shown["ValidUntil"] == datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_providers_are_listed_by_name_without_their_documents(client: Any, cleo: User) -> None:
    arns = [make(client, name) for name in ("b", "a", "B.c_d-e")]
    listed = client.list_saml_providers()["SAMLProviderList"]
    assert sorted(each["Arn"] for each in listed) == sorted(arns)
    assert {*listed[0]} == {"Arn", "ValidUntil", "CreateDate"}


def test_accounts_do_not_see_each_others_providers(iam: Any, client: Any, cleo: User) -> None:
    arn = make(client)
    other = iam(cleo)
    assert other.list_saml_providers()["SAMLProviderList"] == []
    for call in (other.get_saml_provider, other.delete_saml_provider, other.update_saml_provider):
        with refused("AccessDenied", status=403):
            call(SAMLProviderArn=arn)
    assert make(other) != arn


def test_a_name_is_given_once(client: Any, arn: str) -> None:
    with refused("EntityAlreadyExists", "Provider with name Corp already exists.", 409):
        make(client)
    make(client, "corp")


def test_metadata_is_replaced_and_the_rest_stays(client: Any, arn: str) -> None:
    before = client.get_saml_provider(SAMLProviderArn=arn)
    document = metadata(entity_id="https://other.test", more=' validUntil="2031-02-03T04:05:06Z"')
    answer = client.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=document)
    assert answer["SAMLProviderArn"] == arn
    after = client.get_saml_provider(SAMLProviderArn=arn)
    assert after["SAMLMetadataDocument"] == document
    assert after["ValidUntil"].year == 2031
    for member in ("SAMLProviderUUID", "CreateDate", "AssertionEncryptionMode"):
        assert after[member] == before[member]


def test_an_update_of_nothing_is_refused(client: Any, arn: str) -> None:
    words = (
        "Unable to update identity provider. "
        "No updates are defined for metadata or encryption assertion."
    )
    with refused("ValidationError", words, 400):
        client.update_saml_provider(SAMLProviderArn=arn)


def test_an_update_without_metadata_leaves_its_end(client: Any, arn: str) -> None:
    SamlProvider.objects.update(valid_until=datetime(2031, 1, 1, tzinfo=UTC))
    client.update_saml_provider(SAMLProviderArn=arn, AssertionEncryptionMode="Allowed")
    assert client.get_saml_provider(SAMLProviderArn=arn)["ValidUntil"].year == 2031


def test_a_deleted_provider_is_gone_and_trust_in_it_stays(
    client: Any, arn: str, account: Account
) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": arn},
        "Action": "sts:AssumeRoleWithSAML",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    held = make_role(account, "sso", trust=trust)
    client.delete_saml_provider(SAMLProviderArn=arn)
    for call in (client.get_saml_provider, client.delete_saml_provider):
        with refused("NoSuchEntity", f"Manifest not found for arn {arn}", 404):
            call(SAMLProviderArn=arn)
    held.refresh_from_db()
    assert held.trust_policy == trust


HOSTILE = {
    "no XML": "x" * 1000,
    "document type": f"<!DOCTYPE x>{metadata()}",
    "billion laughs": '<!DOCTYPE x [<!ENTITY a "a"><!ENTITY b "&a;&a;">]>' + metadata(),
    "external entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + metadata(),
    "processing instruction": f'<?xml-stylesheet href="x"?>{metadata()}',
    "UTF-16": f'<?xml version="1.0" encoding="UTF-16"?>{metadata()}',
    "byte order mark": f"\ufeff{metadata()}",
    "100,000 deep": "<a>" * 100_000,
    "service provider": metadata().replace("IDPSSODescriptor", "SPSSODescriptor"),
    "no keys": PADDING + entity(role(" ")),
    "two roles": PADDING + entity(role(), role()),
    "eleven keys": entity(role(*(key_descriptor(certificate(n)) for n in range(11)))),
    "garbage certificate": PADDING + entity(role(key_descriptor("AAAA"))),
    "eleven entities": entities(*(entity(entity_id=f"https://{n}.test") for n in range(11))),
    "expired": metadata(more=' validUntil="2020-01-01T00:00:00Z"'),
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE)
def test_metadata_that_cannot_be_used_is_refused(client: Any, arn: str, document: str) -> None:
    """MET-01, MET-03, MET-04, MET-05, MET-06, MET-10 of the catalogue of attacks."""
    with refused("InvalidInput", UNREADABLE, 400):
        client.create_saml_provider(Name="Other", SAMLMetadataDocument=document)
    with refused("InvalidInput", UNREADABLE, 400):
        client.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=document)
    assert SamlProvider.objects.get().metadata == metadata()


def test_an_expired_certificate_is_taken(client: Any) -> None:
    document = PADDING + entity(role(key_descriptor(certificate(days=-1))))
    client.create_saml_provider(Name="Old", SAMLMetadataDocument=document)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Name": "a b"}, "ValidationError"),
        ({"Name": "a/b"}, "ValidationError"),
        ({"Name": "ü"}, "ValidationError"),
        ({"Name": "x" * 129}, "ValidationError"),
        ({"SAMLMetadataDocument": entity(role())[:999]}, "ValidationError"),
        ({"AssertionEncryptionMode": "Never"}, "ValidationError"),
        ({"AddPrivateKey": "x" * 16385}, "ValidationError"),
        ({"Tags": [{"Key": "a", "Value": "1"}] * 2}, "InvalidInput"),
        ({"Tags": [{"Key": "AWS:a", "Value": "1"}]}, "InvalidInput"),
        ({"Tags": [{"Key": str(n), "Value": ""} for n in range(51)]}, "ValidationError"),
    ],
)
def test_what_breaks_a_rule_makes_no_provider(client: Any, given: Any, code: str) -> None:
    """MET-02 is among them: fewer than 1,000 characters."""
    with refused(code, status=400):
        client.create_saml_provider(**{"Name": "Corp", "SAMLMetadataDocument": metadata(), **given})
    assert not SamlProvider.objects.exists()


@pytest.mark.parametrize(
    "arn",
    [
        "x" * 20,
        "arn:aws:iam::{account}:saml-provider/",
        "arn:aws:iam::{account}:saml-provider/a/b",
        "arn:aws:iam::{account}:oidc-provider/a",
        "arn:aws:iam::{account}:user/ana",
        "arn:aws:iam::{account}:saml-provider/Corp\n",
    ],
)
def test_what_is_no_arn_of_a_provider_is_refused(client: Any, account: Account, arn: str) -> None:
    with refused("InvalidInput", status=400):
        client.get_saml_provider(SAMLProviderArn=arn.format(account=account.pk))


def test_an_account_has_a_hundred_providers(client: Any, account: Account) -> None:
    SamlProvider.objects.bulk_create(
        SamlProvider(
            account=account,
            name=f"p{number}",
            uuid=f"SAMLSP{number}",
            metadata="",
            valid_until=Facts().at,
        )
        for number in range(99)
    )
    make(client)
    with refused("LimitExceeded", "Cannot exceed quota for SAMLProvidersPerAccount: 100", 409):
        make(client, "another")
    assert SamlProvider.objects.count() == 100
    assert COUNTERS["Providers"](account) == 100
    assert client.get_account_summary()["SummaryMap"]["Providers"] == 100


def test_a_deleted_account_takes_its_providers_along(client: Any, account: Account) -> None:
    make(client, AddPrivateKey=pem("ec"))
    accounts.delete(account)
    assert not SamlProvider.objects.exists()
    assert not SamlPrivateKey.objects.exists()


def test_the_audit_log_tells_of_a_change(client: Any, arn: str) -> None:
    event = logged().get(name="CreateSAMLProvider")
    assert event.request_parameters == {"name": "Corp", "sAMLMetadataDocument": metadata()}
    assert event.response_elements == {"sAMLProviderArn": arn}


def test_a_provider_is_found_by_the_entities_of_its_metadata_and_by_no_older_ones(
    client: Any, arn: str
) -> None:
    both = PADDING + entities(entity(), entity(entity_id="https://second.example"))
    client.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=both)
    found = SamlProvider.objects.signing_as
    assert [one.arn for one in found(IDP)] == [one.arn for one in found("https://second.example")]
    client.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=metadata())
    assert found(IDP).get().arn == arn
    assert not found("https://second.example").exists()
