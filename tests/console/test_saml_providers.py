"""The pages of one SAML provider: metadata and their replacement, tests, the sign-in log."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console import attempt_log
from federation import attempts
from federation.models import FederatedAttempt, PendingSignIn, SamlProvider, SamlRequest
from identity.facts import Facts
from identity.models import Account, Role, TemporarySession, User
from tests.console.conftest import sign_in
from tests.console.pages import submit, text
from tests.factories import make_user
from tests.federation import responses
from tests.federation.documents import (
    NOW,
    PADDING,
    certificate,
    entity,
    key_descriptor,
    metadata,
)
from tests.federation.documents import role as idp_role
from tests.federation.responses import encoded
from tests.federation.test_saml_sign_in import given, make_provider, post, trusted_role

PAGE = "/iam/providers/saml/Corp"


@pytest.fixture
def provider(account: Account) -> SamlProvider:
    return make_provider(account)


@pytest.fixture
def role(provider: SamlProvider) -> Role:
    return trusted_role(provider)


@pytest.fixture
def browser(ana: User, provider: SamlProvider) -> Client:
    return sign_in(ana)


@pytest.fixture
def reader(account: Account, provider: SamlProvider) -> Client:
    """Somebody who may read the provider, but not the account's activity."""
    user = make_user(account, "rhea", allow="iam:GetSAMLProvider")
    return sign_in(user)


def both_keys() -> str:
    keys = (key_descriptor(certificate()), key_descriptor(certificate(kind="rsa")))
    return PADDING + entity(idp_role(*keys))


# --- metadata ------------------------------------------------------------------------------------


def test_what_would_change_is_shown_before_metadata_are_replaced(
    browser: Client, provider: SamlProvider
) -> None:
    preview = submit(browser, f"{PAGE}/metadata", document=both_keys(), act="preview")
    shown = text(preview)
    assert "Stays" in shown
    assert "Added" in shown
    assert "Removed" not in shown
    provider.refresh_from_db()
    assert provider.metadata == metadata()
    done = submit(browser, f"{PAGE}/metadata", document=both_keys(), act="replace")
    assert done.headers["Location"] == f"{PAGE}/metadata"
    provider.refresh_from_db()
    assert provider.metadata == both_keys()


def test_an_entity_id_and_a_key_that_go_are_said(browser: Client) -> None:
    other = PADDING + entity(
        idp_role(key_descriptor(certificate(kind="rsa"))), entity_id="https://new.test"
    )
    shown = text(submit(browser, f"{PAGE}/metadata", document=other, act="preview"))
    assert "Removed" in shown
    assert "idp.example.com/saml is not in the new document" in shown


def test_a_certificate_that_ends_soon_is_amber(browser: Client, provider: SamlProvider) -> None:
    days = (timezone.now() - NOW).days + 20
    soon = PADDING + entity(idp_role(key_descriptor(certificate(7, days=days))))
    submit(browser, f"{PAGE}/metadata", document=soon, act="replace")
    for page in (PAGE, "/iam/providers"):
        assert "Ends soon" in text(browser.get(page))
    old = PADDING + entity(idp_role(key_descriptor(certificate(8, days=-1))))
    SamlProvider.objects.update(metadata=old)
    assert "Ended" in text(browser.get(PAGE))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/metadata",
        "https://localhost/metadata",
        "https://[::1]/metadata",
        "http://idp.example.com/metadata",
        "file:///etc/passwd",
        "https://169.254.169.254/latest",
        "https://user@idp.example.com/",
    ],
)
def test_no_address_inside_is_asked_for_metadata(browser: Client, url: str) -> None:
    """MET-09: by the guard that asks OpenID providers; `tests/federation/oidc` tries it whole."""
    answer = submit(browser, "/iam/add-provider", name="New", address=url, act="add")
    assert answer.status_code == 422
    assert "The address could not be read" in text(answer)
    assert SamlProvider.objects.count() == 1


def test_no_address_is_asked_for_who_may_not_add_a_provider(reader: Client) -> None:
    answer = submit(reader, "/iam/add-provider", name="N", address="https://x.example/", act="add")
    assert answer.status_code == 403


def test_where_a_document_is_wrong_is_said(browser: Client) -> None:
    broken = metadata().replace("<IDPSSODescriptor", "<SPSSODescriptor")
    broken = broken.replace("</IDPSSODescriptor", "</SPSSODescriptor")
    shown = text(submit(browser, "/iam/add-provider", name="N", document=broken, act="add"))
    assert "line 1 has SPSSODescriptor in the namespace urn:oasis" in shown


def test_the_page_after_adding_names_our_values(browser: Client) -> None:
    shown = browser.get(f"{PAGE}/added").content.decode()
    assert "/static/saml/SAMLSP" in shown
    assert "https://aws.amazon.com/SAML/Attributes/RoleSessionName" in shown
    assert "/iam/create-role?trusted=saml&amp;provider=arn" in shown


# --- the sign-in log -----------------------------------------------------------------------------


def refused(client: Client, role: Role, provider: SamlProvider, **more: Any) -> FederatedAttempt:
    answer = post(client, responses.response(given((role, provider)), **more))
    assert answer.status_code == 403
    return FederatedAttempt.objects.latest("at")


def test_a_sign_in_is_in_the_log_with_its_session(
    client: Client, browser: Client, role: Role, provider: SamlProvider
) -> None:
    post(client, responses.response(given((role, provider))))
    client.get("/saml/roles")
    listed = text(browser.get(f"{PAGE}/sign-ins"))
    assert "alice" in listed
    assert "Accepted" in listed
    assert "ops" in listed
    attempt = FederatedAttempt.objects.get()
    shown = text(browser.get(f"{PAGE}/sign-ins/{attempt.pk}"))
    assert TemporarySession.objects.get().pk in shown
    assert "Redeemed within 5 minutes" in shown
    assert "https://aws.amazon.com/SAML/Attributes/RoleSessionName" in shown


def test_a_refusal_says_how_to_mend_it(
    client: Client, browser: Client, role: Role, provider: SamlProvider
) -> None:
    late = timezone.now() - timedelta(minutes=17, seconds=5)
    attempt = refused(client, role, provider, now=late)
    shown = text(browser.get(f"{PAGE}/sign-ins/{attempt.pk}"))
    assert "clock is that much behind" in shown
    ahead = refused(client, role, provider, now=timezone.now() + timedelta(minutes=7, seconds=5))
    shown = text(browser.get(f"{PAGE}/sign-ins/{ahead.pk}"))
    assert "clock is 7 minutes ahead of ours" in shown
    other = refused(client, role, provider, audience="https://other.test")
    shown = text(browser.get(f"{PAGE}/sign-ins/{other.pk}"))
    assert "Set the audience (entity ID of the service provider)" in shown
    assert "https://other.test" in shown


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"Role": "arn:aws:iam::123456789012:role/x"}, "names a role only"),
        ({"Role": "{provider}"}, "names a provider only"),
        ({"Role": "{role};{provider}"}, "by a comma"),
        ({"Role": "{role},{role},{provider}"}, "one value for each role"),
        ({"Role": "ops"}, "neither a role nor a provider"),
        ({"https://aws.amazon.com/SAML/Attributes/role": "{role},{provider}"}, "has to be exactly"),
    ],
)
def test_a_role_attribute_that_is_wrong_is_explained(
    client: Client, browser: Client, role: Role, provider: SamlProvider, attributes: Any, words: str
) -> None:
    known = {"role": role.arn, "provider": provider.arn}
    told = {name: value.format(**known) for name, value in attributes.items()}
    document = responses.response({**told, "RoleSessionName": "alice"})
    answer = submit(browser, f"{PAGE}/test", response=encoded(document))
    assert words in text(browser.get(answer.headers["Location"]))


def test_an_order_that_is_turned_is_remarked(
    browser: Client, role: Role, provider: SamlProvider
) -> None:
    document = responses.response(
        {"Role": f"{provider.arn},{role.arn}", "RoleSessionName": "alice"}
    )
    answer = submit(browser, f"{PAGE}/test", response=encoded(document))
    shown = text(browser.get(answer.headers["Location"]))
    assert "provider and role in the wrong order, which is taken all the same" in shown
    assert "Everything fits." in shown


def test_who_may_not_see_people_sees_the_checks(
    client: Client, reader: Client, role: Role, provider: SamlProvider
) -> None:
    post(
        client,
        responses.response(
            given((role, provider), SourceIdentity="alice"), subject="al&#x69;ce@corp.test"
        ),
    )
    attempt = FederatedAttempt.objects.get()
    for page in (f"{PAGE}/sign-ins", f"{PAGE}/sign-ins/{attempt.pk}"):
        shown = reader.get(page).content.decode()
        assert "alice" not in shown
        assert "(hidden)" in shown
        assert "cloudtrail:LookupEvents" in shown
    assert role.arn in shown


def test_nothing_that_could_be_used_again_is_shown(
    client: Client, browser: Client, role: Role, provider: SamlProvider
) -> None:
    document = responses.response(given((role, provider)))
    post(client, document)
    attempt = FederatedAttempt.objects.get()
    shown = browser.get(f"{PAGE}/sign-ins/{attempt.pk}").content.decode()
    value = document.partition("<ds:SignatureValue>")[2].partition("<")[0]
    assert value not in shown
    assert "(hidden)" in shown


def test_the_refused_page_leads_there_who_may(
    client: Client, browser: Client, reader: Client, cleo: User, role: Role, provider: SamlProvider
) -> None:
    answer = post(client, responses.response(given((role, provider)), audience="x"))
    attempt = FederatedAttempt.objects.get()
    link = f"/iam/sign-ins/{attempt.pk}"
    assert link in answer.content.decode()
    assert str(attempt.pk) in text(answer)
    assert client.get(link).status_code == 302  # to the sign-in page
    assert browser.get(link).headers["Location"] == f"{PAGE}/sign-ins/{attempt.pk}"
    assert sign_in(cleo).get(link).status_code == 404
    assert browser.get(f"/iam/sign-ins/{uuid.uuid4()}").status_code == 404


def test_the_log_has_pages_of_fifty(browser: Client, provider: SamlProvider) -> None:
    now = timezone.now()
    for number in range(120):
        attempts.keep(
            provider,
            FederatedAttempt.SAML,
            FederatedAttempt.API,
            Facts(at=now - timedelta(seconds=number // 2)),
            [],
            "",
            outcome=FederatedAttempt.REFUSED,
            subject=f"person{number:03}",
        )
    seen: list[str] = []
    url = f"{PAGE}/sign-ins"
    pages = []
    while url:
        page = browser.get(url).context["page"]
        pages.append(url)
        seen += [row.subject for row in page.rows]
        url = f"{PAGE}/sign-ins{page.next_url}" if page.next_url else ""
    assert len(pages) == 3
    assert sorted(seen) == [f"person{number:03}" for number in range(120)]
    back = browser.get(pages[2]).context["page"].previous_url
    assert [row.subject for row in browser.get(f"{PAGE}/sign-ins{back}").context["page"].rows] == (
        seen[50:100]
    )
    assert browser.get(f"{PAGE}/sign-ins?after=x").status_code == 400


def test_the_log_costs_the_same_with_many_rows(
    browser: Client, provider: SamlProvider, django_assert_max_num_queries: Any
) -> None:
    for _number in range(30):
        attempts.keep(provider, "SAML", "api", Facts(), [], "", outcome="refused")
    with django_assert_max_num_queries(12):
        assert len(browser.get(f"{PAGE}/sign-ins").context["page"].rows) == 30


def test_a_provider_that_is_gone_leaves_its_log(
    client: Client, browser: Client, role: Role, provider: SamlProvider
) -> None:
    attempt = refused(client, role, provider, audience="x")
    provider.delete()
    assert "Audience" in text(browser.get(f"{PAGE}/sign-ins/{attempt.pk}"))
    assert attempt_log.url_of(attempt) == f"{PAGE}/sign-ins/{attempt.pk}"


# --- tests ---------------------------------------------------------------------------------------


def begun(browser: Client) -> SamlRequest:
    answer = browser.get(f"{PAGE}/test/sign-in")
    assert answer.headers["Location"].startswith("https://idp.example.com/saml/sso?SAMLRequest=")
    return SamlRequest.objects.get()


def test_a_test_sign_in_shows_every_check_and_makes_no_session(
    browser: Client, role: Role, provider: SamlProvider
) -> None:
    distrusting = trusted_role(make_provider(provider.account, "Other"), "dev")
    told = given((role, provider), (distrusting, provider))
    arrived = post(browser, responses.response(told, answers=begun(browser).pk))
    assert arrived.headers["Location"].startswith(f"{PAGE}/test?attempt=")
    shown = text(browser.get(arrived.headers["Location"]))
    assert "Everything fits." in shown
    assert role.arn in shown
    assert f"Let the role's trust policy allow sts:AssumeRoleWithSAML to {provider.arn}." in shown
    assert not TemporarySession.objects.exists()
    assert not PendingSignIn.objects.exists()
    assert FederatedAttempt.objects.get().surface == "test"


def test_a_test_that_is_refused_leads_to_its_page_as_well(
    browser: Client, role: Role, provider: SamlProvider
) -> None:
    document = responses.response(
        given((role, provider)), answers=begun(browser).pk, audience="https://other.test"
    )
    arrived = post(browser, document)
    shown = text(browser.get(arrived.headers["Location"]))
    assert "Refused: Audience" in shown
    assert FederatedAttempt.objects.get().refusal == "AUDIENCE"


def test_a_pasted_response_is_tried_and_not_used_up(
    client: Client, browser: Client, role: Role, provider: SamlProvider
) -> None:
    document = responses.response(given((role, provider)))
    for _time in range(2):
        answer = submit(browser, f"{PAGE}/test", response=encoded(document))
        assert "Everything fits." in text(browser.get(answer.headers["Location"]))
    assert post(client, document).status_code == 303
    garbage = submit(browser, f"{PAGE}/test", response="?")
    assert "Refused: Base64" in text(browser.get(garbage.headers["Location"]))


def test_who_may_not_read_the_provider_tests_nothing(ben: User, provider: SamlProvider) -> None:
    browser = sign_in(ben)
    for page in ("test", "test/sign-in", "sign-ins", f"sign-ins/{uuid.uuid4()}", "metadata"):
        assert browser.get(f"{PAGE}/{page}").status_code == 403
    assert not SamlRequest.objects.exists()
