"""Signing in to the console by SAML: from the provider's post to a role's session."""

from __future__ import annotations

import base64
import json
import re
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from federation import private_keys
from federation.models import (
    FederatedAttempt,
    PendingSignIn,
    SamlProvider,
    SamlRequest,
    SamlSignOn,
    SeenAssertion,
)
from identity.models import Account, Role, TemporarySession, User
from tests.events import logged
from tests.factories import make_account, make_role
from tests.federation import documents, responses
from tests.federation.documents import metadata
from tests.federation.oidc.tokens import ORDERS
from tests.federation.responses import ACS, encoded
from tests.federation.saml.test_encryption import encrypted

OTHER_KEYS = documents.PADDING + documents.entity(
    documents.role(documents.key_descriptor(documents.certificate(kind="rsa")))
)
INVALID = "Your request included an invalid SAML response. To logout, click here."


def make_provider(account: Account, name: str = "Corp", **sign_on: Any) -> SamlProvider:
    provider = SamlProvider.objects.create(
        account=account, name=name, metadata=metadata(), valid_until=timezone.now()
    )
    if sign_on:
        SamlSignOn.objects.create(provider=provider, **sign_on)
    return provider


def trusted_role(provider: SamlProvider, name: str = "ops", *actions: str) -> Role:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider.arn},
        "Action": ["sts:AssumeRoleWithSAML", *actions],
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return make_role(provider.account, name, trust=trust, allow="*")


@pytest.fixture
def provider(account: Account) -> SamlProvider:
    return make_provider(account)


@pytest.fixture
def role(provider: SamlProvider) -> Role:
    return trusted_role(provider)


def given(*pairs: tuple[Role, SamlProvider], **more: Any) -> dict[str, Any]:
    values = [f"{role.arn},{provider.arn}" for role, provider in pairs]
    return {"Role": values, "RoleSessionName": "alice", **more}


def post(client: Client, document: str, path: str = "/saml", **fields: str) -> Any:
    return client.post(path, {"SAMLResponse": encoded(document), **fields})


def signed_in(client: Client) -> str:
    """The name that the pages show, or "" when nobody is signed in."""
    response = client.get("/home")
    return str(response.context["caller"].name) if response.status_code == 200 else ""


def sentence(response: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.replace("&#x27;", "'").split())


def test_one_role_leads_straight_in(client: Client, role: Role, provider: SamlProvider) -> None:
    arrived = post(client, responses.response(given((role, provider))))
    assert (arrived.status_code, arrived.headers["Location"]) == (303, "/saml/roles")
    assert "sid" not in arrived.cookies
    entered = client.get("/saml/roles")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/home")
    assert signed_in(client) == "ops/alice"
    row = TemporarySession.objects.get()
    assert (row.operation, row.federated_provider) == ("AssumeRoleWithSAML", provider.arn)
    assert not PendingSignIn.objects.exists()


def test_the_sign_in_is_in_both_logs(client: Client, role: Role, provider: SamlProvider) -> None:
    post(client, responses.response(given((role, provider))))
    client.get("/saml/roles")
    names = set(logged().values_list("name", flat=True))
    assert names >= {"AssumeRoleWithSAML", "ConsoleLogin"}
    login = logged().get(name="ConsoleLogin")
    assert login.user_identity["type"] == "AssumedRole"
    assert login.describe()["additionalEventData"]["SamlProviderArn"] == provider.arn
    attempt = FederatedAttempt.objects.get()
    assert (attempt.outcome, attempt.surface, attempt.subject) == ("accepted", "console", "alice")
    assert attempt.role_arn == role.arn
    assert attempt.key_id == TemporarySession.objects.get().pk


def test_several_roles_are_a_choice_by_account(client: Client, provider: SamlProvider) -> None:
    partner = make_provider(make_account("Partner", "root@partner.test", alias="partner"))
    ours, theirs = trusted_role(provider), trusted_role(partner, "audit")
    post(client, responses.response(given((ours, provider), (theirs, partner))))
    page = client.get("/saml/roles")
    assert page.status_code == 200
    assert [len(options) for _account, options in page.context["accounts"]] == [1, 1]
    assert page.content.count(b'type="radio"') == 2
    assert page.content.count(b"<fieldset") == 2
    chosen = client.post("/saml/roles", {"role": theirs.arn})
    assert chosen.status_code == 303
    assert signed_in(client) == "audit/alice"
    assert TemporarySession.objects.get().federated_provider == partner.arn


def test_the_choice_wants_a_choice_and_only_what_was_offered(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    other, secret = trusted_role(provider, "dev"), trusted_role(provider, "secret")
    post(client, responses.response(given((role, provider), (other, provider))))
    assert client.post("/saml/roles", {}).status_code == 422
    assert client.post("/saml/roles", {"role": secret.arn}).status_code == 403
    assert signed_in(client) == ""


def test_the_choice_is_protected_against_other_sites(role: Role, provider: SamlProvider) -> None:
    strict = Client(enforce_csrf_checks=True)
    other = trusted_role(provider, "dev")
    post(strict, responses.response(given((role, provider), (other, provider))))
    assert strict.post("/saml/roles", {"role": role.arn}).status_code == 400
    assert not TemporarySession.objects.exists()


def test_a_response_is_taken_once(client: Client, role: Role, provider: SamlProvider) -> None:
    document = responses.response(given((role, provider)))
    assert post(client, document).status_code == 303
    again = post(Client(), document)
    assert again.status_code == 403
    assert "The assertion was used before" in sentence(again)
    assert SeenAssertion.objects.count() == 1


def test_the_other_form_of_its_signature_makes_a_response_no_new_one(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    """docs/decisions/0008: of (r, s) anybody makes (r, n - s)."""
    document = responses.response(given((role, provider)))
    found = re.search(r"<ds:SignatureValue>([^<]*)<", document)
    assert found
    raw = base64.b64decode(found[1])
    turned = raw[:32] + (ORDERS["P-256"] - int.from_bytes(raw[32:])).to_bytes(32)
    other = document.replace(found[1], base64.b64encode(turned).decode())
    assert post(client, other).status_code == 303
    assert "The assertion was used before" in sentence(post(Client(), document))


def test_the_choice_is_made_once(client: Client, role: Role, provider: SamlProvider) -> None:
    post(client, responses.response(given((role, provider))))
    copied = Client()
    copied.cookies["saml"] = client.cookies["saml"].value
    assert client.get("/saml/roles").status_code == 303
    assert copied.get("/saml/roles").status_code == 403
    assert TemporarySession.objects.count() == 1


def test_without_the_cookie_there_is_nothing_to_choose(role: Role, provider: SamlProvider) -> None:
    post(Client(), responses.response(given((role, provider))))
    assert Client().get("/saml/roles").status_code == 403


def test_five_minutes_later_the_choice_is_over(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    post(client, responses.response(given((role, provider))))
    PendingSignIn.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/saml/roles").status_code == 403


@pytest.mark.parametrize("what", ["deleted", "keys", "issuer"])
def test_a_provider_that_changed_meanwhile_proves_nothing(
    client: Client, role: Role, provider: SamlProvider, what: str
) -> None:
    post(client, responses.response(given((role, provider))))
    if what == "deleted":
        provider.delete()
    else:
        more = {"entity_id": "https://new.example.com"} if what == "issuer" else {}
        provider.metadata = metadata(**more) if more else OTHER_KEYS
        provider.save()
    assert client.get("/saml/roles").status_code == 403
    assert not TemporarySession.objects.exists()


def test_a_trust_that_was_withdrawn_meanwhile_lets_nobody_in(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    post(client, responses.response(given((role, provider))))
    role.trust_policy = make_role(provider.account, "plain").trust_policy
    role.save()
    page = client.get("/saml/roles")
    assert page.status_code == 403
    assert "Not authorized to perform sts:AssumeRoleWithSAML" in sentence(page)
    assert role.arn in sentence(page)


def test_no_usable_role_says_why_of_each(
    client: Client, account: Account, provider: SamlProvider
) -> None:
    closed, long = make_role(account, "closed"), trusted_role(provider, "long")
    pairs = (closed, provider), (long, provider)
    post(client, responses.response(given(*pairs, SessionDuration="43200")))
    page = client.get("/saml/roles")
    assert page.status_code == 403
    assert "exceeds the MaxSessionDuration set for this role" in sentence(page)
    assert closed.arn in sentence(page)
    assert str(FederatedAttempt.objects.get().pk) in sentence(page)


def test_another_account_s_role_is_not_offered(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    partner = make_provider(make_account("Partner", "root@partner.test"))
    stolen = trusted_role(partner, "Admin")
    crossed = f"{stolen.arn},{provider.arn}"
    ours = f"{role.arn},{provider.arn}"
    post(client, responses.response({"Role": [crossed, ours], "RoleSessionName": "alice"}))
    client.get("/saml/roles")
    assert signed_in(client) == "ops/alice"


def test_tags_and_source_identity_come_along(client: Client, provider: SamlProvider) -> None:
    role = trusted_role(provider, "ops", "sts:TagSession", "sts:SetSourceIdentity")
    more = {"PrincipalTag:team": "blue", "TransitiveTagKeys": "team", "SourceIdentity": "alice"}
    post(client, responses.response(given((role, provider), **more)))
    client.get("/saml/roles")
    row = TemporarySession.objects.get()
    assert (row.tags, row.transitive_keys, row.source_identity) == (
        {"team": "blue"},
        ["team"],
        "alice",
    )


def test_the_session_lasts_as_the_provider_says(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    post(client, responses.response(given((role, provider), SessionDuration="1800")))
    client.get("/saml/roles")
    row = TemporarySession.objects.get()
    assert (row.expires_at - row.issued_at).total_seconds() == 1800


# --- what is refused at the door -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"audience": "https://other.test"}, "Response does not contain the required audience."),
        ({"acs": "https://other.test/saml"}, INVALID),
        ({"issuer": "https://other.test"}, "Issuer not present in specified provider"),
    ],
    ids=str,
)
def test_a_response_for_somebody_else_is_refused(
    client: Client, role: Role, provider: SamlProvider, more: Any, told: str
) -> None:
    page = post(client, responses.response(given((role, provider)), **more))
    assert page.status_code == 403
    assert told in sentence(page)
    attempt = FederatedAttempt.objects.get()
    assert str(attempt.pk) in sentence(page)
    assert attempt.outcome == "refused"
    assert attempt.document


def test_an_old_response_is_refused(client: Client, role: Role, provider: SamlProvider) -> None:
    old = datetime.now(UTC) - timedelta(minutes=6)
    page = post(client, responses.response(given((role, provider)), now=old))
    assert "Response has expired" in sentence(page)


def test_a_changed_response_is_refused(client: Client, role: Role, provider: SamlProvider) -> None:
    document = responses.response(given((role, provider))).replace(">alice<", ">admin<")
    page = post(client, document)
    assert "Response signature invalid" in sentence(page)
    assert not PendingSignIn.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"SAMLResponse": ""},
        {"SAMLResponse": "!"},
        {"SAMLResponse": "PHg+"},
        {"SAMLResponse": ["YQ==", "YQ=="]},
        {"SAMLResponse": "A" * 400_000},
    ],
    ids=lambda fields: str(fields)[:40],
)
@pytest.mark.django_db
def test_what_is_no_response_gets_one_sentence(client: Client, fields: Any) -> None:
    page = client.post("/saml", fields)
    assert page.status_code == 403
    assert INVALID in sentence(page)


def test_a_provider_that_is_not_there_is_said_so(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    document = responses.response(given((role, provider)))
    provider.delete()
    page = post(client, document)
    assert "Specified provider doesn't exist" in sentence(page)


@pytest.mark.django_db
def test_responses_come_by_post_only(client: Client) -> None:
    assert client.get("/saml").status_code == 405


def test_the_address_of_one_provider_is_for_it_alone(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    other = make_provider(provider.account, "Other")
    path = f"/saml/acs/{provider.uuid}"
    document = responses.response(given((role, provider)), acs=f"http://127.0.0.1:8000{path}")
    assert post(client, document, f"/saml/acs/{other.uuid}").status_code == 403
    assert post(client, document, path).status_code == 303
    assert client.get("/saml/roles").status_code == 303
    general = responses.response(given((role, provider)), acs=ACS)
    assert post(client, general, path).status_code == 403


# --- where to go afterwards -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relay", "after"),
    [
        ("/iam/users?path=/x/", "/iam/users?path=/x/"),
        ("http://127.0.0.1:8000/iam/roles", "/iam/roles"),
        ("https://evil.test/", "/home"),
        ("//evil.test", "/home"),
        ("/\\evil.test", "/home"),
        ("javascript:alert(1)", "/home"),
        ("data:text/html,x", "/home"),
        ("/x%0d%0aSet-Cookie:%20a=b" + "x" * 80, "/home"),
        ("/x\r\nSet-Cookie: a=b", "/home"),
        ("/\tevil.test", "/home"),
        ("http://127.0.0.1:8000@evil.test/", "/home"),
        ("/sign-out", "/home"),
        ("", "/home"),
    ],
)
def test_relay_state_leads_to_pages_of_ours_only(
    client: Client, role: Role, provider: SamlProvider, relay: str, after: str
) -> None:
    post(client, responses.response(given((role, provider))), RelayState=relay)
    entered = client.get("/saml/roles")
    assert entered.headers["Location"] == after
    assert "Set-Cookie: a" not in str(entered.headers)


# --- beside another session ------------------------------------------------------------------


def test_another_session_ends_only_after_a_word(
    client: Client, role: Role, provider: SamlProvider, ana: User
) -> None:
    client.force_login(ana, backend="identity.backends.ByKey")
    begin_session(client)
    assert signed_in(client) == "ana"
    post(client, responses.response(given((role, provider))))
    page = client.get("/saml/roles")
    assert page.status_code == 200
    assert "You must first log out" in sentence(page)
    assert signed_in(client) == "ana"
    assert client.post("/saml/roles", {"role": role.arn}).status_code == 303
    assert signed_in(client) == "ops/alice"


def begin_session(client: Client) -> None:
    """What a sign-in by password keeps beside the user."""
    session = client.session
    now = timezone.now().isoformat()
    session.update({"started_at": now, "seen_at": now, "mfa_at": None})
    session.save()


def test_a_refused_response_ends_no_session(
    client: Client, role: Role, provider: SamlProvider, ana: User
) -> None:
    client.force_login(ana, backend="identity.backends.ByKey")
    begin_session(client)
    document = responses.response(given((role, provider))).replace(">alice<", ">admin<")
    assert post(client, document).status_code == 403
    assert signed_in(client) == "ana"


def test_signing_out_ends_the_credentials_and_leads_back_to_the_provider(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    post(client, responses.response(given((role, provider))))
    client.get("/saml/roles")
    client.post("/sign-out")
    assert not TemporarySession.objects.exists()
    page = client.get("/signed-out")
    assert f"/sign-in/saml/{provider.account_id}/Corp".encode() in page.content


def test_a_session_that_is_over_leads_back_to_the_provider(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    post(client, responses.response(given((role, provider))))
    client.get("/saml/roles")
    TemporarySession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = client.get("/home", follow=True)
    assert page.redirect_chain[-1][0].startswith("/session-expired")
    assert f"/sign-in/saml/{provider.account_id}/Corp".encode() in page.content
    assert b'type="password"' not in page.content


# --- when it begins here ------------------------------------------------------------------------


def begin(client: Client, provider: SamlProvider, **query: str) -> SamlRequest:
    response = client.get(f"/sign-in/saml/{provider.account_id}/{provider.name}", query)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("https://idp.example.com/saml/sso?SAMLRequest=")
    return SamlRequest.objects.get()


def test_a_sign_in_that_began_here_ends_where_it_was_going(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    request = begin(client, provider, next="/iam/users")
    document = responses.response(given((role, provider)), answers=request.pk)
    post(client, document, RelayState="/iam/roles")
    entered = client.get("/saml/roles")
    assert entered.headers["Location"] == "/iam/users"
    assert not SamlRequest.objects.exists()


def test_a_sign_in_that_began_in_another_browser_does_not_end_here(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    request = begin(Client(), provider)
    post(client, responses.response(given((role, provider)), answers=request.pk))
    assert client.get("/saml/roles").status_code == 403
    assert not TemporarySession.objects.exists()


def test_a_request_is_answered_once_and_by_its_own_provider(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    other = make_provider(provider.account, "Other")
    foreign = trusted_role(other, "foreign")
    request = begin(client, provider)
    crossed = responses.response(given((foreign, other)), answers=request.pk)
    assert post(client, crossed).status_code == 403
    first, second = (
        responses.response(given((role, provider)), answers=request.pk) for _ in range(2)
    )
    assert post(client, first).status_code == 303
    assert post(client, second).status_code == 403
    assert FederatedAttempt.objects.first()


@pytest.mark.parametrize(("ago", "status"), [(0, 303), (170, 303), (190, 403), (36_000, 403)])
def test_where_a_new_sign_in_is_asked_for_an_older_one_is_refused(
    client: Client, role: Role, provider: SamlProvider, ago: int, status: int
) -> None:
    """PRO-26: ForceAuthn, with the grace of clocks that differ."""
    SamlSignOn.objects.create(provider=provider, fresh=True)
    there = f"/sign-in/saml/{provider.account_id}/{provider.name}"
    sent = parse_qs(urlsplit(client.get(there).headers["Location"]).query)["SAMLRequest"][0]
    assert b' ForceAuthn="true"' in zlib.decompress(base64.b64decode(sent), -15)
    request = SamlRequest.objects.get()
    now = timezone.now()
    text = responses.assertion(given((role, provider)), now=now, answers=request.pk)
    instant = responses.stamp(now - timedelta(seconds=ago))
    text = text.replace(f'AuthnInstant="{responses.stamp(now)}"', f'AuthnInstant="{instant}"')
    arrived = post(client, responses.enclosed(responses.signed(text), answers=request.pk))
    assert arrived.status_code == status
    if status == 403:
        assert FederatedAttempt.objects.get().refusal == "AUTHN"
        assert client.get("/saml/roles").status_code == 403


def test_an_old_request_is_not_answered_any_more(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    request = begin(client, provider)
    SamlRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    document = responses.response(given((role, provider)), answers=request.pk)
    assert post(client, document).status_code == 403


def test_a_provider_that_may_not_begin_is_asked_first(client: Client, account: Account) -> None:
    provider = make_provider(account, unsolicited=False)
    role = trusted_role(provider)
    assert post(client, responses.response(given((role, provider)))).status_code == 403
    assert FederatedAttempt.objects.get().refusal == "IRT"
    request = begin(client, provider)
    document = responses.response(given((role, provider)), answers=request.pk)
    assert post(client, document).status_code == 303
    assert client.get("/saml/roles").status_code == 303


def test_a_test_ends_in_the_log_without_a_session(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    request = begin(client, provider, next="/iam/providers")
    SamlRequest.objects.update(test=True)
    document = responses.response(given((role, provider)), answers=request.pk)
    arrived = post(client, document)
    attempt = FederatedAttempt.objects.get()
    assert arrived.headers["Location"] == f"/iam/providers?attempt={attempt.pk}"
    assert attempt.surface == "test"
    assert not PendingSignIn.objects.exists()
    assert not TemporarySession.objects.exists()


@pytest.mark.parametrize("path", ["123456789012/Corp", "nobody/Corp", "example/Nobody"])
def test_a_provider_that_is_not_there_has_no_way_in(
    client: Client, provider: SamlProvider, path: str
) -> None:
    assert client.get(f"/sign-in/saml/{path}").status_code == 404


def test_the_sign_in_page_offers_what_the_account_shows(client: Client, account: Account) -> None:
    make_provider(account, "Shown", button=True)
    make_provider(account, "Hidden")
    page = client.get("/sign-in/example?next=/iam/users")
    assert "/sign-in/saml/example/Shown?next=/iam/users" in page.content.decode()
    assert "Sign in with Shown" in sentence(page)
    assert "Hidden" not in sentence(page)


def test_our_metadata_names_addresses_and_keys(client: Client, provider: SamlProvider) -> None:
    general = client.get("/static/saml-metadata.xml")
    assert general.status_code == 200
    assert 'Location="http://127.0.0.1:8000/saml"' in general.content.decode()
    own = client.get(f"/static/saml/{provider.uuid}/saml-metadata.xml").content.decode()
    assert f'Location="http://127.0.0.1:8000/saml/acs/{provider.uuid}"' in own
    assert client.get("/static/saml/SAMLSPNONE/saml-metadata.xml").status_code == 404


def test_an_encrypted_answer_is_known_by_our_request(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    """At the address of all providers nothing else tells whose it is before it is opened."""
    private_keys.add(provider, documents.pem())
    request = begin(client, provider)
    inside = responses.assertion(given((role, provider)), answers=request.pk)
    document = responses.enclosed(encrypted(responses.signed(inside)), answers=request.pk)
    assert post(client, document).status_code == 303
    client.get("/saml/roles")
    assert signed_in(client) == "ops/alice"
    unasked = responses.enclosed(encrypted(responses.signed(inside)))
    assert post(client, unasked).status_code == 403
