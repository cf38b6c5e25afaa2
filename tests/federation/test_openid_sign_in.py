"""Signing in to the console at an OpenID provider, and every way that must not lead in."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from federation.models import (
    FederatedAttempt,
    OidcProvider,
    OidcRequest,
    OidcSignOn,
    PendingSignIn,
)
from federation.oidc.https import Answer
from identity.models import Account, Role, TemporarySession, User
from tests.console.conftest import sign_in
from tests.events import logged
from tests.federation.oidc import tokens
from tests.federation.oidc.tokens import CLIENT, ISSUER
from tests.federation.openid import NAME, WAY_IN, Idp, idp, make_openid, trusted_role

__all__ = ["idp"]
ROLES = "https://aws.amazon.com/roles"


@pytest.fixture
def provider(account: Account) -> OidcProvider:
    return make_openid(account)


@pytest.fixture
def role(provider: OidcProvider) -> Role:
    return trusted_role(provider)


def sentence(response: Any) -> str:
    return unescape(str(response.content.decode()))


def who(client: Client) -> str:
    """Who acts in the console, as its header says; "" for nobody."""
    page = client.get("/home")
    if page.status_code != 200:
        return ""
    row = TemporarySession.objects.first()
    return f"{row.role.name}/{row.name}" if row and row.role else "somebody"


def refused(response: Any) -> str:
    """Nobody is signed in; the reason that the log has."""
    assert response.status_code == 403
    assert not TemporarySession.objects.exists()
    attempt = FederatedAttempt.objects.order_by("-at").first()
    assert attempt is None or str(attempt.pk) in sentence(response)
    return attempt.refusal if attempt else ""


# --- in ------------------------------------------------------------------------------------------


def test_a_person_comes_in_with_the_one_role_and_goes_on(
    client: Client, role: Role, provider: OidcProvider, idp: Idp
) -> None:
    entered = idp.sign_in(client, next="/iam/users")
    assert (entered.status_code, entered.headers["Location"]) == (303, "/iam/users")
    assert who(client) == "photos/mei-1234"
    row = TemporarySession.objects.get()
    assert row.federated_provider == provider.arn
    assert row.federated_keys[f"{NAME}:sub"] == "mei-1234"
    attempt = FederatedAttempt.objects.get()
    assert (attempt.outcome, attempt.surface, attempt.kind) == ("accepted", "console", "OIDC")
    assert (attempt.subject, attempt.role_arn) == ("mei-1234", role.arn)
    assert all(check["passed"] for check in attempt.checks)
    names = set(logged().values_list("name", flat=True))
    assert {"AssumeRoleWithWebIdentity", "ConsoleLogin"} <= names
    assert not OidcRequest.objects.exists()
    assert not PendingSignIn.objects.exists()


def test_the_request_has_state_nonce_and_a_challenge(client: Client, role: Role, idp: Idp) -> None:
    """FLOW-02."""
    first = idp.begin(client)
    second = idp.begin(client)
    assert first["redirect_uri"] == (
        f"http://127.0.0.1:8000/sign-in/oidc/{role.account_id}/idp.example.test~tenant/callback"
    )
    assert (first["response_type"], first["client_id"]) == ("code", CLIENT)
    assert (first["code_challenge_method"], first["scope"]) == ("S256", "openid")
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]
    kept = json.dumps(list(OidcRequest.objects.values_list("state", "browser")))
    assert first["state"] not in kept


def test_a_client_with_a_secret_proves_itself_and_a_public_one_names_itself(
    client: Client, role: Role, provider: OidcProvider, idp: Idp
) -> None:
    idp.sign_in(client)
    fields, headers = idp.traded[-1]
    assert fields["client_id"] == CLIENT
    assert "Authorization" not in headers
    offer = OidcSignOn.objects.get()
    offer.keep("s3cret:ä")
    offer.save()
    idp.sign_in(Client())
    fields, headers = idp.traded[-1]
    assert "client_secret" not in fields
    told = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert told == f"{CLIENT}:s3cret%3A%C3%A4"
    assert b"s3cret" not in bytes(offer.sealed_secret)


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(
    client: Client, role: Role, provider: OidcProvider, idp: Idp
) -> None:
    idp.configured = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    offer = OidcSignOn.objects.get()
    offer.keep("s3cret")
    offer.save()
    idp.sign_in(client)
    fields, headers = idp.traded[-1]
    assert (fields["client_secret"], dict(headers)) == ("s3cret", {})


def test_with_several_roles_one_is_chosen(
    client: Client, role: Role, provider: OidcProvider, idp: Idp
) -> None:
    trusted_role(provider, "admin")
    OidcSignOn.objects.update(roles=["photos", "admin", "gone"])
    page = idp.sign_in(client)
    assert page.status_code == 200
    assert "photos" in sentence(page)
    assert "gone" not in sentence(page)
    assert who(client) == ""
    arn = role.arn.replace("photos", "admin")
    assert client.post("/sign-in/chooser", {"role": arn}).status_code == 303
    assert who(client) == "admin/mei-1234"


@pytest.mark.parametrize("form", ["list", "names", "text"])
def test_the_provider_may_name_the_roles(client: Client, role: Role, idp: Idp, form: str) -> None:
    OidcSignOn.objects.update(roles=[], role_claim=ROLES if form != "names" else "groups")
    given: dict[str, Any] = {
        "list": {ROLES: [role.arn]},
        "names": {"groups": ["photos"]},
        "text": {ROLES: role.arn},
    }
    idp.said = given[form]
    assert idp.sign_in(client).status_code == 303
    assert who(client) == "photos/mei-1234"


def test_roles_that_the_token_does_not_allow_are_not_given(
    client: Client, role: Role, idp: Idp
) -> None:
    idp.said = {ROLES: ["arn:aws:iam::123456789012:role/other"]}
    assert refused(idp.sign_in(client)) == "ROLE"


def test_tags_and_a_verified_address_come_along(
    client: Client, provider: OidcProvider, idp: Idp
) -> None:
    trusted_role(provider, Action=["sts:AssumeRoleWithWebIdentity", "sts:TagSession"])
    OidcSignOn.objects.update(session_claim="email")
    tags = {"https://aws.amazon.com/tags": {"principal_tags": {"team": ["red"]}}}
    idp.said = {"email": "mei@example.test", "email_verified": True, **tags}
    idp.sign_in(client)
    assert who(client) == "photos/mei@example.test"
    assert TemporarySession.objects.get().tags == {"team": "red"}


def test_signing_out_leads_back_to_the_provider(client: Client, role: Role, idp: Idp) -> None:
    idp.sign_in(client)
    client.post("/sign-out")
    assert not TemporarySession.objects.exists()
    assert f"/sign-in/oidc/{role.account_id}/idp.example.test~tenant" in sentence(
        client.get("/signed-out")
    )


def test_another_session_ends_only_after_a_word(role: Role, idp: Idp, ana: User) -> None:
    client = sign_in(ana)
    page = idp.sign_in(client)
    assert "You must first log out" in sentence(page)
    assert client.post("/sign-in/chooser", {"role": role.arn}).status_code == 303
    assert who(client) == "photos/mei-1234"


def test_the_sign_in_page_offers_what_the_account_shows(
    client: Client, provider: OidcProvider
) -> None:
    assert "Sign in with" not in sentence(client.get("/sign-in/example"))
    OidcSignOn.objects.update(button=True, label="Tenant")
    page = sentence(client.get("/sign-in/example?next=/iam/users"))
    assert f'{WAY_IN}?next=/iam/users">Sign in with Tenant' in page


# --- FLOW-01 to FLOW-03: state, code, nonce -----------------------------------------------------


@pytest.mark.parametrize("state", ["", "x", "A" * 5000])
def test_a_state_that_is_not_ours_is_refused(
    client: Client, role: Role, idp: Idp, state: str
) -> None:
    """FLOW-01, FLOW-06."""
    idp.begin(client)
    assert refused(idp.back(client, state=state)) == ""
    assert idp.traded == []


def test_the_state_of_another_browser_is_refused(client: Client, role: Role, idp: Idp) -> None:
    """FLOW-01: Login CSRF: the attacker's own answer, brought by the victim's browser."""
    idp.begin(Client())
    assert refused(idp.back(client)) == ""
    idp.begin(client)
    other = Client()
    other.get(WAY_IN)
    assert refused(idp.back(other)) == ""
    assert idp.traded == []


def test_an_answer_is_taken_once_and_not_after_ten_minutes(
    client: Client, role: Role, idp: Idp
) -> None:
    """FLOW-01, FLOW-02."""
    idp.begin(client)
    assert idp.back(client).status_code == 303
    assert idp.back(client).status_code == 403
    assert len(idp.traded) == 1
    idp.begin(client)
    OidcRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert idp.back(client).status_code == 403
    assert len(idp.traded) == 1


def test_two_tabs_come_in_side_by_side(client: Client, role: Role, idp: Idp) -> None:
    """FLOW-01."""
    first = idp.begin(client)
    second = idp.begin(client)
    idp.asked, idp.nonce = first, first["nonce"]
    assert idp.back(client).status_code == 303
    idp.asked, idp.nonce = second, second["nonce"]
    assert idp.back(client).status_code == 303


def test_a_code_of_another_request_does_not_fit_the_verifier(
    client: Client, role: Role, idp: Idp
) -> None:
    """FLOW-02: Code injection: the provider bound the code to the attacker's challenge."""
    stolen = dict(idp.begin(Client()))
    asked = idp.begin(client)
    idp.asked = {**asked, "code_challenge": stolen["code_challenge"]}
    assert refused(idp.back(client)) == "STATUS"
    assert "invalid_grant" in json.dumps(FederatedAttempt.objects.get().checks)


@pytest.mark.parametrize("nonce", ["", "other", None, 1, ["x"]])
def test_a_token_without_our_nonce_is_refused(
    client: Client, role: Role, idp: Idp, nonce: Any
) -> None:
    """FLOW-03."""
    idp.said = {"nonce": nonce}
    assert refused(idp.sign_in(client)) == "IRT"


def test_an_id_token_of_another_sign_in_is_refused(client: Client, role: Role, idp: Idp) -> None:
    """FLOW-03, JWT-16."""
    idp.begin(client)
    old = idp.token()
    idp.begin(client)
    idp.answer = Answer(200, json.dumps({"id_token": old}))
    assert refused(idp.back(client)) == "IRT"


def test_a_token_for_another_registered_client_is_refused(
    client: Client, role: Role, provider: OidcProvider, idp: Idp
) -> None:
    provider.client_ids = [CLIENT, "mobile"]
    provider.save()
    idp.said = {"aud": "mobile"}
    assert refused(idp.sign_in(client)) == "AUDIENCE"


# --- FLOW-04: mix-up ----------------------------------------------------------------------------


def test_an_answer_of_one_provider_is_none_of_another(
    client: Client, role: Role, account: Account, idp: Idp
) -> None:
    """FLOW-04."""
    other = OidcProvider.objects.create(account=account, url="evil.test", client_ids=[CLIENT])
    OidcSignOn(provider=other, client_id=CLIENT, roles=["photos"]).save()
    asked = idp.begin(client)
    path = f"/sign-in/oidc/{account.pk}/evil.test/callback"
    assert refused(client.get(path, {"code": "the-code", "state": asked["state"]})) == ""
    assert idp.traded == []


@pytest.mark.parametrize("announced", [True, False])
def test_an_answer_says_whose_it_is(client: Client, role: Role, idp: Idp, announced: bool) -> None:
    """FLOW-04."""
    idp.configured = {"authorization_response_iss_parameter_supported": announced}
    idp.begin(client)
    assert refused(idp.back(client, iss="https://evil.test")) == "ISSUER"
    idp.begin(client)
    assert idp.back(client, iss=ISSUER).status_code == 303
    idp.begin(client)
    assert idp.back(client).status_code == (403 if announced else 303)


# --- the provider misbehaves ---------------------------------------------------------------------


def test_a_refusal_of_the_provider_is_shown_as_text(client: Client, role: Role, idp: Idp) -> None:
    """FLOW-06."""
    idp.begin(client)
    page = idp.back(client, code="", error="access_denied", error_description="<script>alert(1)")
    assert refused(page) == "STATUS"
    assert b"<script>" not in page.content
    assert "access_denied" in json.dumps(FederatedAttempt.objects.get().checks)


def test_a_parameter_given_twice_is_refused(client: Client, role: Role, idp: Idp) -> None:
    asked = idp.begin(client)
    path = asked["redirect_uri"].removeprefix("http://127.0.0.1:8000")
    page = client.get(f"{path}?code=a&code=the-code&state={asked['state']}")
    assert page.status_code == 403
    assert idp.traded == []


def test_a_head_request_uses_no_code_up(client: Client, role: Role, idp: Idp) -> None:
    asked = idp.begin(client)
    path = asked["redirect_uri"].removeprefix("http://127.0.0.1:8000")
    assert client.head(path, {"code": "the-code", "state": asked["state"]}).status_code == 405
    assert idp.back(client).status_code == 303


_TOKEN = tokens.token()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(400, '{"error":"invalid_client"}'), "STATUS"),
        (Answer(500, "{}"), "STATUS"),
        (Answer(200, "{}"), "STATUS"),
        (Answer(200, "[]"), "STATUS"),
        (Answer(200, "<html>"), "STATUS"),
        (Answer(200, '{"id_token":1}'), "STATUS"),
        (Answer(200, '{"id_token":"a","id_token":"b"}'), "STATUS"),
        (Answer(200, '{"id_token":"a"}'), "TOKEN"),
        (Answer(200, json.dumps({"id_token": tokens.token(key=tokens.rsa(1))})), "SIG_VALUE"),
        (Answer(200, json.dumps({"id_token": _TOKEN})), "EXPIRED"),
    ],
    ids=range(10),
)
def test_what_is_no_token_for_the_code_is_refused_by_name(
    client: Client, role: Role, idp: Idp, answer: Answer, why: str
) -> None:
    idp.answer = answer
    assert refused(idp.sign_in(client)) == why


def test_a_provider_that_is_down_is_said_so_and_kept_in_the_log(
    client: Client, role: Role, idp: Idp
) -> None:
    idp.down = True
    page = client.get(WAY_IN)
    assert page.status_code == 403
    assert refused(page) == "IDPCommunicationError"
    assert "Error in communicating" in sentence(page)


def test_a_provider_that_goes_down_on_the_way_is_said_so(
    client: Client, role: Role, idp: Idp
) -> None:
    idp.begin(client)
    idp.down = True
    assert refused(idp.back(client)) == "IDPCommunicationError"


def test_a_provider_without_pages_for_people_has_no_way_in(
    client: Client, role: Role, idp: Idp
) -> None:
    idp.configured = {"authorization_endpoint": ""}
    assert refused(client.get(WAY_IN)) == "IDPCommunicationError"


@pytest.mark.parametrize(
    "endpoint",
    ["http://idp.example.test/a", "javascript:alert(1)", "//evil.test", "https://127.0.0.1/a"],
)
def test_a_provider_cannot_send_people_just_anywhere(
    client: Client, role: Role, idp: Idp, endpoint: str
) -> None:
    idp.configured = {"authorization_endpoint": endpoint}
    assert refused(client.get(WAY_IN)) == "IDPCommunicationError"


# --- who it is, and as what ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("sub", {"sub": "auth0|1"}),
        ("sub", {"sub": "x" * 65}),
        ("name", {"name": "Mei Li"}),
        ("name", {"name": ["mei"]}),
        ("name", {}),
        ("email", {"email": "mei@example.test"}),
        ("email", {"email": "mei@example.test", "email_verified": False}),
        ("email", {"email": "mei@example.test", "email_verified": "true"}),
    ],
)
def test_a_name_that_is_nobody_s_own_opens_no_session(
    client: Client, role: Role, idp: Idp, claim: str, said: dict[str, Any]
) -> None:
    """FLOW-07."""
    OidcSignOn.objects.update(session_claim=claim)
    idp.said = said
    assert refused(idp.sign_in(client)) == "CLAIM"


@pytest.mark.parametrize(
    "given", [None, [], "", ["*"], ["arn:aws:iam::1:role/x"], [1], {"a": 1}, ["r"] * 51]
)
def test_a_claim_without_roles_opens_no_session(
    client: Client, role: Role, idp: Idp, given: Any
) -> None:
    OidcSignOn.objects.update(roles=[], role_claim="groups")
    idp.said = {"groups": given}
    assert refused(idp.sign_in(client)) == "ROLE"


def test_the_trust_policy_decides(client: Client, provider: OidcProvider, idp: Idp) -> None:
    condition = {"StringEquals": {f"{NAME}:sub": "bo", f"{NAME}:aud": CLIENT}}
    role = trusted_role(provider, Condition=condition)
    page = idp.sign_in(client)
    assert refused(page) == "ROLE"
    assert role.arn in sentence(page)
    assert "Not authorized to perform sts:AssumeRoleWithWebIdentity" in sentence(page)


@pytest.mark.parametrize("what", ["deleted", "audience", "settings"])
def test_a_provider_that_changed_meanwhile_proves_nothing(
    client: Client, role: Role, provider: OidcProvider, idp: Idp, what: str
) -> None:
    idp.begin(client)
    assert idp.back(client).status_code == 303
    if what == "deleted":
        provider.delete()
    elif what == "audience":
        OidcProvider.objects.update(client_ids=["other"])
    else:
        OidcSignOn.objects.all().delete()
    assert client.get("/sign-in/chooser").status_code == 403
    assert not TemporarySession.objects.exists()


def test_the_choice_is_bound_to_the_browser(client: Client, role: Role, idp: Idp) -> None:
    idp.begin(client)
    idp.back(client)
    thief = Client()
    thief.cookies["saml"] = client.cookies["saml"].value
    assert thief.get("/sign-in/chooser").status_code == 403


@pytest.mark.parametrize(
    "after", ["https://evil.test/", "//evil.test", "/\\evil.test", "/sign-out"]
)
def test_nobody_is_led_elsewhere_afterwards(
    client: Client, role: Role, idp: Idp, after: str
) -> None:
    """FLOW-08."""
    assert idp.sign_in(client, next=after).headers["Location"] == "/home"


def test_a_test_ends_in_the_log_without_a_session(
    client: Client, role: Role, provider: OidcProvider, idp: Idp
) -> None:
    idp.begin(client, next="/iam/providers")
    OidcRequest.objects.update(test=True)
    arrived = idp.back(client)
    attempt = FederatedAttempt.objects.get()
    assert arrived.headers["Location"] == f"/iam/providers?attempt={attempt.pk}"
    assert (attempt.surface, attempt.outcome) == ("test", "accepted")
    assert attempt.checks[-1]["name"] == "Trust policy"
    assert not PendingSignIn.objects.exists()


@pytest.mark.parametrize("path", ["123456789012/idp.example.test~tenant", "example/idp.test"])
def test_a_provider_that_is_not_offered_has_no_way_in(
    client: Client, provider: OidcProvider, path: str
) -> None:
    assert client.get(f"/sign-in/oidc/{path}").status_code == 404
    assert client.get(f"/sign-in/oidc/{path}/callback").status_code == 404


def test_a_thousand_requests_wait_at_most(
    client: Client, role: Role, idp: Idp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("federation.openid_sign_in.MOST_WAITING", 3)
    for _ in range(5):
        idp.begin(client)
    assert OidcRequest.objects.count() == 3
