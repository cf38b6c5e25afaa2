"""Attacks of the catalogue that need a server: replays, other browsers, other accounts' roles."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from federation import acs, private_keys
from federation.models import (
    FederatedAttempt,
    PendingSignIn,
    SamlProvider,
    SeenAssertion,
)
from identity.facts import Facts
from identity.models import Account, Role, TemporarySession
from tests.factories import make_account
from tests.federation import responses
from tests.federation.documents import (
    IDP,
    PADDING,
    certificate,
    entities,
    entity,
    key_descriptor,
    pem,
)
from tests.federation.documents import (
    role as idp_role,
)
from tests.federation.responses import enclosed, encoded, signed
from tests.federation.saml.test_catalogue import CASES
from tests.federation.saml.test_encryption import encrypted
from tests.federation.test_saml_sign_in import (
    begin,
    given,
    make_provider,
    post,
    sentence,
    signed_in,
    trusted_role,
)


@pytest.fixture
def provider(account: Account) -> SamlProvider:
    return make_provider(account)


@pytest.fixture
def role(provider: SamlProvider) -> Role:
    return trusted_role(provider)


def refusal() -> str:
    return FederatedAttempt.objects.latest("at").refusal


def test_a_response_is_never_taken_again(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    """PRO-34: the same again, in a new response, and with the clock set back ten minutes."""
    inside = signed(responses.assertion(given((role, provider))))
    first, other = enclosed(inside), enclosed(inside)
    assert post(client, first).status_code == 303
    for document in (first, other):
        assert post(client, document).status_code == 403
        assert refusal() == "REPLAY"
    kept = SeenAssertion.objects.get().expires_at
    assert kept > timezone.now() + timedelta(minutes=10)
    back = Facts(at=timezone.now() - timedelta(minutes=2))
    with pytest.raises(acs.RejectedError):
        acs.receive(encoded(first), responses.ACS, "", "", back)


def test_an_answer_needs_the_request_of_this_browser(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    """PRO-16 and PRO-38: unknown, used up, begun elsewhere."""
    request = begin(client, provider)
    document = responses.response(given((role, provider)), answers=request.pk)
    victim = Client()
    assert post(victim, document).status_code == 303  # whose it is shows with the cookie
    assert victim.get("/saml/roles").status_code == 403
    assert signed_in(victim) == ""
    again = responses.response(given((role, provider)), answers=request.pk)
    assert post(client, again).status_code == 403
    assert refusal() == "IRT"
    unknown = responses.response(given((role, provider)), answers="_never")
    assert post(client, unknown).status_code == 403
    assert refusal() == "IRT"


def test_a_provider_that_may_not_begin_does_not(client: Client, account: Account) -> None:
    """PRO-36."""
    provider = make_provider(account, "Strict", unsolicited=False)
    role = trusted_role(provider)
    assert post(client, responses.response(given((role, provider)))).status_code == 403
    assert refusal() == "IRT"
    free = make_provider(account, "Free", unsolicited=True)
    assert (
        post(client, responses.response(given((trusted_role(free, "dev"), free)))).status_code
        == 303
    )


@pytest.mark.parametrize(
    "state",
    [
        *("https://evil.test", "//evil.test", "/\\evil.test", "javascript:alert(1)", "data:,x"),
        *("/x\r\nSet-Cookie: a=b", "/" + "x" * 80, "/\t/evil.test", "http://127.0.0.1:8000.evil/"),
    ],
)
def test_relay_state_leads_nowhere_else(
    client: Client, role: Role, provider: SamlProvider, state: str
) -> None:
    """PRO-37."""
    post(client, responses.response(given((role, provider))), RelayState=state)
    assert client.get("/saml/roles").headers["Location"] == "/home"


def test_roles_of_another_account_are_out_of_reach(client: Client, provider: SamlProvider) -> None:
    """ROL-01, ROL-02: the confused deputy, and a role that trusts another provider."""
    foreign = make_account("Partner", "root@partner.test", alias="partner")
    theirs = make_provider(foreign, "Theirs")
    victim = trusted_role(theirs, "Admin")
    other = trusted_role(make_provider(provider.account, "Other"), "ops")
    for target in (victim, other):
        post(client, responses.response(given((target, provider))))
        assert client.get("/saml/roles").status_code == 403
        assert signed_in(client) == ""
    assert not TemporarySession.objects.exists()


def test_pairs_may_be_reversed_and_spaced(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    """ROL-03: AWS takes either order."""
    value = f"  {provider.arn} ,\n {role.arn} "
    post(client, responses.response({"Role": [value], "RoleSessionName": "alice"}))
    client.get("/saml/roles")
    assert signed_in(client) == "ops/alice"


def test_no_session_is_longer_than_its_role_allows(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    """ROL-05."""
    post(client, responses.response(given((role, provider), SessionDuration="43200")))
    page = client.get("/saml/roles")
    assert page.status_code == 403
    assert "exceeds the MaxSessionDuration" in sentence(page)


@pytest.mark.parametrize("more", [{"PrincipalTag:team": "red"}, {"SourceIdentity": "alice"}])
def test_tags_and_source_identity_need_their_own_trust(
    client: Client, role: Role, provider: SamlProvider, more: Any
) -> None:
    """ROL-06."""
    post(client, responses.response(given((role, provider), **more)))
    assert client.get("/saml/roles").status_code == 403
    assert signed_in(client) == ""


def test_a_provider_that_is_gone_meanwhile_lets_nobody_in(
    client: Client, role: Role, provider: SamlProvider
) -> None:
    """ROL-07: between our request and its answer."""
    request = begin(client, provider)
    document = responses.response(given((role, provider)), answers=request.pk)
    provider.delete()
    assert post(client, document).status_code == 403
    assert not PendingSignIn.objects.exists()


def test_one_provider_does_not_sign_for_another(client: Client, account: Account) -> None:
    """SIG-17: both in one document, and the same name in another account (MET-11)."""
    mallory = "https://mallory.test"
    rsa = idp_role(key_descriptor(certificate(kind="rsa")))
    document = PADDING + entities(entity(rsa, entity_id=IDP), entity(entity_id=mallory))
    both = SamlProvider.objects.create(
        account=account, name="Both", metadata=document, valid_until=timezone.now()
    )
    role = trusted_role(both)
    assert post(client, responses.response(given((role, both)))).status_code == 403
    assert refusal() == "SIG_VALUE"
    partner = make_account("Partner", "root@partner.test", alias="partner")
    same = make_provider(partner)
    stranger = trusted_role(same, "audit")
    own = signed(responses.assertion(given((stranger, same))), "rsa")
    assert post(client, enclosed(own)).status_code == 403
    assert refusal() == "SIG_VALUE"


@pytest.mark.parametrize("size", [5_000_000, 300_000])
def test_an_assertion_of_megabytes_is_not_even_decoded_whole(
    client: Client, role: Role, provider: SamlProvider, size: int
) -> None:
    """DOS-03 at the door: a sentence, no state."""
    document = responses.response(given((role, provider), **{"PrincipalTag:x": "a" * size}))
    answer = post(client, document)
    assert answer.status_code in (400, 403, 413)
    assert "Traceback" not in sentence(answer)
    assert not PendingSignIn.objects.exists()


# --- the catalogue is whole -----------------------------------------------------------------------

WANTED = {
    "XSW": 24,
    "SIG": 32,
    "DON": 9,
    "NSP": 5,
    "TXT": 12,
    "DTD": 8,
    "DOS": 8,
    "PRO": 40,
    "ROL": 7,
    "ENC": 7,
    "MET": 11,
}
ELSEWHERE = (
    "test_catalogue_at_the_door.py",
    "test_single_logout.py",
    "saml/test_valid_variants.py",
    "saml/test_encryption.py",
    "saml/test_metadata.py",
    "operations/test_saml_providers.py",
    "../console/test_saml_providers.py",
)


def test_what_cannot_be_decrypted_is_refused_alike_and_after_one_time(
    client: Client, provider: SamlProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ENC-03: which key, padding or signature was wrong shows neither in words nor in time."""
    private_keys.add(provider, pem())
    path = f"/saml/acs/{provider.uuid}"
    here = f"http://127.0.0.1:8000{path}"
    plain = responses.assertion(given(), acs=here)
    waits: list[float] = []
    monkeypatch.setattr("federation.redeeming.time.sleep", waits.append)
    told = set()
    for inside in (encrypted(signed(plain), kind="rsa3072"), encrypted("x"), encrypted(plain)):
        page = post(client, enclosed(inside, acs=here), path)
        told.add((page.status_code, sentence(page).partition("event ID")[0]))
    assert len(told) == 1
    assert len(waits) == 3
    assert all(0 <= wait <= 0.05 for wait in waits)
    assert post(client, enclosed(plain, acs=here), path).status_code == 403
    assert len(waits) == 3


def test_every_number_of_the_catalogue_has_a_test() -> None:
    here = Path(__file__).parent
    texts = "".join((here / name).read_text() for name in ELSEWHERE)
    found = {case.number for case in CASES} | set(re.findall(r"\b[A-Z]{3}-\d\d\b", texts))
    wanted = {f"{kind}-{n:02}" for kind, most in WANTED.items() for n in range(1, most + 1)}
    assert sorted(wanted - found) == []
