"""Providers on both databases: one of many is made, and no race passes a limit."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from federation.models import OidcProvider, SamlProvider
from identity.models import Account, User
from tests.databases.racing import THREADS, iam, race
from tests.federation.documents import metadata, pem

DOCUMENT = metadata()


def saml(client: Any, name: str) -> None:
    client.create_saml_provider(Name=name, SAMLMetadataDocument=DOCUMENT)


def test_one_of_many_makes_a_provider_of_a_name(ana: User) -> None:
    outcome = race(lambda _: saml(iam(ana), "Corp"))
    assert outcome == {"won": 1, "EntityAlreadyExists": THREADS - 1}
    assert SamlProvider.objects.count() == 1


def test_one_of_many_makes_a_provider_of_a_url(ana: User) -> None:
    url = "https://idp.example.com"
    outcome = race(lambda _: iam(ana).create_open_id_connect_provider(Url=url))
    assert outcome == {"won": 1, "EntityAlreadyExists": THREADS - 1}
    assert OidcProvider.objects.count() == 1


def test_one_of_many_makes_the_hundredth_provider(ana: User, account: Account) -> None:
    SamlProvider.objects.bulk_create(
        SamlProvider(
            account=account,
            name=f"p{number}",
            uuid=f"SAMLSP{number}",
            metadata="",
            valid_until=timezone.now(),
        )
        for number in range(99)
    )
    outcome = race(lambda number: saml(iam(ana), f"new{number}"))
    assert outcome == {"won": 1, "LimitExceeded": THREADS - 1}
    assert SamlProvider.objects.count() == 100


def test_one_of_many_adds_the_second_private_key(ana: User) -> None:
    saml(iam(ana), "Corp")
    arn, key = SamlProvider.objects.get().arn, pem("ec")
    iam(ana).update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=key)
    outcome = race(lambda _: iam(ana).update_saml_provider(SAMLProviderArn=arn, AddPrivateKey=key))
    assert outcome == {"won": 1, "LimitExceeded": THREADS - 1}


def test_every_client_id_that_is_added_at_once_stays(ana: User) -> None:
    made = iam(ana).create_open_id_connect_provider(Url="https://idp.example.com")
    arn = made["OpenIDConnectProviderArn"]
    outcome = race(
        lambda number: iam(ana).add_client_id_to_open_id_connect_provider(
            OpenIDConnectProviderArn=arn, ClientID=str(number)
        )
    )
    assert outcome == {"won": THREADS}
    assert sorted(OidcProvider.objects.get().client_ids) == [str(n) for n in range(THREADS)]
