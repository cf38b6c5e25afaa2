"""The addresses of the console, filled in with the rows of `tests.one_of_each`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from console.models import Job
from federation.models import FederatedAttempt
from identity.models import (
    AccessKey,
    Account,
    ArchiveRule,
    Finding,
    ManagedPolicy,
    User,
    VirtualMfaDevice,
)
from tests.events import logged

# By the first part of a page's name, what stands in the place of `<name>`, `<key_id>` and others.
_NAMES = {"user": "li", "group": "ops", "role": "deploy", "instance": "web", "policy": "edge"}
_NO_PAGES = ("csv", "download", "json", "logout", "metadata", "sign-in", "setup", "sign-out")

# What is over, or was never begun.
_ENDED = dict.fromkeys(("draft_id", "handoff_id", "token", "uuid", "scenario"), "x")

OF_ROOT = (
    "/home",
    "/iam",
    "/billing",
    "/iam/account-settings/close",
    "/me/root",
    "/me/root/name",
    "/me/root/email",
    "/status",
    "/me",
)


def patterns() -> Iterator[URLPattern]:
    """Every address that has a name."""
    for one in get_resolver().url_patterns:
        if isinstance(one, URLPattern) and one.name:
            yield one


def named_pages(account: Account) -> Iterator[tuple[str, str]]:
    """Every address of the console that the rows of the account can fill in, by its name."""
    return _filled_in(account, [one for one in patterns() if not _names_no_page(one)])


def every_address(account: Account) -> Iterator[tuple[str, str]]:
    """Those, and what is a file, a form's target or a part of signing in."""
    return _filled_in(account, patterns(), _ENDED | {"account": account.pk})


def plain_pages() -> list[str]:
    """Every page that is named in full by its address alone."""
    plain = [one for one in patterns() if not one.pattern.converters and not _names_no_page(one)]
    return [f"/{one.pattern}" for one in plain]


def _names_no_page(one: URLPattern) -> bool:
    return str(one.name).endswith(_NO_PAGES)


def _filled_in(
    account: Account, wanted: Iterable[URLPattern], more: dict[str, str] | None = None
) -> Iterator[tuple[str, str]]:
    known = _arguments(account) | (more or {})
    for one in wanted:
        name = str(one.name)
        first = name.partition("-")[0]
        given = known | {"name": _NAMES.get(first, "li"), "segment": _segment(name)}
        taken = {key: given[key] for key in one.pattern.converters if key in given}
        try:
            yield name, reverse(name, kwargs=taken)
        except NoReverseMatch:
            continue


def _arguments(account: Account) -> dict[str, str]:
    key, event = AccessKey.objects.get(user__name="li"), logged().first()
    job, attempt = Job.objects.first(), FederatedAttempt.objects.first()
    finding, rule = Finding.objects.first(), ArchiveRule.objects.first()
    assert event is not None
    assert job is not None
    assert attempt is not None
    assert finding is not None
    assert rule is not None
    return {
        "shelf": "policies",
        "version": "v1",
        "policy": "own",
        "service": "iam",
        "action": "GetUser",
        "key_id": key.pk,
        "key": "ssh-keys",
        "table": "users",
        "event_id": str(event.pk),
        "unique_id": User.objects.get(name="li").unique_id,
        "session_id": "ASIA1",
        "job_id": str(job.pk),
        "attempt_id": str(attempt.pk),
        "finding_id": str(finding.pk),
        "rule_id": str(rule.pk),
        "credential_id": "1" * 24,
        "call_id": str(event.pk),
    }


def _segment(name: str) -> str:
    return "Corp" if name.startswith("saml") else "idp.example.com"


def questions(account: Account) -> Iterator[str]:
    """Pages that show more when something is asked of them."""
    arn = ManagedPolicy.objects.get(account=account, name="edge").arn
    for holder in ("users/li", "groups/ops", "roles/deploy"):
        yield f"/iam/{holder}/policies/detach?arn={arn}"
    yield "/iam/users/ana/policies/copy?from=li"
    yield "/iam/users/ana/delete"
    yield "/help/users"
    yield "/activity?resource=li"
    yield "/activity?since=yesterday"
    yield "/iam/simulator?kind=user&name=li&actions=iam:GetUser"
    yield "/iam/simulator?show=1&service=iam"
    yield "/iam/explain?action=iam:*&who=x&resource=&context=x"
    yield "/preferences/tables/users"
    yield from (f"/jobs/{job.pk}" for job in Job.objects.all())
    for device in VirtualMfaDevice.objects.filter(user__name="li"):
        yield f"/iam/users/li/mfa/remove?serial={quote(device.serial_number, safe='')}"
    yield "/iam/explain?who=li&action=iam:GetUser&resource=*"
    yield "/iam/create-policy?tab=visual"
    yield "/iam/create-policy?tab=examples"
    yield "/iam/create-policy?from=user:li"
    yield "/iam/built-in-policies/ReadOnlyAccess/permissions"
    yield "/iam/users?q=zzz"
    yield "/iam/policies/edge/attached?as=boundary"
    yield "/iam/recommendations/own-mfa/dismiss"
    yield "/iam/users/nobody/permissions"
    yield "/search?q=l"
    yield "/search?q=zzz"
