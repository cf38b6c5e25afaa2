"""Access findings: looked for, listed, archived one by one or by a rule."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from console import analyzer, paging, responses, scheduled_findings, who_can
from console.finding_words import shown
from console.forms.base import send
from console.forms.findings import ArchiveRuleForm
from console.http import Request
from console.jobs import finding_job, starting
from console.responses import address, see_other
from identity import findings
from identity.errors import NoSuchEntity, ValidationError
from identity.models.finding import ArchiveRule, Finding, FindingScan, Kind, Status


@require_safe
def finding_list(request: Request) -> HttpResponse:
    analyzer.read(request, "ListFindingsV2")
    account = request.caller.account
    status = request.GET.get("status", "")
    status = status if status in Status.values else str(Status.ACTIVE)
    kind = request.GET.get("kind", "")
    found = Finding.objects.filter(account=account, status=status)
    if kind in Kind.values:
        found = found.filter(kind=kind)
    page = paging.page(request, found, key="pk", descending=True)
    scan = FindingScan.objects.filter(account=account).first()
    return responses.page(
        request,
        "console/findings/list.html",
        page=page,
        rows=[shown(one) for one in page.rows],
        scanned_at=scan.finished_at if scan else None,
        every=scheduled_findings.every(),
        status=status,
        tabs=[
            {"key": key, "label": label, "url": address("findings", status=key, kind=kind)}
            for key, label in Status.choices
        ],
        kind=kind,
        kinds=[("", _("All findings")), *Kind.choices],
        off={
            action: analyzer.denied(request, action)
            for action in ("StartResourceScan", "UpdateFindings", "CreateArchiveRule")
        },
    )


@require_POST
def look(request: Request) -> HttpResponse:
    """At once in a small account, by a job in a large one."""
    account = request.caller.account
    if who_can.is_large(account):
        analyzer.change(request, "StartResourceScan", lambda: None, resourceArn=account.root_arn)
        return starting.start_once(request, finding_job.KIND)
    analyzer.change(
        request,
        "StartResourceScan",
        lambda: findings.scan(account, request.facts, lambda: None),
        resourceArn=account.root_arn,
    )
    open_ones = Finding.objects.filter(account=account).active().count()
    messages.success(request, _("Looked through the account. Active findings: %d.") % open_ones)
    return see_other("findings")


@require_POST
def status(request: Request, finding_id: int) -> HttpResponse:
    """Archive, or make active again, at once; with an Undo in the message."""
    found = Finding.objects.filter(account=request.caller.account, pk=finding_id)
    one = found.exclude(status=Status.RESOLVED).first()
    if one is None:
        raise NoSuchEntity(_("There is no such open finding."))
    archived = request.POST.get("status") == Status.ARCHIVED
    wanted = Status.ARCHIVED if archived else Status.ACTIVE

    def act() -> None:
        found.update(status=wanted, updated_at=timezone.now())

    analyzer.change(request, "UpdateFindings", act, ids=[str(one.pk)], status=wanted.upper())
    undo = {"archived": archived, "url": address("finding-status", str(one.pk))}
    message = render_to_string("console/findings/_status_message.html", undo, request)
    messages.success(request, message)
    return see_other("findings")


# --- rules -----------------------------------------------------------------------------------


def rules(request: Request) -> HttpResponse:
    """The rules, and a new one; a new rule also archives what is there by now."""
    analyzer.read(request, "ListArchiveRules")
    account, labels = request.caller.account, dict(Kind.choices)
    initial = {name: request.GET.get(name, "") for name in ("kind", "resource", "principal")}
    form = ArchiveRuleForm(request.POST or None, initial=initial)
    if form.is_valid() and (done := send(request, form, lambda: _add(request, form))):
        return done
    return responses.page(
        request,
        "console/findings/rules.html",
        form=form,
        rules=[
            (rule, labels.get(rule.kind, ""))
            for rule in ArchiveRule.objects.filter(account=account).order_by("name")
        ],
        off={
            action: analyzer.denied(request, action)
            for action in ("CreateArchiveRule", "DeleteArchiveRule")
        },
    )


def _add(request: Request, form: ArchiveRuleForm) -> HttpResponse:
    given = {name: form.cleaned_data[name] for name in ("name", "kind", "resource", "principal")}
    rule = ArchiveRule(account=request.caller.account, **given)

    def act() -> None:
        try:
            with transaction.atomic():
                rule.save()
        except IntegrityError as problem:
            raise ValidationError(_("A rule of this name already exists.")) from problem
        _apply(rule)

    analyzer.change(request, "CreateArchiveRule", act, ruleName=rule.name, filter={})
    messages.success(request, _("Rule %(name)s was created.") % {"name": rule.name})
    return see_other("archive-rules")


def _apply(rule: ArchiveRule) -> None:
    """To what is active now, as ApplyArchiveRule does."""
    found = Finding.objects.filter(account=rule.account).active()
    if rule.kind:
        found = found.filter(kind=rule.kind)
    if rule.principal:
        found = found.filter(principal=rule.principal)
    found.filter(resource__startswith=rule.resource).update(
        status=Status.ARCHIVED, updated_at=timezone.now()
    )


@require_POST
def rule_delete(request: Request, rule_id: int) -> HttpResponse:
    """What it has archived stays archived."""
    rule = ArchiveRule.objects.filter(account=request.caller.account, pk=rule_id).first()
    if rule is None:
        raise NoSuchEntity(_("There is no such rule."))
    analyzer.change(request, "DeleteArchiveRule", lambda: _drop(rule), ruleName=rule.name)
    messages.success(request, _("Rule %(name)s was deleted.") % {"name": rule.name})
    return see_other("archive-rules")


def _drop(rule: ArchiveRule) -> None:
    rule.delete()
