"""The page about signing in with a SAML provider."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from federation.models import SamlProvider, SamlSignOn
from identity.models import Account, User
from tests.console.conftest import sign_in
from tests.console.pages import hidden, text
from tests.events import logged
from tests.federation.documents import metadata

PAGE = "/iam/providers/saml/Corp/sign-on"


@pytest.fixture
def provider(account: Account) -> SamlProvider:
    return SamlProvider.objects.create(
        account=account, name="Corp", metadata=metadata(), valid_until=timezone.now()
    )


def save(browser: Client, **chosen: str) -> int:
    status: int = browser.post(PAGE, {**hidden(browser.get(PAGE)), **chosen}).status_code
    return status


def test_it_is_saved_and_recorded(ana: User, provider: SamlProvider) -> None:
    assert save(sign_in(ana), button="on", fresh="on") == 303
    row = SamlSignOn.objects.get(provider=provider)
    assert (row.unsolicited, row.button, row.fresh) == (False, True, True)
    event = logged().get(name="UpdateSAMLSignOn")
    assert event.describe()["additionalEventData"]["SamlProviderArn"] == provider.arn
    assert save(sign_in(ana), unsolicited="on") == 303
    row.refresh_from_db()
    assert (row.unsolicited, row.button, row.fresh) == (True, False, False)


def test_it_shows_what_the_identity_provider_has_to_know(ana: User, provider: SamlProvider) -> None:
    shown = text(sign_in(ana).get(PAGE))
    assert f"/saml/acs/{provider.uuid}" in shown
    assert "/static/saml-metadata.xml" in shown
    assert f"/sign-in/saml/{provider.account_id}/Corp" in shown


def test_who_may_not_change_the_provider_may_not_change_this(
    ben: User, provider: SamlProvider
) -> None:
    assert sign_in(ben).get(PAGE).status_code == 403
    assert not SamlSignOn.objects.exists()


def test_a_provider_of_another_account_is_not_there(cleo: User, provider: SamlProvider) -> None:
    assert sign_in(cleo).get(PAGE).status_code == 404
