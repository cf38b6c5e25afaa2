"""The list of policies, and the pages of one: what it says, its tags, its end."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import paging, policy_list, policy_summary, responses, saved_tags, tables
from console.forms.base import send
from console.forms.policies import PolicyFilterForm
from console.forms.users import ConfirmForm, TagsForm
from console.http import Request
from console.permissions import Rights
from console.responses import SeeOther, see_other
from console.views.policy_pages import Subject, of_policy, page
from console.views.policy_versions import version_named
from identity import arns


@require_safe
def policy_list_page(request: Request) -> HttpResponse:
    rights = Rights(request)
    rights.require("ListPolicies", "*")
    filters = PolicyFilterForm(request.GET)
    chosen = filters.chosen()
    found = policy_list.matching(request.caller.account, **chosen)
    shown = paging.page(request, found, key=policy_list.KEY)
    columns = request.preferences.shown(tables.POLICIES)
    return responses.page(
        request,
        "console/policies/list.html",
        filters=filters,
        narrows=any(chosen.values()),
        page=shown,
        rows=policy_list.with_columns(
            policy_list.rows(shown.rows, rights), request.caller.account, rights, columns
        ),
        table=tables.POLICIES,
        columns=columns,
        denied=rights.denied(arns.iam(request.caller.account_id, "policy", "*")),
    )


@require_safe
@of_policy
def policy(request: Request, subject: Subject) -> HttpResponse:
    return SeeOther(subject.url("policy-permissions"))


@require_safe
@of_policy
def permissions(request: Request, subject: Subject) -> HttpResponse:
    """The version in force: its summary and its text."""
    policy = subject.policy
    version = policy.default_version
    assert version is not None
    read = subject.rights.reading(
        "GetPolicyVersion",
        policy.arn,
        lambda: version.document,
        PolicyArn=policy.arn,
        VersionId=version.version_id,
    )
    return page(
        request,
        subject,
        "permissions.html",
        "permissions",
        read=read,
        document=policy_summary.text(read.value or ""),
        summary=policy_summary.shown(read.value) if read.value else None,
    )


@require_safe
@of_policy
def download(request: Request, subject: Subject, version: str) -> HttpResponse:
    """One version as a JSON file, as it was written."""
    found = version_named(subject, version)
    name = f"{subject.policy.name}-{found.version_id}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(found.document, content_type="application/json", headers=headers)


@of_policy
def tags(request: Request, subject: Subject) -> HttpResponse:
    policy = subject.policy
    read = subject.rights.reading(
        "ListPolicyTags", policy.arn, lambda: policy.tags, PolicyArn=policy.arn
    )
    form = TagsForm(request.POST or None, tags=read.value or [], ignore_case=False)
    if form.is_valid() and (
        done := send(request, form, lambda: _save_tags(request, subject, form))
    ):
        return done
    return page(request, subject, "tags.html", "tags", form=form, read=read)


def _save_tags(request: Request, subject: Subject, form: TagsForm) -> HttpResponse:
    arn = subject.policy.arn
    if removed := form.removed_keys():
        request.iam.untag_policy(PolicyArn=arn, TagKeys=removed)
    if changed := form.changed_tags():
        request.iam.tag_policy(PolicyArn=arn, Tags=changed)
    saved_tags.say(request, form)
    return see_other("policy-tags", subject.segment)


@of_policy
def delete(request: Request, subject: Subject) -> HttpResponse:
    """A policy that nobody uses goes with its versions; its name is typed."""
    policy = subject.policy
    form = ConfirmForm(request.POST or None, expected=policy.name)
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, subject))):
        return done
    return page(
        request,
        subject,
        "delete.html",
        form=form,
        uses=policy.attachment_count + policy.boundary_count,
        versions=policy.versions.count(),
    )


def _delete(request: Request, subject: Subject) -> HttpResponse:
    policy = subject.policy
    for version in policy.versions.exclude(pk=policy.default_version.pk):  # type: ignore[union-attr]  # every policy in the table has one
        request.iam.delete_policy_version(PolicyArn=policy.arn, VersionId=version.version_id)
    request.iam.delete_policy(PolicyArn=policy.arn)
    messages.success(request, _("Policy %(name)s was deleted.") % {"name": policy.name})
    return see_other("policies")
