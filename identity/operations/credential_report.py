"""The credential report of the account: made on request, and handed out for four hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from identity import credential_report
from identity.calls import Call
from identity.errors import ReportExpired, ReportInProgress, ReportNotPresent
from identity.models import CredentialReport
from identity.operations.registry import operation

if TYPE_CHECKING:
    from identity.operations.registry import Result


class _Made(NamedTuple):
    """The account's report; `content` is new, and None where nothing was made."""

    report: CredentialReport
    content: bytes | None


def _make(call: Call) -> _Made:
    """Made before the transaction: reading 100,000 users takes too long to hold a lock for."""
    report, _ = CredentialReport.objects.get_or_create(account=call.account)
    now = call.facts.at
    wanted = not report.is_fresh(now) and report.claim(now)
    return _Made(report, credential_report.content(call.account) if wanted else None)


@operation("iam", "GenerateCredentialReport", prepare=_make)
def generate_credential_report(call: Call, params: dict[str, object]) -> Result:
    """STARTED for whoever makes it; the report is there when that answer is."""
    made: _Made = call.prepared
    if made.content is not None:
        made.report.keep(made.content, call.facts.at)
        return {
            "State": "STARTED",
            "Description": "No report exists. Starting a new report generation task",
        }
    return {"State": "COMPLETE" if made.report.is_fresh(call.facts.at) else "INPROGRESS"}


@operation("iam", "GetCredentialReport")
def get_credential_report(call: Call, params: dict[str, object]) -> Result:
    report = CredentialReport.objects.filter(account=call.account).first()
    if report is None or not report.is_fresh(call.facts.at):
        raise _not_ready(report, call)
    return {
        "Content": report.content,
        "ReportFormat": "text/csv",
        "GeneratedTime": report.generated_at,
    }


def _not_ready(
    report: CredentialReport | None, call: Call
) -> ReportInProgress | ReportExpired | ReportNotPresent:
    if report and report.is_being_made(call.facts.at):
        return ReportInProgress("Credential report is being generated")
    if report and report.generated_at:
        return ReportExpired("Credential report has expired")
    return ReportNotPresent("Credential report not present")
