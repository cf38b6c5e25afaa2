"""The choice of a role: narrowed by words, with the last choice marked; all without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import signing
from django.test import Client

from federation import last_roles
from federation.models import SamlProvider
from identity.models import Account, Role
from tests.factories import make_account
from tests.federation import responses
from tests.federation.test_saml_sign_in import (
    given,
    make_provider,
    post,
    sentence,
    signed_in,
    trusted_role,
)

PAGE = "/saml/roles"


@pytest.fixture
def roles(account: Account) -> list[tuple[Role, SamlProvider]]:
    """Eight roles of two accounts: more than a glance takes in."""
    ours = make_provider(account)
    theirs = make_provider(make_account("Partner", "root@partner.test", alias="partner"))
    found = [(trusted_role(ours, f"dev-{number}"), ours) for number in range(6)]
    found += [(trusted_role(theirs, name), theirs) for name in ("audit", "dev-0")]
    Role.objects.filter(name="audit").update(description="Reads <everything>")
    return found


def arrive(client: Client, roles: list[tuple[Role, SamlProvider]]) -> None:
    assert post(client, responses.response(given(*roles))).status_code == 303


def marked(client: Client, query: str = "") -> list[str]:
    """The roles that are shown; the one that is checked has a star."""
    page = client.get(PAGE + query)
    assert page.status_code == 200
    shown = [one for _account, options in page.context["accounts"] for one in options]
    assert page.content.count(b'type="radio"') == len(shown)
    names = {one.role_arn: f"{one.account.alias}/{one.label}" for one in shown}
    checked = page.content.decode().count(" checked>")
    assert checked == (page.context["marked"] in names)
    return [f"{name}{'*' * (arn == page.context['marked'])}" for arn, name in names.items()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("AUDIT", ["partner/audit*"]),
        ("everything", ["partner/audit*"]),
        ("partner dev", ["partner/dev-0*"]),
        ("dev-0", ["example/dev-0", "partner/dev-0"]),
        ("<script>", []),
        (" " * 300, 8),
    ],
)
def test_words_narrow_the_roles(
    client: Client, roles: list[tuple[Role, SamlProvider]], text: str, shown: list[str] | int
) -> None:
    arrive(client, roles)
    assert 'name="q"' in client.get(PAGE).content.decode()
    found = marked(client, f"?q={text}")
    assert (len(found) if isinstance(shown, int) else sorted(found)) == shown
    page = client.get(PAGE, {"q": text})
    assert b"<script>" not in page.content
    assert ("Show all roles" in sentence(page)) == (found == [])
    assert signed_in(client) == ""


def test_a_choice_from_narrowed_roles_signs_in(
    client: Client, roles: list[tuple[Role, SamlProvider]]
) -> None:
    arrive(client, roles)
    assert client.post(f"{PAGE}?q=audit", {}).status_code == 422
    assert client.post(f"{PAGE}?q=audit", {"role": roles[6][0].arn}).status_code == 303
    assert signed_in(client) == "audit/alice"


def test_few_roles_have_no_filter(client: Client, roles: list[tuple[Role, SamlProvider]]) -> None:
    arrive(client, roles[:3])
    assert b'type="search"' not in client.get(PAGE).content


def test_the_last_choice_is_marked_and_never_taken_by_itself(
    client: Client, roles: list[tuple[Role, SamlProvider]]
) -> None:
    for number in (2, 6):
        arrive(client, roles)
        client.post(PAGE, {"role": roles[number][0].arn})
        client.post("/sign-out")
    arrive(client, roles)
    assert [one for one in marked(client) if one.endswith("*")] == ["partner/audit*"]
    assert "Used last" in sentence(client.get(PAGE))
    assert marked(client, "?q=dev-1 dev") == ["example/dev-1*"]
    assert [one for one in marked(client, "?q=dev") if one.endswith("*")] == ["example/dev-2*"]
    arrive(client, roles[:2])
    assert not any(one.endswith("*") for one in marked(client))
    assert signed_in(client) == ""


@pytest.mark.parametrize("cookie", ["", "x", "WyJ4Il0:1:x"])
def test_a_cookie_that_we_did_not_sign_marks_nothing(
    client: Client, roles: list[tuple[Role, SamlProvider]], cookie: str
) -> None:
    forged = cookie or signing.dumps([roles[0][0].arn], salt="another")
    client.cookies[last_roles.COOKIE] = forged
    arrive(client, roles)
    assert not any(one.endswith("*") for one in marked(client))


def test_many_roles_cost_no_more_queries_than_two(
    client: Client, account: Account, django_assert_max_num_queries: Any
) -> None:
    provider = make_provider(account)
    many = [(trusted_role(provider, f"role-{number}"), provider) for number in range(30)]
    arrive(client, many)
    with django_assert_max_num_queries(5):
        assert len(marked(client)) == 30


def test_a_whole_sign_in_takes_few_queries(
    client: Client, account: Account, django_assert_max_num_queries: Any
) -> None:
    """Two requests, with what transactions and savepoints say."""
    provider = make_provider(account)
    role = trusted_role(provider)
    with django_assert_max_num_queries(26):
        arrive(client, [(role, provider)])
        assert client.get(PAGE).headers["Location"] == "/home"
