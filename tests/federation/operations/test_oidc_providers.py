"""OpenID Connect providers: made from a URL, shown, changed and deleted; nothing is fetched."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation.models import OidcProvider
from identity import accounts
from identity.models import Account, User
from tests.refusals import refused

URL = "https://idp.example.com/Tenant"
PRINT = "0123456789ABCDEF0123456789abcdef01234567"


@pytest.fixture
def client(iam: Any, ana: User) -> Any:
    return iam(ana)


@pytest.fixture
def arn(client: Any) -> str:
    return make(client)


def make(client: Any, url: str = URL, **more: Any) -> str:
    made = client.create_open_id_connect_provider(Url=url, **more)
    return str(made["OpenIDConnectProviderArn"])


def shown(client: Any, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    found.pop("ResponseMetadata")
    return found


def test_a_provider_is_made_and_shown(client: Any, account: Account) -> None:
    given = [{"Key": "b", "Value": "1"}, {"Key": "B", "Value": "2"}]
    made = client.create_open_id_connect_provider(
        Url=URL, ClientIDList=["web", "app", "web"], ThumbprintList=[PRINT], Tags=given
    )
    arn = made["OpenIDConnectProviderArn"]
    assert arn == f"arn:aws:iam::{account.pk}:oidc-provider/idp.example.com/Tenant"
    assert made["Tags"] == given
    found = shown(client, arn)
    assert datetime.now(UTC) - found.pop("CreateDate") < timedelta(minutes=1)
    assert found == {
        "Url": "idp.example.com/Tenant",
        "ClientIDList": ["web", "app"],
        "ThumbprintList": [PRINT.lower()],
        "Tags": sorted(given, key=lambda tag: tag["Key"]),
    }


def test_nothing_is_fetched_where_thumbprints_are_left_out(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    found = shown(client, make(client))
    assert found["ClientIDList"] == found["ThumbprintList"] == found["Tags"] == []


def test_a_url_is_given_once_and_spelled_otherwise_is_another(client: Any, arn: str) -> None:
    with refused("EntityAlreadyExists", f"Provider with url {URL} already exists.", 409):
        make(client)
    with refused("EntityAlreadyExists", status=409):
        make(client, "https://idp.example.com:443/Tenant")
    others = [make(client, url) for url in (URL + "/", URL.lower(), URL.replace("idp", "IDP"))]
    listed = client.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert sorted(each["Arn"] for each in listed) == sorted([arn, *others])
    assert {*listed[0]} == {"Arn"}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://idp.example.com", "InvalidInput"),
        ("https://idp.example.com?a=b", "InvalidInput"),
        ("https://idp.example.com#a", "InvalidInput"),
        ("https://u:p@idp.example.com", "InvalidInput"),
        ("https://192.0.2.1", "InvalidInput"),
        ("https://[::1]", "InvalidInput"),
        ("https://bücher.example", "InvalidInput"),
        ("https://idp.example.com/../x", "InvalidInput"),
        ("https://", "InvalidInput"),
        ("arn:aws:iam::1:user/x", "InvalidInput"),
        ("", "ValidationError"),
        ("https://idp.example.com/" + "x" * 232, "ValidationError"),
    ],
)
def test_other_urls_are_refused(client: Any, url: str, code: str) -> None:
    with refused(code, status=400):
        make(client, url)
    assert not OidcProvider.objects.exists()


@pytest.mark.parametrize(
    ("given", "code", "status"),
    [
        ({"ThumbprintList": [PRINT] * 6}, "InvalidInput", 400),
        ({"ThumbprintList": [PRINT[1:]]}, "ValidationError", 400),
        ({"ThumbprintList": [PRINT + "0"]}, "ValidationError", 400),
        ({"ClientIDList": [""]}, "ValidationError", 400),
        ({"ClientIDList": ["x" * 256]}, "ValidationError", 400),
        ({"ClientIDList": ["a\nb"]}, "InvalidInput", 400),
        ({"ClientIDList": [str(number) for number in range(101)]}, "LimitExceeded", 409),
        ({"Tags": [{"Key": "aws:a", "Value": "1"}]}, "InvalidInput", 400),
        ({"Tags": [{"Key": "a", "Value": "1"}] * 2}, "InvalidInput", 400),
    ],
)
def test_what_breaks_a_rule_makes_no_provider(
    client: Any, given: Any, code: str, status: int
) -> None:
    with refused(code, status=status):
        make(client, **given)
    assert not OidcProvider.objects.exists()


def test_client_ids_come_and_go_however_often(client: Any, arn: str) -> None:
    for _ in range(2):
        client.add_client_id_to_open_id_connect_provider(
            OpenIDConnectProviderArn=arn, ClientID="web"
        )
    assert shown(client, arn)["ClientIDList"] == ["web"]
    for _ in range(2):
        client.remove_client_id_from_open_id_connect_provider(
            OpenIDConnectProviderArn=arn, ClientID="web"
        )
    assert shown(client, arn)["ClientIDList"] == []


def test_a_provider_has_a_hundred_client_ids(client: Any) -> None:
    known = [str(number) for number in range(100)]
    arn = make(client, ClientIDList=known)
    words = "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"
    with refused("LimitExceeded", words, 409):
        client.add_client_id_to_open_id_connect_provider(
            OpenIDConnectProviderArn=arn, ClientID="another"
        )
    client.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="7")
    assert shown(client, arn)["ClientIDList"] == known


def test_thumbprints_are_replaced_as_a_whole(client: Any) -> None:
    arn = make(client, ThumbprintList=[PRINT])
    change = client.update_open_id_connect_provider_thumbprint
    change(OpenIDConnectProviderArn=arn, ThumbprintList=["f" * 40, "e" * 40])
    assert shown(client, arn)["ThumbprintList"] == ["f" * 40, "e" * 40]
    words = "Thumbprint list must contain fewer than 5 entries."
    with refused("InvalidInput", words, 400):
        change(OpenIDConnectProviderArn=arn, ThumbprintList=["f" * 40] * 6)
    with refused("InvalidInput", status=400):
        change(OpenIDConnectProviderArn=arn, ThumbprintList=[])
    change(OpenIDConnectProviderArn=arn, ThumbprintList=["f" * 40] * 5)


CALLS = [
    ("get_open_id_connect_provider", {}),
    ("delete_open_id_connect_provider", {}),
    ("add_client_id_to_open_id_connect_provider", {"ClientID": "x"}),
    ("remove_client_id_from_open_id_connect_provider", {"ClientID": "x"}),
    ("update_open_id_connect_provider_thumbprint", {"ThumbprintList": ["f" * 40]}),
]


@pytest.mark.parametrize(("verb", "more"), CALLS)
def test_a_provider_that_is_gone_is_not_found(
    client: Any, arn: str, verb: str, more: dict[str, Any]
) -> None:
    client.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    with refused("NoSuchEntity", f"OpenIDConnect Provider not found for arn {arn}", 404):
        getattr(client, verb)(OpenIDConnectProviderArn=arn, **more)


@pytest.mark.parametrize(("verb", "more"), CALLS)
def test_a_provider_of_another_account_is_out_of_reach(
    iam: Any, cleo: User, arn: str, verb: str, more: dict[str, Any]
) -> None:
    with refused("AccessDenied", status=403):
        getattr(iam(cleo), verb)(OpenIDConnectProviderArn=arn, **more)
    assert OidcProvider.objects.get().client_ids == []


def test_accounts_may_know_the_same_provider(iam: Any, cleo: User, arn: str) -> None:
    assert iam(cleo).list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    assert make(iam(cleo)) != arn


@pytest.mark.parametrize(
    "arn", ["x" * 20, "arn:aws:iam::{}:oidc-provider/", "arn:aws:iam::{}:saml-provider/x"]
)
def test_what_is_no_arn_of_a_provider_is_refused(client: Any, account: Account, arn: str) -> None:
    with refused("InvalidInput", status=400):
        shown(client, arn.format(account.pk))


def test_an_account_has_a_hundred_providers(client: Any, account: Account) -> None:
    OidcProvider.objects.bulk_create(
        OidcProvider(account=account, url=f"{number}.example.com") for number in range(99)
    )
    make(client)
    words = "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100"
    with refused("LimitExceeded", words, 409):
        make(client, "https://another.example.com")
    assert OidcProvider.objects.count() == 100
    assert client.get_account_summary()["SummaryMap"]["Providers"] == 100


def test_a_deleted_account_takes_its_providers_along(arn: str, account: Account) -> None:
    accounts.delete(account)
    assert not OidcProvider.objects.exists()
