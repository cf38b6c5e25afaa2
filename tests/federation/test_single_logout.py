"""Single logout: a session that ends here ends at the provider, and the other way round."""

from __future__ import annotations

import base64
import re
import zlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.test import Client
from django.utils import timezone
from lxml import etree

from federation import service_provider
from federation.checks import Log
from federation.models import FederatedAttempt, SamlProvider, SamlSession, ServiceProviderKey
from federation.saml import signature
from identity.models import Account, Role, TemporarySession, User
from tests.federation import responses
from tests.federation.documents import (
    IDP,
    PADDING,
    POST,
    REDIRECT,
    certificate,
    entity,
    key_descriptor,
)
from tests.federation.documents import role as idp_role
from tests.federation.responses import PERSISTENT, signed, stamp
from tests.federation.saml.catalogue.signing import EC, value_of
from tests.federation.test_saml_sign_in import given, post, sentence, signed_in, trusted_role

SLO = "http://127.0.0.1:8000/saml/logout"
OUT = "https://idp.example.com/out"


def services(*bindings: str) -> str:
    return "".join(
        f'<SingleLogoutService Binding="{binding}" Location="{OUT}" ResponseLocation="{OUT}/done"/>'
        for binding in bindings
    )


def make_provider(account: Account, *bindings: str) -> SamlProvider:
    provider = SamlProvider.objects.create(
        account=account,
        name="Corp",
        metadata=PADDING + entity(idp_role(extra=services(*bindings))),
        valid_until=timezone.now(),
    )
    provider.signs_as([IDP])
    return provider


_MADE: list[ServiceProviderKey] = []


@pytest.fixture
def our_key(db: None) -> None:
    """A key of ours: one for all tests, since it takes a while to find one."""
    if _MADE:
        _MADE[0].save(force_insert=True)
    else:
        _MADE.append(service_provider.add_key(timezone.now()))


@pytest.fixture
def provider(account: Account, our_key: None) -> SamlProvider:
    return make_provider(account, REDIRECT, POST)


@pytest.fixture
def role(provider: SamlProvider) -> Role:
    return trusted_role(provider)


@pytest.fixture
def person(client: Client, role: Role, provider: SamlProvider) -> Client:
    """Somebody's browser, signed in as `alice` of the provider."""
    enter(client, role, provider)
    return client


def enter(client: Client, role: Role, provider: SamlProvider, **more: Any) -> None:
    post(client, responses.response(given((role, provider)), **more))
    client.get("/saml/roles")
    assert signed_in(client) == "ops/alice"


def request(**more: Any) -> str:
    """A LogoutRequest of the provider's, not signed."""
    said: dict[str, Any] = {
        "id": f"_{timezone.now().timestamp()}",
        "at": timezone.now(),
        "to": SLO,
        "issuer": IDP,
        "name": "alice",
        "index": "_s1",
        "format": PERSISTENT,
    } | more
    index = f"<samlp:SessionIndex>{said['index']}</samlp:SessionIndex>" if said["index"] else ""
    return (
        '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
        ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
        f' ID="{said["id"]}" Version="2.0" IssueInstant="{stamp(said["at"])}"'
        f' Destination="{said["to"]}"><saml:Issuer>{said["issuer"]}</saml:Issuer>'
        f'<saml:NameID Format="{said["format"]}">{said["name"]}</saml:NameID>{index}'
        "</samlp:LogoutRequest>"
    )


def query(document: str, name: str = "SAMLRequest", *, relay: str = "", sign: bool = True) -> str:
    """As the redirect binding has it, signed over exactly what is sent."""
    deflated = base64.b64encode(zlib.compress(document.encode())[2:-4]).decode()
    text = f"{name}={quote_plus(deflated)}"
    if relay:
        text += f"&RelayState={quote_plus(relay)}"
    if not sign:
        return text
    text += f"&SigAlg={quote_plus(EC.algorithm)}"
    made = base64.b64encode(value_of(text.encode(), EC)).decode()
    return f"{text}&Signature={quote_plus(made)}"


def ask(client: Client, document: str, **more: Any) -> Any:
    return client.get(f"/saml/logout?{query(document, **more)}")


def sent(location: str, name: str) -> Any:
    """What went out by redirect, after its signature was found to be ours."""
    given = parse_qs(urlsplit(location).query)
    signing = service_provider.signing_key()
    assert signing
    public = signing[1].public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    covered = urlsplit(location).query.partition("&Signature=")[0]
    made = base64.b64decode(given["Signature"][0])
    public.verify(made, covered.encode(), padding.PKCS1v15(), hashes.SHA256())
    return etree.fromstring(zlib.decompress(base64.b64decode(given[name][0]), -15))


# --- from there ----------------------------------------------------------------------------------


def test_the_provider_ends_a_session_of_another_browser(person: Client) -> None:
    """By redirect through whichever browser: cookies play no part."""
    answer = ask(Client(), request(id="_lr1"), relay="x y")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{OUT}/done?SAMLResponse=")
    assert "RelayState=x+y" in answer.headers["Location"]
    told = sent(answer.headers["Location"], "SAMLResponse")
    assert told.get("InResponseTo") == "_lr1"
    assert "status:Success" in etree.tostring(told).decode()
    assert signed_in(person) == ""
    assert not TemporarySession.objects.exists()
    attempt = FederatedAttempt.objects.about(SamlProvider.objects.get())[0]
    assert (attempt.surface, attempt.outcome, attempt.subject) == ("logout", "accepted", "alice")


def test_by_post_it_is_signed_inside_and_answered_by_a_form(
    client: Client, account: Account, our_key: None
) -> None:
    provider = make_provider(account, POST)
    enter(client, trusted_role(provider), provider)
    document = base64.b64encode(signed(request()).encode()).decode()
    answer = Client().post("/saml/logout", {"SAMLRequest": document, "RelayState": "back"})
    assert answer.status_code == 200
    assert "form-action https://idp.example.com;" in answer.headers["Content-Security-Policy"]
    page = answer.content.decode()
    assert f'action="{OUT}/done"' in page
    assert 'name="RelayState" value="back"' in page
    found = re.search(r'name="SAMLResponse" value="([^"]*)"', page)
    assert found
    signing = service_provider.signing_key()
    assert signing
    told = etree.fromstring(base64.b64decode(found[1]))
    assert signature.signed(told, [signing[1]], Log()).get("Destination") == f"{OUT}/done"
    assert signed_in(client) == ""


def test_an_index_names_one_session_and_none_names_all(
    person: Client, role: Role, provider: SamlProvider
) -> None:
    other = Client()
    enter(other, role, provider)
    SamlSession.objects.exclude(pk=SamlSession.objects.latest("pk").pk).update(session_index="x")
    ask(Client(), request())
    assert TemporarySession.objects.count() == 1
    ask(Client(), request(index=""))
    assert TemporarySession.objects.count() == 0


def status(answer: Any) -> str:
    """What our signed answer to the provider says, by redirect."""
    assert answer.status_code == 302, answer.content
    assert answer.headers["Location"].startswith(f"{OUT}/done?SAMLResponse=")
    codes = sent(answer.headers["Location"], "SAMLResponse").findall("{*}Status//{*}StatusCode")
    return " ".join(one.get("Value").rpartition(":")[2] for one in codes)


@pytest.mark.parametrize("own", [True, False], ids=["of this provider", "of all providers"])
@pytest.mark.parametrize(
    "change",
    [
        {"name": "bob"},
        {"name": "alice "},
        {"format": PERSISTENT.replace("persistent", "transient")},
    ],
    ids=["another", "with a space", "another format"],
)
def test_who_is_not_here_is_signed_out_successfully_and_nobody_else_is(
    person: Client, provider: SamlProvider, change: Any, own: bool
) -> None:
    """PRO-40; SAML core, section 3.7.3.2: what was asked for is so, at either address."""
    path = f"/saml/logout/{provider.uuid}" if own else "/saml/logout"
    there = f"http://127.0.0.1:8000{path}"
    assert status(Client().get(f"{path}?{query(request(to=there, **change))}")) == "Success"
    assert signed_in(person) == "ops/alice"
    kept = FederatedAttempt.objects.filter(surface="logout").get()
    assert (kept.outcome, kept.checks[-1]["found"]) == ("accepted", "0")


def test_a_session_that_is_over_is_answered_like_one_that_was_ended(person: Client) -> None:
    TemporarySession.objects.all().delete()
    assert status(ask(Client(), request(id="_late"), relay="x")) == "Success"
    forged = query(request(), sign=False)
    assert Client().get(f"/saml/logout?{forged}").status_code == 403


def test_of_two_accounts_with_one_directory_each_is_asked_for_its_own(
    person: Client, cleo: User, provider: SamlProvider
) -> None:
    """Who registers the same name with keys of its own neither ends nor answers anything."""
    theirs = make_provider(cleo.account, POST)
    theirs.metadata = PADDING + entity(
        idp_role(key_descriptor(certificate(kind="rsa")), extra=services(POST))
    )
    theirs.save()
    assert status(ask(Client(), request(name="bob"))) == "Success"
    assert FederatedAttempt.objects.about(theirs).get().refusal.startswith("SIG_")
    assert status(ask(Client(), request())) == "Success"
    assert signed_in(person) == ""
    assert FederatedAttempt.objects.about(theirs).count() == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"to": "https://other.test/saml/logout"}, "DEST"),
        ({"to": f"{SLO}/x"}, "DEST"),
        ({"at": timedelta(minutes=-6)}, "TIME"),
        ({"at": timedelta(minutes=6)}, "TIME"),
    ],
    ids=["another address", "another provider's", "late", "early"],
)
def test_what_was_signed_must_also_be_right(person: Client, change: Any, reason: str) -> None:
    """PRO-40."""
    if "at" in change:
        change = {"at": timezone.now() + change["at"]}
    answer = ask(Client(), request(**change))
    assert (answer.status_code, sentence(answer).count("Nobody was signed out")) == (403, 1)
    assert signed_in(person) == "ops/alice"
    assert FederatedAttempt.objects.filter(surface="logout").get().refusal == reason


def test_a_stranger_ends_nothing_and_gets_no_answer(person: Client) -> None:
    assert ask(Client(), request(issuer="https://other.test")).status_code == 403
    assert signed_in(person) == "ops/alice"


def test_the_index_of_somebody_else_ends_nothing(person: Client) -> None:
    """PRO-40."""
    assert status(ask(Client(), request(index="_other"))) == "Success"
    assert signed_in(person) == "ops/alice"


def test_who_did_not_sign_ends_nothing(person: Client) -> None:
    """PRO-40: unsigned, signed over something else, and signed inside where that counts nothing."""
    document, other = request(), request(name="bob")
    attempts = [
        query(document, sign=False),
        query(other).replace(query(other, sign=False), query(document, sign=False)),
        query(signed(document), sign=False),
        query(document).replace("ecdsa-sha256", "ecdsa-sha1"),
        query(document).replace("Signature=", "Signature=AAAA"),
        query(document) + "&SAMLRequest=x",
    ]
    for one in attempts:
        assert Client().get(f"/saml/logout?{one}").status_code == 403
    posted = base64.b64encode(document.encode()).decode()
    assert Client().post("/saml/logout", {"SAMLRequest": posted}).status_code == 403
    assert signed_in(person) == "ops/alice"


def test_a_request_is_taken_once(person: Client, role: Role, provider: SamlProvider) -> None:
    """PRO-40: a replay ends no later session."""
    again = query(request())
    assert Client().get(f"/saml/logout?{again}").status_code == 302
    enter(person, role, provider)
    assert Client().get(f"/saml/logout?{again}").status_code == 403
    assert signed_in(person) == "ops/alice"


def test_a_little_that_inflates_to_much_is_not_read(person: Client) -> None:
    """DOS-07."""
    bomb = base64.b64encode(zlib.compress(b"<a>" + b" " * 50_000_000, 9)[2:-4]).decode()
    assert Client().get("/saml/logout", {"SAMLRequest": bomb}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "*", "AAAA", "PGE+", base64.b64encode(b"\xff").decode()])
def test_garbage_gets_a_page(client: Client, value: str) -> None:
    for name in ("SAMLRequest", "SAMLResponse"):
        assert client.get("/saml/logout", {name: value}).status_code == 403
        assert client.post("/saml/logout", {name: value}).status_code == 403
    assert client.get("/saml/logout").status_code == 403


# --- from here -----------------------------------------------------------------------------------


def leave(person: Client) -> str:
    assert "Sign out here and at Corp" in sentence(person.get("/sign-out"))
    answer = person.post("/sign-out", {"provider": "1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-out/provider")
    assert signed_in(person) == ""
    return str(person.get("/sign-out/provider").content.decode())


def test_signing_out_here_leads_on_to_the_provider_and_back(person: Client) -> None:
    page = leave(person)
    found = re.search(r'content="0; url=([^"]*)"', page)
    assert found
    asked = sent(found[1].replace("&amp;", "&"), "SAMLRequest")
    assert asked.findtext("{*}NameID") == "alice"
    assert asked.findtext("{*}SessionIndex") == "_s1"
    answer = ask(Client(), answered(asked.get("ID")), name="SAMLResponse")
    assert "Here and at Corp." in sentence(answer)
    assert person.get("/sign-out/provider").headers["Location"] == "/signed-out"


def answered(request_id: str, status: str = "Success") -> str:
    return (
        '<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
        f' ID="_lo" Version="2.0" IssueInstant="{stamp(timezone.now())}" Destination="{SLO}"'
        f' InResponseTo="{request_id}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:'
        f'assertion">{IDP}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:'
        f'SAML:2.0:status:{status}"/></samlp:Status></samlp:LogoutResponse>'
    )


def test_a_provider_that_did_not_sign_out_is_said_so(person: Client) -> None:
    found = re.search(r'content="0; url=([^"]*)"', leave(person))
    assert found
    asked = sent(found[1].replace("&amp;", "&"), "SAMLRequest").get("ID")
    told = ask(Client(), answered(asked, "Responder"), name="SAMLResponse")
    assert "Corp did not sign you out everywhere" in sentence(told)
    for other in (asked[:-1] + "x", "_x", f"_{'a' * 60}"):
        assert ask(Client(), answered(other), name="SAMLResponse").status_code == 403
    unsigned = query(answered(asked), "SAMLResponse", sign=False)
    assert Client().get(f"/saml/logout?{unsigned}").status_code == 403


def test_by_post_our_request_is_a_form(client: Client, account: Account, our_key: None) -> None:
    provider = make_provider(account, POST)
    enter(client, trusted_role(provider), provider)
    page = leave(client)
    assert f'<form method="post" action="{OUT}" data-send>' in page
    found = re.search(r'name="SAMLRequest" value="([^"]*)"', page)
    signing = service_provider.signing_key()
    assert found
    assert signing
    document = etree.fromstring(base64.b64decode(found[1]))
    read: x509.Certificate = signing[1]
    assert signature.signed(document, [read], Log()).findtext("{*}NameID") == "alice"


def test_signing_out_here_alone_asks_nobody(person: Client) -> None:
    assert person.post("/sign-out").headers["Location"] == "/signed-out"


def test_a_provider_without_logout_is_not_offered(
    client: Client, account: Account, our_key: None
) -> None:
    provider = make_provider(account)
    enter(client, trusted_role(provider), provider)
    assert "Sign out here and at" not in sentence(client.get("/sign-out"))
    assert client.post("/sign-out", {"provider": "1"}).headers["Location"] == "/signed-out"


def test_without_a_key_of_ours_nothing_is_offered(client: Client, account: Account) -> None:
    provider = make_provider(account, REDIRECT)
    enter(client, trusted_role(provider), provider)
    assert "Sign out here and at" not in sentence(client.get("/sign-out"))
    assert "SingleLogoutService" not in client.get("/static/saml-metadata.xml").content.decode()
    assert "ended your session here" in sentence(ask(Client(), request()))
    assert signed_in(client) == ""


def test_our_metadata_names_where_logouts_go(client: Client, provider: SamlProvider) -> None:
    text = client.get(f"/static/saml/{provider.uuid}/saml-metadata.xml").content.decode()
    for binding in (REDIRECT, POST):
        assert f'Binding="{binding}" Location="{SLO}/{provider.uuid}"' in text
