"""The policy editor: a new policy, a new version of one, and the check alone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from console import editor, policy_preview, responses, smaller_policies
from console.diffs import rows_of
from console.forms.base import send
from console.forms.policies import CheckPolicyForm, CreatePolicyForm, EditPolicyForm
from console.forms.policy_documents import sent
from console.http import Request
from console.names import CUSTOM, policy_segment
from console.permissions import Rights
from console.policy_summary import text
from console.responses import SeeOther, address, see_other
from console.smaller_policies import Proposal
from console.views.policy_pages import Subject, of_policy, page
from identity import arns, quotas
from identity.models import PolicyVersion
from identity.policy import Kind


def create(request: Request) -> HttpResponse:
    """A new policy; `?from=user:bob` begins with what that user really used."""
    proposal = smaller_policies.proposal(request) if request.method == "GET" else None
    given = {"path": "/"} | _filled_in(proposal)
    form = CreatePolicyForm(**sent(request, **given))
    if form.is_valid() and (done := send(request, form, lambda: _create(request, form))):
        return done
    anything = arns.iam(request.caller.account_id, "policy", "*")
    denied = Rights(request).denied(anything)
    return responses.page(
        request,
        "console/policies/create.html",
        form=form,
        denied=denied,
        proposal=proposal,
        editor=editor.shown(request, form),
    )


def _filled_in(proposal: Proposal | None) -> dict[str, Any]:
    if proposal is None or not proposal.document:
        return {}
    return {"policy_name": proposal.name, "document": proposal.document}


def _create(request: Request, form: CreatePolicyForm) -> HttpResponse:
    given = form.cleaned_data
    policy = request.iam.create_policy(
        PolicyName=given["policy_name"],
        Path=given["path"],
        Description=given["description"],
        PolicyDocument=given["document"],
    )["Policy"]
    name = policy["PolicyName"]
    message = format_html(
        '{} <a href="{}">{}</a>',
        _("Policy %(name)s was created.") % {"name": name},
        address("policy-attach", CUSTOM, policy_segment(name)),
        _("Attach it"),
    )
    messages.success(request, message)
    return see_other("policy-permissions", CUSTOM, policy_segment(name))


@of_policy
def edit(request: Request, subject: Subject) -> HttpResponse:
    """Another document, as a new version: versions never change."""
    policy = subject.policy
    default = policy.default_version
    assert default is not None
    subject.rights.require("GetPolicyVersion", policy.arn, PolicyArn=policy.arn)
    form = EditPolicyForm(
        **sent(request, document=text(default.document), make_default=True),
        policy=policy,
        removable=_removable(subject),
    )
    if form.is_valid() and (done := send(request, form, lambda: _save(request, subject, form))):
        return done
    return page(
        request,
        subject,
        "edit.html",
        form=form,
        editor=editor.shown(request, form),
        **_review(request, subject, form),
    )


def _review(request: Request, subject: Subject, form: EditPolicyForm) -> dict[str, Any]:
    """What would change: the text, and whose recorded calls; nothing before it is asked for."""
    default = subject.policy.default_version
    if form.report is None or default is None:
        return {}
    changes = rows_of(text(default.document), form.report.text)
    if not form.reviewed or not changes:
        return {"changes": changes}
    return {"changes": changes, "preview": policy_preview.of(request, subject, form.report.text)}


def _removable(subject: Subject) -> list[tuple[str, str]]:
    """The versions of which one must go before another fits, the oldest last; often none."""
    versions = list(subject.policy.versions.defer("document").order_by("-number"))
    if len(versions) < quotas.VERSIONS_PER_POLICY:
        return []
    others = [version for version in versions if version != subject.policy.default_version]
    return [(version.version_id, _label(version)) for version in others]


def _label(version: PolicyVersion) -> str:
    created = f"{version.created_at:%Y-%m-%d %H:%M} UTC"
    return _("%(version)s, created %(created)s") % {
        "version": version.version_id,
        "created": created,
    }


def _save(request: Request, subject: Subject, form: EditPolicyForm) -> HttpResponse:
    arn, given = subject.policy.arn, form.cleaned_data
    if given.get("remove"):
        request.iam.delete_policy_version(PolicyArn=arn, VersionId=given["remove"])
    version = request.iam.create_policy_version(
        PolicyArn=arn, PolicyDocument=given["document"], SetAsDefault=given["make_default"]
    )["PolicyVersion"]
    words = {"name": subject.policy.name, "version": version["VersionId"]}
    if given["make_default"]:
        messages.success(request, _("Policy %(name)s was saved: %(version)s decides now.") % words)
        return SeeOther(subject.url("policy-permissions"))
    messages.success(request, _("%(version)s of %(name)s was saved, not as the default.") % words)
    return SeeOther(subject.url("policy-versions"))


def check(request: Request) -> HttpResponse:
    """A text and what the checks say about it; nothing is saved, and no right is needed."""
    initial = editor.posted(request).dict() if request.method == "POST" else {}
    kind = initial.get("kind", "")
    form = CheckPolicyForm(
        initial={**initial, **({"check": "1"} if "document" in initial else {})},
        kind_of_document=Kind(kind) if kind in {one.value for one in Kind} else Kind.MANAGED,
    )
    return responses.page(request, "console/policies/check.html", form=form)
