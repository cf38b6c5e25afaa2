"""One assertion at many doors at the same moment: one of them opens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from federation.models import PendingSignIn, SamlProvider, SeenAssertion
from identity import unsigned
from identity.models import Account, Role, TemporarySession
from identity.unsigned import Unsigned
from tests.databases.racing import THREADS, race
from tests.federation import responses
from tests.federation.responses import encoded
from tests.federation.test_saml_sign_in import given, make_provider, trusted_role


@pytest.fixture
def provider(account: Account) -> SamlProvider:
    return make_provider(account)


@pytest.fixture
def role(provider: SamlProvider) -> Role:
    return trusted_role(provider)


def test_a_browser_s_response_is_taken_once(role: Role, provider: SamlProvider) -> None:
    fields = {"SAMLResponse": encoded(responses.response(given((role, provider))))}
    outcome = race(lambda _: Client().post("/saml", fields).status_code == 303)
    assert outcome == {"won": 1, "lost": THREADS - 1}
    assert PendingSignIn.objects.filter(provider=provider).count() == 1
    kept = SeenAssertion.objects.latest("expires_at").expires_at - timezone.now()
    assert kept > timedelta(minutes=30)  # also when the clock is set back


def test_a_program_s_assertion_is_taken_once(role: Role, provider: SamlProvider) -> None:
    params = {
        "RoleArn": role.arn,
        "PrincipalArn": provider.arn,
        "SAMLAssertion": encoded(responses.response(given((role, provider)))),
    }
    outcome = race(lambda _: unsigned.perform(Unsigned("sts", "AssumeRoleWithSAML", params)))
    assert outcome == {"won": 1, "InvalidIdentityToken": THREADS - 1}
    assert TemporarySession.objects.filter(role=role).count() == 1


def test_the_choice_of_a_role_is_made_once(role: Role, provider: SamlProvider) -> None:
    first = Client()
    first.post("/saml", {"SAMLResponse": encoded(responses.response(given((role, provider))))})
    handle = first.cookies["saml"].value

    def choose(_number: int) -> bool:
        browser = Client()
        browser.cookies["saml"] = handle
        return browser.get("/saml/roles").status_code == 303

    assert race(choose) == {"won": 1, "lost": THREADS - 1}
    assert TemporarySession.objects.filter(role=role).count() == 1
