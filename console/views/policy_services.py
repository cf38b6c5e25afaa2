"""What one policy says of a service and of an action, and when anybody last used it."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from console import last_accessed, paging, policy_services
from console.http import Request
from console.views.policy_pages import Subject, of_policy, page
from identity.errors import NoSuchEntity
from identity.models import PolicyVersion


def _version(subject: Subject) -> PolicyVersion:
    """The version in force, for who may read it. Raises AccessDenied."""
    policy = subject.policy
    version = policy.default_version
    assert version is not None  # every policy in the table has one
    subject.rights.require(
        "GetPolicyVersion", policy.arn, PolicyArn=policy.arn, VersionId=version.version_id
    )
    return version


@require_safe
@of_policy
def service(request: Request, subject: Subject, service: str) -> HttpResponse:
    """Every action of a service with what the policy says of it."""
    found = policy_services.of_service(_version(subject).document, service)
    if found is None:
        raise NoSuchEntity(policy_services.no_such(service))
    text = request.GET.get("q", "").strip()
    rows = [row for row in found.rows if text.lower() in row.name.lower()]
    return page(
        request,
        subject,
        "service.html",
        found=found,
        text=text,
        page=paging.page_of_list(request, rows, key="name"),
    )


@require_safe
@of_policy
def action(request: Request, subject: Subject, service: str, action: str) -> HttpResponse:
    """One action: its statements, its resource types and condition keys."""
    found = policy_services.of_action(_version(subject).document, service, action)
    if found is None:
        raise NoSuchEntity(policy_services.no_such(f"{service}:{action}"))
    return page(request, subject, "action.html", found=found)


@require_safe
@of_policy
def accessed(request: Request, subject: Subject) -> HttpResponse:
    """When those who have the policy last used what it grants."""
    found = last_accessed.services_of(request, subject.rights, subject.policy)
    rows = paging.page_of_list(request, found.value or [], key="prefix")
    return page(request, subject, "last_accessed.html", "last-accessed", found=found, page=rows)
