"""The versions of a policy: one in force, the others to compare, put in force or delete."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import policy_preview, policy_summary
from console.diffs import rows_of
from console.forms.base import send
from console.forms.users import ConfirmForm
from console.http import Request
from console.responses import SeeOther
from console.views.policy_pages import Subject, of_policy, page
from identity import quotas
from identity.errors import NoSuchEntity
from identity.models import PolicyVersion


def version_named(subject: Subject, version_id: str) -> PolicyVersion:
    """The version `v2` for who may read it. Raises AccessDenied and NoSuchEntity."""
    arn = subject.policy.arn
    subject.rights.require("GetPolicyVersion", arn, PolicyArn=arn, VersionId=version_id)
    number = version_id.removeprefix("v")
    if number.isascii() and number.isdecimal() and len(number) < 9:
        found = subject.policy.versions.filter(number=int(number)).first()
        if found is not None and found.version_id == version_id:
            return found
    raise NoSuchEntity(_("This policy has no version %s.") % version_id)


@require_safe
@of_policy
def versions(request: Request, subject: Subject) -> HttpResponse:
    policy = subject.policy
    read = subject.rights.reading(
        "ListPolicyVersions",
        policy.arn,
        lambda: list(policy.versions.defer("document").order_by("-number")),
        PolicyArn=policy.arn,
    )
    return page(
        request,
        subject,
        "versions.html",
        "versions",
        read=read,
        limit=quotas.VERSIONS_PER_POLICY,
        unreadable="" if subject.rights.allow("iam:GetPolicyVersion", policy.arn) else "yes",
    )


@require_safe
@of_policy
def version(request: Request, subject: Subject, version: str) -> HttpResponse:
    """One version, what it says otherwise than the default one, and whose calls that changes."""
    found = version_named(subject, version)
    default = subject.policy.default_version
    assert default is not None
    return page(
        request,
        subject,
        "version.html",
        version=found,
        is_default=found == default,
        preview=None
        if found == default or subject.policy.is_shipped
        else policy_preview.of(request, subject, found.document),
        document=policy_summary.text(found.document),
        summary=policy_summary.shown(found.document),
        changes=rows_of(policy_summary.text(default.document), policy_summary.text(found.document)),
    )


@require_POST
@of_policy
def make_default(request: Request, subject: Subject, version: str) -> HttpResponse:
    """Put a version in force at once, with an Undo in the message."""
    before = str(subject.policy.default_version)
    request.iam.set_default_policy_version(PolicyArn=subject.policy.arn, VersionId=version)
    undo = {"policy": subject.policy, "segment": subject.segment, "now": version, "before": before}
    message = render_to_string("console/policies/_default_message.html", undo, request)
    messages.success(request, message)
    return SeeOther(subject.url("policy-versions"))


@of_policy
def delete(request: Request, subject: Subject, version: str) -> HttpResponse:
    found = version_named(subject, version)
    form = ConfirmForm(request.POST or None)
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, subject, found))):
        return done
    document = policy_summary.text(found.document)
    return page(
        request, subject, "version_delete.html", form=form, version=found, document=document
    )


def _delete(request: Request, subject: Subject, version: PolicyVersion) -> HttpResponse:
    request.iam.delete_policy_version(PolicyArn=subject.policy.arn, VersionId=version.version_id)
    words = {"name": subject.policy.name, "version": version.version_id}
    messages.success(request, _("%(version)s of %(name)s was deleted.") % words)
    return SeeOther(subject.url("policy-versions"))
