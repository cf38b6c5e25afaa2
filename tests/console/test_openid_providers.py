"""The pages of OpenID Connect providers: a new one, its sections, its sign-in, tokens to try."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from federation import key_sets
from federation.key_sets import Looked
from federation.models import (
    FederatedAttempt,
    OidcKeySet,
    OidcProvider,
    OidcSignOn,
)
from federation.oidc import discovery
from federation.oidc.discovery import DiscoveryError
from identity.models import Account, TemporarySession, User
from tests.console.conftest import SignedIn
from tests.console.pages import hidden, submit, text
from tests.events import logged
from tests.factories import make_user
from tests.federation.oidc import tokens
from tests.federation.oidc.tokens import CLIENT, ISSUER
from tests.federation.openid import Idp, idp, make_openid, trusted_role

__all__ = ["idp"]
ADD = "/iam/add-provider/oidc"
AT = "/iam/providers/oidc/idp.example.test~tenant"


@pytest.fixture
def browser(signed_in: SignedIn, ana: User) -> Client:
    return signed_in(ana)


@pytest.fixture
def provider(account: Account) -> OidcProvider:
    found = make_openid(account)
    trusted_role(found)
    return found


# --- a new one -----------------------------------------------------------------------------------


def test_a_provider_is_added_shown_and_deleted(browser: Client) -> None:
    answer = submit(
        browser,
        ADD,
        issuer_url="https://idp.example.com/a~b/",
        client_ids="web\r\n app \r\n\r\n",
        thumbprints="AA:" * 19 + "AA",
        act="add",
    )
    done = answer.headers["Location"]
    at = "/iam/providers/oidc/idp.example.com~a!b~"
    assert done == f"{at}/added"
    provider = OidcProvider.objects.get()
    assert (provider.client_ids, provider.thumbprints) == (["web", "app"], ["aa" * 20])
    page = browser.get(done)
    assert f"{at.removeprefix('/iam/providers/oidc/')}/callback" in text(page)
    role_page = re.search(r'href="(/iam/create-role[^"]*)"', page.content.decode())
    assert role_page
    wizard = browser.get(unescape(role_page[1])).content.decode()
    assert re.search(rf'<option value="{provider.arn}" selected', wizard)
    assert re.search(
        r'<input[^>]*name="audience"[^>]*value="web"|value="web"[^>]*name="audience"', wizard
    )
    assert "https://idp.example.com/a~b/" in text(browser.get(at))
    assert submit(browser, f"{at}/delete", confirm="other").status_code == 422
    assert submit(browser, f"{at}/delete", confirm="idp.example.com/a~b/").status_code == 303
    assert not OidcProvider.objects.exists()
    assert browser.get(at).status_code == 404


@pytest.mark.parametrize("url", ["http://idp.example.com", "https://192.0.2.1", "x"])
@pytest.mark.parametrize("act", ["add", "fetch"])
def test_a_url_that_is_none_of_a_provider_is_refused(browser: Client, url: str, act: str) -> None:
    answer = submit(browser, ADD, issuer_url=url, client_ids="web", act=act)
    assert answer.status_code == 422
    assert not OidcProvider.objects.exists()


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("github", "https://token.actions.githubusercontent.com"),
        ("google", "https://accounts.google.com"),
        ("facebook", "https://www.facebook.com"),
        ("cognito", "https://cognito-idp."),
        ("amazon", "does not take"),
        ("nonsense", "Any provider"),
    ],
)
def test_the_form_begins_with_what_is_the_same_for_everybody(
    browser: Client, kind: str, url: str
) -> None:
    assert url in browser.get(f"{ADD}?kind={kind}").content.decode()


def test_a_look_at_the_provider_adds_nothing(
    browser: Client, idp: Idp, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = idp.fetch(ISSUER, None)
    looked = Looked(
        discovery.read(document.configuration, ISSUER), document.key_set, "ab" * 20, False
    )
    monkeypatch.setattr(key_sets, "look", lambda name: looked)
    shown = text(submit(browser, ADD, issuer_url=ISSUER, client_ids="", act="fetch"))
    assert f"{ISSUER}/jwks" in shown
    assert "ab" * 20 in shown
    assert "No public authority vouches" in shown
    assert "RS256, RS384, RS512" in shown
    assert not OidcProvider.objects.exists()


def test_a_provider_that_does_not_answer_says_why(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(name: str) -> Looked:
        raise DiscoveryError("status 404")

    monkeypatch.setattr(key_sets, "look", look)
    shown = text(submit(browser, ADD, issuer_url=ISSUER, client_ids="web", act="fetch"))
    assert "status 404" in shown


def test_nobody_makes_this_host_ask_for_what_it_may_not_add(
    signed_in: SignedIn, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_sets, "look", lambda name: pytest.fail("asked"))
    answer = submit(signed_in(ben), ADD, issuer_url=ISSUER, client_ids="web", act="fetch")
    assert answer.status_code == 403


# --- its sections --------------------------------------------------------------------------------


def test_every_section_is_there(browser: Client, provider: OidcProvider) -> None:
    for page in ("", "/audiences", "/thumbprints", "/keys", "/sign-on", "/test", "/tags"):
        answer = browser.get(AT + page)
        assert answer.status_code == 200, page
    summary = text(browser.get(AT))
    assert "photos" in summary
    assert CLIENT in summary


def test_an_audience_that_is_not_there_has_nothing_to_confirm(
    browser: Client, provider: OidcProvider
) -> None:
    answer = browser.get(f"{AT}/audiences/remove?client_id=nobody")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{AT}/audiences")


def test_audiences_come_and_go(browser: Client, provider: OidcProvider) -> None:
    assert submit(browser, f"{AT}/audiences", client_id="mobile & web").status_code == 303
    assert "mobile & web" in text(browser.get(f"{AT}/audiences"))
    remove = f"{AT}/audiences/remove?client_id=photo-app"
    assert "People sign in to the console as this client" in text(browser.get(remove))
    assert submit(browser, remove, confirm="x").status_code == 422
    assert submit(browser, remove, confirm="remove").status_code == 303
    provider.refresh_from_db()
    assert provider.client_ids == ["mobile & web"]


def test_thumbprints_are_replaced(browser: Client, provider: OidcProvider) -> None:
    page = f"{AT}/thumbprints"
    assert submit(browser, page, thumbprints="xx").status_code == 422
    assert submit(browser, page, thumbprints="AB:" * 19 + "AB").status_code == 303
    provider.refresh_from_db()
    assert provider.thumbprints == ["ab" * 20]


def test_keys_are_fetched_with_a_button_and_once_a_minute(
    browser: Client, provider: OidcProvider, idp: Idp
) -> None:
    assert "Never" in text(browser.get(f"{AT}/keys"))
    assert browser.post(f"{AT}/keys/fetch").status_code == 303
    shown = text(browser.get(f"{AT}/keys"))
    assert "The keys were fetched." in shown or OidcKeySet.objects.get().fetched_at
    assert "RS256" in shown
    browser.post(f"{AT}/keys/fetch")
    assert "less than a minute ago" in browser.get(f"{AT}/keys").content.decode()
    OidcKeySet.objects.update(tried_at=None)
    idp.down = True
    browser.post(f"{AT}/keys/fetch")
    shown = text(browser.get(f"{AT}/keys"))
    assert "no answer: TimeoutError" in shown
    assert "RS256" in shown


@pytest.mark.parametrize("page", ["", "/audiences", "/thumbprints", "/keys", "/sign-on", "/test"])
def test_who_may_not_see_the_provider_sees_nothing(
    signed_in: SignedIn, provider: OidcProvider, ben: User, cleo: User, page: str
) -> None:
    assert CLIENT not in signed_in(ben).get(AT + page).content.decode()
    assert signed_in(cleo).get(AT + page).status_code == 404


def test_who_only_reads_changes_nothing(
    signed_in: SignedIn, account: Account, provider: OidcProvider
) -> None:
    browser = signed_in(make_user(account, "rui", allow=["iam:Get*", "iam:List*"]))
    before = OidcProvider.objects.values().get(), OidcSignOn.objects.values().get()
    submit(browser, f"{AT}/audiences", client_id="mine")
    submit(browser, f"{AT}/audiences/remove?client_id={CLIENT}", confirm="remove")
    submit(browser, f"{AT}/thumbprints", thumbprints="ab" * 20)
    submit(browser, f"{AT}/sign-on", **SETTINGS)
    assert browser.post(f"{AT}/keys/fetch").status_code == 403
    assert (OidcProvider.objects.values().get(), OidcSignOn.objects.values().get()) == before


# --- how people sign in --------------------------------------------------------------------------

SETTINGS = {
    "client_id": CLIENT,
    "secret": "s3cret of ours",
    "scopes": "openid email",
    "roles": "photos",
    "role_claim": "groups",
    "session_claim": "email",
    "label": "Tenant",
    "button": "on",
}


def test_the_sign_in_is_set_up_and_the_secret_is_never_shown(
    browser: Client, provider: OidcProvider
) -> None:
    OidcSignOn.objects.all().delete()
    page = f"{AT}/sign-on"
    assert "/sign-in/oidc/" in text(browser.get(page))
    assert submit(browser, page, **SETTINGS).status_code == 303
    kept = OidcSignOn.objects.get()
    assert (kept.secret, kept.roles, kept.label) == ("s3cret of ours", ["photos"], "Tenant")
    shown = browser.get(page).content.decode()
    assert "s3cret" not in shown
    assert "A secret is kept." in shown
    event = str(logged().get(name="UpdateOpenIDConnectSignOn").describe())
    assert "'SecretChanged': True" in event
    assert "s3cret" not in event
    assert submit(browser, page, **{**SETTINGS, "secret": ""}).status_code == 303
    assert OidcSignOn.objects.get().secret == "s3cret of ours"
    assert submit(browser, page, **{**SETTINGS, "secret": "", "public": "on"}).status_code == 303
    assert OidcSignOn.objects.get().secret == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"client_id": "other"}, "other"),
        ({"scopes": "email"}, "openid has to be among the scopes"),
        ({"scopes": 'openid "x'}, "plain words"),
        ({"roles": "nobody"}, "There is no role named nobody"),
        ({"roles": "\n".join(f"r{n}" for n in range(51))}, "At most 50"),
        ({"public": "on"}, "A public client has no secret"),
        ({"session_claim": ""}, "Session name claim"),
    ],
    ids=range(7),
)
def test_settings_that_cannot_work_are_refused_at_their_field(
    browser: Client, provider: OidcProvider, more: dict[str, Any], words: str
) -> None:
    answer = submit(browser, f"{AT}/sign-on", **{**SETTINGS, **more})
    assert answer.status_code == 422
    assert words in text(answer)
    assert OidcSignOn.objects.get().label == ""


# --- tokens to try -------------------------------------------------------------------------------


def _try(browser: Client, given: str) -> str:
    return text(submit(browser, f"{AT}/test", token=given))


def test_a_pasted_token_is_looked_at_and_opens_nothing(
    browser: Client, provider: OidcProvider, idp: Idp
) -> None:
    trusted_role(
        provider, "closed", Condition={"StringEquals": {"idp.example.test/tenant:sub": "x"}}
    )
    good = idp.token()
    shown = _try(browser, good)
    assert "Everything fits." in shown
    assert "photos Can be assumed" in shown
    assert "closed Refused" in shown
    wrong = tokens.token(tokens.claims(aud="elsewhere"), key=tokens.rsa(1))
    assert "The token is refused." in _try(browser, wrong)
    idp.said = {"aud": "elsewhere"}
    shown = _try(browser, idp.token())
    assert "Incorrect token audience" in shown
    assert "Add the client ID to the provider." in shown
    assert not FederatedAttempt.objects.exists()
    assert not TemporarySession.objects.exists()


@pytest.mark.parametrize("given", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.AA", "<script>"])
def test_what_is_no_token_is_said_so(
    browser: Client, provider: OidcProvider, idp: Idp, given: str
) -> None:
    assert "The token is refused." in _try(browser, given)


def test_a_test_sign_in_comes_back_with_its_checks(
    browser: Client, provider: OidcProvider, idp: Idp
) -> None:
    began = browser.get(f"{AT}/test/sign-in")
    assert began.status_code == 302
    idp.asked = {k: v[0] for k, v in parse_qs(urlsplit(began.headers["Location"]).query).items()}
    idp.nonce = idp.asked["nonce"]
    ended = idp.back(browser)
    assert ended.headers["Location"].startswith(f"{AT}/test?attempt=")
    shown = text(browser.get(ended.headers["Location"]))
    assert "Everything fits." in shown
    assert "that of this browser's request" in shown
    assert not TemporarySession.objects.exists()
    assert "ana" in browser.get("/home").content.decode()


def test_a_test_sign_in_that_fails_says_what_to_mend(
    browser: Client, provider: OidcProvider, idp: Idp
) -> None:
    began = browser.get(f"{AT}/test/sign-in")
    idp.asked = {k: v[0] for k, v in parse_qs(urlsplit(began.headers["Location"]).query).items()}
    idp.nonce = "another"
    ended = idp.back(browser)
    shown = text(browser.get(ended.headers["Location"]))
    assert "The sign-in is refused." in shown
    assert "Does not fit" in shown


def test_without_settings_there_is_no_test_sign_in(browser: Client, provider: OidcProvider) -> None:
    OidcSignOn.objects.all().delete()
    assert "Set up sign-in first." in text(browser.get(f"{AT}/test/sign-in"))


def test_an_attempt_of_somebody_else_is_not_shown(
    browser: Client, provider: OidcProvider, cleo: User
) -> None:
    theirs = FederatedAttempt.objects.create(
        account=cleo.account,
        provider_arn=provider.arn,
        kind="OIDC",
        surface="test",
        outcome="accepted",
        checks=[{"name": "of-theirs", "passed": True}],
    )
    for given in (str(theirs.pk), "x", ""):
        assert "of-theirs" not in text(browser.get(f"{AT}/test?attempt={given}"))


def test_a_form_without_its_token_does_nothing(browser: Client, provider: OidcProvider) -> None:
    fields = {**hidden(browser.get(f"{AT}/audiences")), "client_id": "x", "form_token": ""}
    assert browser.post(f"{AT}/audiences", fields).status_code == 422
    provider.refresh_from_db()
    assert provider.client_ids == [CLIENT]
