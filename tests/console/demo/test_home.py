"""`/demo`: off unless switched on; set up with one button and removed with another."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.demo import setup
from console.demo.urls import demo_urls
from console.models import Demonstration
from federation.models import FederatedAttempt, OidcProvider, SamlProvider
from identity.models import Account, ManagedPolicy, Role, User
from tests.browser import PROJECT
from tests.console.conftest import sign_in
from tests.console.pages import hidden, text

SetUp = Callable[[str], Any]


def addresses() -> list[str]:
    given = {"scenario": "directory", "attempt_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2"}
    return [
        reverse(
            str(page.name), kwargs={k: v for k, v in given.items() if f":{k}>" in str(page.pattern)}
        )
        for page in demo_urls
    ]


def test_nothing_is_there_unless_switched_on(administrator: Client, settings: Any) -> None:
    settings.DEMO = False
    answers = {at: administrator.get(at).status_code for at in addresses()}
    assert set(answers.values()) <= {404, 405}, answers
    assert {administrator.post(at).status_code for at in addresses()} <= {404, 405}


@pytest.mark.parametrize("scenario", setup.SCENARIOS)
def test_what_is_made_is_listed_and_removed_to_the_last_piece(
    administrator: Client, account: Account, set_up: SetUp, scenario: str
) -> None:
    def count() -> tuple[int, ...]:
        models = (Role, ManagedPolicy, User, SamlProvider, OidcProvider)
        return tuple(model._default_manager.filter(account=account).count() for model in models)

    before = count()
    page = text(set_up(scenario))
    row = Demonstration.objects.get()
    assert row.made
    assert all(name in page for _kind, name in row.made)
    assert count() > before
    fields = hidden(administrator.get("/demo"))
    answer = administrator.post(f"/demo/{scenario}/remove", fields, follow=True)
    assert "removed" in text(answer)
    assert count() == before
    assert not Demonstration.objects.exists()


def test_what_was_removed_by_hand_is_no_obstacle(
    administrator: Client, account: Account, set_up: SetUp, iam: Any, ana: User
) -> None:
    set_up(setup.DIRECTORY)
    iam(ana).delete_saml_provider(SAMLProviderArn=SamlProvider.objects.get().arn)
    administrator.post("/demo/directory/remove", hidden(administrator.get("/demo")))
    assert not Role.objects.filter(account=account).exists()


def test_a_name_that_is_taken_undoes_the_whole(
    set_up: SetUp, account: Account, iam: Any, ana: User
) -> None:
    set_up(setup.DIRECTORY)
    Demonstration.objects.all().delete()
    answer = set_up(setup.DIRECTORY)
    assert "already exists" in answer.content.decode()
    assert not Demonstration.objects.exists()


def test_who_may_not_make_providers_gets_none(administrator: Client, ben: User) -> None:
    browser = sign_in(ben)
    answer = browser.post("/demo/directory/set-up", hidden(browser.get("/demo")))
    assert answer.status_code == 403
    assert not SamlProvider.objects.exists()
    assert not Demonstration.objects.exists()


def test_the_drawing_is_beside_words_that_say_the_same(administrator: Client) -> None:
    page = administrator.get("/demo").content.decode()
    assert page.count('<svg class="sequence"') == 3
    assert "AssumeRoleWithWebIdentity" in text(administrator.get("/demo"))


def test_home_leads_to_it_where_it_is_on(administrator: Client, settings: Any) -> None:
    assert 'href="/demo"' in administrator.get("/home").content.decode()
    settings.DEMO = False
    assert 'href="/demo"' not in administrator.get("/home").content.decode()


def test_an_unknown_demonstration_is_not_found(administrator: Client) -> None:
    assert administrator.post("/demo/other/set-up").status_code == 404


def test_the_trace_of_another_account_is_not_found(administrator: Client, cleo: User) -> None:
    row = FederatedAttempt(account=cleo.account, provider_arn="x", kind="SAML", outcome="refused")
    row.save()
    assert administrator.get(f"/demo/trace/{row.pk}").status_code == 404


def test_the_trace_needs_the_right_to_read_the_provider(
    set_up: SetUp, account: Account, ben: User, administrator: Client
) -> None:
    set_up(setup.DIRECTORY)
    checks = [{"name": "Signature", "passed": False, "expected": "a", "found": "b", "remedy": "c"}]
    row = FederatedAttempt(
        account=account,
        provider_arn=SamlProvider.objects.get().arn,
        kind="SAML",
        outcome="refused",
        refusal="SIG_VALUE",
        checks=checks,
    )
    row.keep("<Response/>")
    row.save()
    assert sign_in(ben).get(f"/demo/trace/{row.pk}").status_code == 403
    assert str(row.pk) not in sign_in(ben).get("/demo").content.decode()
    assert str(row.pk) in administrator.get("/demo").content.decode()
    page = text(administrator.get(f"/demo/trace/{row.pk}"))
    assert "Signature Does not fit a b c" in page
    assert "<Response/>" in page


def test_away_from_loopback_it_cannot_be_switched_on(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT,
        env={
            "BARTIZAN_DATA_DIR": str(tmp_path),
            "BARTIZAN_BASE_URL": "https://iam.example.com",
            "BARTIZAN_DEMO": "true",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "`BARTIZAN_DEMO` needs a loopback address" in done.stderr


def test_the_empty_list_of_providers_leads_here_and_only_while_demonstrations_are_on(
    administrator: Client, settings: Any
) -> None:
    page = administrator.get("/iam/providers").content.decode()
    assert re.search(r'<a[^>]* href="/demo"[^>]*>\s*Try the demonstration provider', page)
    settings.DEMO = False
    assert "demonstration" not in text(administrator.get("/iam/providers"))
