"""The frame around every page: menus, account, theme, titles."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.urls import path
from django.utils import timezone

from console import help_topics, navigation
from console.context import console, session_kind
from identity.callers import Kind


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("home", _page, name="home"),
    path("iam", _page, name="dashboard"),
    path("iam/users", _page, name="users"),
    path("me", _page, name="me"),
    path("sign-out", _page, name="sign-out"),
]
pytestmark = pytest.mark.urls(__name__)


def caller(**values: Any) -> SimpleNamespace:
    account = SimpleNamespace(id="123456789012", name="Example", alias=values.pop("alias", None))
    given = {"name": "bob", "is_root": False, "kind": Kind.USER, "session": None}
    given |= {"arn": "arn:aws:iam::123456789012:user/bob"}
    ends = {"account": account, "session_ends_at": timezone.now() + timedelta(hours=2, minutes=1)}
    return SimpleNamespace(**(given | ends | values))


def ask(address: str = "/iam/users", who: SimpleNamespace | None = None) -> HttpRequest:
    request = RequestFactory().get(address)
    request.caller = who  # type: ignore[attr-defined]  # what the middleware sets
    return request


def shown(request: HttpRequest, source: str = "", **context: Any) -> str:
    page = '{% extends "layouts/console.html" %}' + source
    return engines["django"].from_string(page).render(context, request)


def test_the_menu_shows_only_pages_that_exist() -> None:
    groups = navigation.side_menu(ask())
    assert [[link.url for link in group.entries] for group in groups] == [["/iam"], ["/iam/users"]]
    assert [link.url for link in navigation.account_menu(ask(who=caller()))] == ["/me"]


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/iam/users", "page"),
        ("/iam/users/bob", "true"),
        ("/iam/create-user", "true"),
        ("/iam/create-user/1/review", "true"),
        ("/iam/users-of-others", ""),
        ("/home", ""),
    ],
)
def test_the_entry_of_the_page_is_marked(address: str, current: str) -> None:
    (link,) = navigation.side_menu(ask(address))[1].entries
    assert link.current == current


def test_every_entry_that_names_an_action_names_its_service() -> None:
    actions = [entry.action for part in navigation.SECTIONS for entry in part.entries]
    assert all(action == "" or action.count(":") == 1 for action in actions)


@pytest.mark.parametrize(
    ("arn", "is_root", "words"),
    [
        ("arn:aws:iam::123456789012:root", True, "Root user"),
        ("arn:aws:iam::123456789012:user/x/bob", False, "IAM user"),
        ("arn:aws:sts::123456789012:assumed-role/Ops/bob", False, "Role Ops via bob"),
        ("arn:aws:sts::123456789012:federated-user/jo", False, "Federated: jo"),
    ],
)
def test_the_session_says_what_it_is(arn: str, is_root: bool, words: str) -> None:
    assert session_kind(caller(arn=arn, is_root=is_root)) == words  # type: ignore[arg-type]


def test_the_account_menu_says_who_where_and_how_long() -> None:
    html = shown(ask(who=caller(alias="example")))
    assert "bob @ example" in html
    assert "<code data-source>123456789012</code>" in html
    assert "Session ends in 2 hours" in html
    assert '<form method="post" action="/sign-out">' in html
    assert "csrfmiddlewaretoken" in html


def test_an_account_without_an_alias_goes_by_its_number() -> None:
    html = shown(ask(who=caller()), "{% block title %}bob{% endblock %}")
    assert "<title>bob – Identity &amp; access – 123456789012 – Bartizan</title>" in html


def test_only_root_is_warned_about_being_root() -> None:
    warning = "You are signed in as the root user."
    assert warning in shown(ask(who=caller(is_root=True, name="root")))
    assert warning not in shown(ask(who=caller()))


def test_a_hostile_name_stays_text_in_the_frame() -> None:
    html = shown(ask(who=caller(name="<img src=x>", alias="<b>")))
    assert "<img" not in html
    assert "<b>" not in html


def test_signed_out_the_frame_tells_nothing_of_the_installation() -> None:
    html = shown(ask())
    assert "/iam/users" not in html
    assert console(ask())["version"] == ""


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("", ""), ('"><script>', "")]
)
def test_only_a_known_theme_is_taken_from_the_cookie(cookie: str, theme: str) -> None:
    request = ask()
    request.COOKIES["theme"] = cookie
    assert console(request)["theme"] == theme


def test_a_failed_form_is_told_in_the_title_first() -> None:
    form = SimpleNamespace(errors={"name": ["wrong"]})
    assert "<title>Error: " in shown(ask(who=caller()), form=form)
    assert "<title>Error: " not in shown(ask(who=caller()))


def test_a_page_has_one_heading_a_skip_link_first_and_a_main_to_skip_to() -> None:
    html = shown(ask(who=caller()), "{% block heading %}Users{% endblock %}")
    assert html.count("<h1") == 1
    assert html.index('<a class="skip" href="#main">') == html.index("<a ")
    assert '<main id="main" tabindex="-1">' in html
    assert '<html lang="en' in html


@pytest.mark.parametrize(
    ("page", "topic"),
    [
        ("users", "users"),
        ("user-key-rotate-delete", "access-keys"),
        ("user-boundary", "boundaries"),
        ("role-last-accessed", "last-accessed"),
        ("job-file", "import-export"),
        ("home", ""),
    ],
)
def test_a_page_leads_to_the_help_about_it(page: str, topic: str) -> None:
    found = help_topics.of_page(page)
    assert (found.key if found else "") == topic
