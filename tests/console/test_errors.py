"""Failures as pages: the status, the words, the way on; never a stack trace."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE
from django.template import TemplateDoesNotExist
from django.test import RequestFactory

from console.denials import Denial
from console.views import errors
from identity.callers import Kind
from identity.errors import (
    AccessDenied,
    AwsError,
    ConcurrentModification,
    DeleteConflict,
    InvalidClientTokenId,
    MethodNotAllowed,
    NoSuchEntity,
    RequestTooLarge,
    ServiceUnavailable,
    Throttling,
    ValidationError,
)
from identity.models import ConsoleSettings

BOB = "arn:aws:iam::123456789012:user/bob"
DENIED = (
    f"User: {BOB} is not authorized to perform: iam:ListMFADevices on resource: {BOB} "
    "because no identity-based policy allows the iam:ListMFADevices action"
)
HOSTILE = "<script>alert(1)</script>"


def ask(signed_in: bool = True, address: str = "/iam/users?q=a") -> HttpRequest:
    request = RequestFactory().get(address)
    request.request_id = "event-7"  # type: ignore[attr-defined]  # what the middleware sets
    settings = ConsoleSettings()
    account = SimpleNamespace(id="123456789012", alias="example", console_settings=settings)
    who = SimpleNamespace(account=account, name="bob", is_root=False, arn=BOB, session_ends_at=None)
    who.kind = Kind.USER
    request.caller = who if signed_in else None  # type: ignore[attr-defined]
    return request


def text(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (AccessDenied(DENIED), 403, "You may not do this"),
        (AccessDenied(HOSTILE), 403, "You may not do this"),
        (InvalidClientTokenId(HOSTILE), 403, "You may not do this"),
        (
            NoSuchEntity("The user with name bbo cannot be found."),
            404,
            "There is no user named bbo",
        ),
        (NoSuchEntity(HOSTILE), 404, "There is nothing of this name"),
        (MethodNotAllowed(HOSTILE), 405, "This cannot be done here"),
        (DeleteConflict(HOSTILE), 409, "This conflicts with what is there now"),
        (ConcurrentModification(""), 409, "Someone changed this while you were editing"),
        (RequestTooLarge(HOSTILE), 413, "This is too large"),
        (Throttling(HOSTILE), 429, "Too many tries"),
        (ValidationError(HOSTILE), 400, "This could not be done"),
        (ServiceUnavailable(HOSTILE), 503, "Not ready yet"),
        (AwsError(HOSTILE), 500, "Something broke on our side"),
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_every_refusal_is_a_page_with_its_status_one_heading_and_an_event_id(
    error: AwsError, status: int, heading: str, signed_in: bool
) -> None:
    response = errors.refused(ask(signed_in), error)
    html = text(response)
    assert response.status_code == status
    assert html.count("<h1") == 1
    assert heading in html
    assert "event-7" in html
    assert "<script>" not in html
    assert "btn-primary" in html


@pytest.mark.parametrize("error", [AccessDenied(DENIED), ValidationError("x"), NoSuchEntity("x")])
def test_the_console_frame_stays_for_whoever_is_signed_in(error: AwsError) -> None:
    assert "bob @ example" in text(errors.refused(ask(), error))
    assert 'class="entrance"' in text(errors.refused(ask(signed_in=False), error))


def test_a_denial_says_who_what_on_what_why_and_what_to_ask_for() -> None:
    html = text(errors.refused(ask(), AccessDenied(DENIED)))
    assert (
        "bob (user in 123456789012) may not list MFA devices (<code>iam:ListMFADevices</code>)"
        in html
    )
    assert "No policy of the user, of a group or of the role allows it." in html
    assert DENIED in html
    assert f"Who: {BOB} Action: iam:ListMFADevices Resource: {BOB} Event ID: event-7" in html


def test_the_reason_that_the_policy_engine_gives_comes_first() -> None:
    html = text(errors.refused(ask(), AccessDenied(DENIED), decision_text="Because of Boundary."))
    assert "Because of Boundary." in html
    assert "No policy of the user" not in html


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("with an explicit deny in an identity-based policy", "denies it outright"),
        ("because no identity-based policy allows the iam:X action", "No policy of the user"),
        ("with an explicit deny in a permissions boundary", "boundary denies"),
        ("because no permissions boundary allows the iam:X action", "boundary does not allow"),
        ("because no session policy allows the iam:X action", "when this session began"),
        ("with an explicit deny in a service control policy", "guardrail"),
        ("because no role trust policy allows the sts:AssumeRole action", "trust policy"),
        ("because no resource-based policy allows the iam:X action", "policy of the resource"),
        ("", ""),
    ],
)
def test_each_kind_of_denial_has_its_own_words(end: str, words: str) -> None:
    why = Denial.read(f"User: {BOB} is not authorized to perform: iam:X on resource: * {end}").why
    assert words.lower() in why.lower()
    assert bool(why) == bool(words)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("iam:ListUsers", "list users"),
        ("iam:CreateSAMLProvider", "create SAML provider"),
        ("iam:GetSSHPublicKey", "get SSH public key"),
        ("iam:EnableMFADevice", "enable MFA device"),
        ("sts:AssumeRole", "assume role"),
    ],
)
def test_an_action_reads_as_words(action: str, words: str) -> None:
    assert Denial(action=action).words == words


def test_a_denial_without_a_resource_is_read_too() -> None:
    denial = Denial.read(f"User: {BOB} is not authorized to perform: iam:GetAccountSummary")
    assert (denial.action, denial.resource, denial.why) == ("iam:GetAccountSummary", "", "")


def test_a_throttled_caller_is_told_how_long_to_wait() -> None:
    error = Throttling("slow down", retry_after=7)
    response = errors.refused(ask(), error)
    assert response.headers["Retry-After"] == "7"
    assert "Wait 7 seconds, then try again." in text(response)


def test_a_service_that_is_starting_comes_back_by_itself() -> None:
    assert errors.refused(ask(), ServiceUnavailable()).headers["Refresh"] == "5"


# --- Django's handlers -----------------------------------------------------------------------


def test_an_unknown_address_is_not_repeated() -> None:
    response = errors.page_not_found(ask(address=f"/{HOSTILE}"), Http404("tried: /admin"))
    assert response.status_code == 404
    assert "admin" not in text(response)
    assert "<script>" not in text(response)


def test_a_refused_page_gives_the_views_own_reason() -> None:
    response = errors.permission_denied(ask(), PermissionDenied("Only root may do this."))
    assert response.status_code == 403
    assert "Only root may do this." in text(response)


def test_a_bad_request_keeps_its_cause_to_itself() -> None:
    response = errors.bad_request(ask(), SuspiciousOperation("HTTP_HOST was evil.test"))
    assert response.status_code == 400
    assert "evil.test" not in text(response)


def test_a_body_above_the_limit_is_told_both_numbers() -> None:
    request = ask()
    request.META["CONTENT_LENGTH"] = str(5 * 1024 * 1024)
    html = text(errors.bad_request(request, RequestDataTooBig("too big")))
    assert "You sent 5.0\xa0MB; the limit is 1.0\xa0MB." in response_text(html)


def response_text(html: str) -> str:
    return html.replace("&nbsp;", "\xa0").replace(" MB", "\xa0MB")


@pytest.mark.parametrize(
    ("reason", "words"),
    [(REASON_NO_CSRF_COOKIE, "Allow cookies"), (REASON_BAD_ORIGIN, "send it once more")],
)
def test_a_form_without_its_token_changes_nothing_and_leads_back(reason: str, words: str) -> None:
    response = errors.csrf_failure(ask(), reason)
    html = text(response)
    assert response.status_code == 400
    assert "Nothing was changed." in html
    assert words in html
    assert 'href="/iam/users?q=a"' in html


def test_the_way_back_never_leaves_this_host() -> None:
    html = text(errors.csrf_failure(ask(address="//evil.test/x")))
    assert 'href="//' not in html


@pytest.mark.parametrize("again", ["", "/sign-in/root/forgot"])
def test_a_used_link_offers_a_new_one(again: str) -> None:
    response = errors.gone(ask(signed_in=False), again)
    assert response.status_code == 410
    assert (f'href="{again}">Send a new one' in text(response)) == bool(again)


def test_the_page_of_last_resort_needs_no_caller_no_context_and_no_database() -> None:
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something broke on our side" in text(response)


@pytest.mark.parametrize("trouble", [TemplateDoesNotExist("500.html"), ValueError("no such file")])
def test_even_without_its_template_a_failure_is_a_page(
    trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> str:
        raise trouble

    monkeypatch.setattr(errors, "render_to_string", broken)
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "<h1>Something broke on our side</h1>" in text(response)
