"""The audit log's writers: one event per call or sign-in, in CloudTrail's record shape."""

from __future__ import annotations

from typing import Any

from botocore.model import OperationModel

from identity import journal, outbox
from identity.callers import Caller, Kind, Session
from identity.calls import Call
from identity.errors import AccessDenied, AwsError
from identity.facts import Facts
from identity.models import Account, Event
from identity.models.prepared_writes import new
from identity.wire import spec


def changed(call: Call, model: OperationModel, result: dict[str, Any]) -> None:
    """Write the event of a change, in the caller's transaction: neither is there without other."""
    event = _event_of(call)
    event.read_only = False
    event.response_elements = spec.redact(model.output_shape, result) or None
    outbox.add(event)


def changed_here(call: Call) -> None:
    """As `changed`, for an action of our own that no service model knows."""
    event = _event_of(call)
    event.read_only = False
    outbox.add(event)


def changed_elsewhere(call: Call, account: Account, result: dict[str, Any]) -> None:
    """Write the same event for another account whose resource it was, as CloudTrail shares it."""
    if account.pk == call.account.pk:
        return
    event = _event_of(call)
    event.account, event.read_only = account, False
    shape = spec.operation(call.service, call.action).output_shape
    event.response_elements = spec.redact(shape, result) or None
    outbox.add(event)


def answered(call: Call) -> None:
    """Journal a read that was answered."""
    journal.append(_event_of(call))


def refused(call: Call, problem: AwsError) -> None:
    """Journal a call that was refused, with the code and message that the client got.

    A refusal by policies keeps its decision; `problem` learns the event's ID.
    """
    event = _event_of(call)
    if isinstance(problem, AccessDenied):
        event.decision = problem.decision
    event.error_code, event.error_message = problem.code, problem.message
    event.read_only = call.action.startswith(("Get", "List"))
    journal.append(event)
    problem.event_id = str(event.id)


def signin_event(
    account: Account,
    facts: Facts,
    name: str,
    *,
    identity: dict[str, Any],
    response: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
    error: str = "",
) -> Event:
    """An AwsConsoleSignIn event, not yet kept: save it in the transaction of a success, journal
    it (`journal.append`) for a failure."""
    return Event(
        account=account,
        time=facts.at,
        source="signin.amazonaws.com",
        name=name,
        type="AwsConsoleSignIn",
        source_ip=facts.source_ip,
        user_agent=facts.user_agent,
        user_name=identity.get("userName", "")[:128],
        principal_id=identity.get("principalId", ""),
        user_identity=identity,
        request_id=facts.request_id,
        response_elements=response,
        additional_event_data=more,
        error_message=error,
        read_only=False,
    )


def service_event(
    account: Account,
    facts: Facts,
    source: str,
    name: str,
    *,
    invoked_by: str,
    parameters: dict[str, Any] | None,
) -> Event:
    """An act of the service itself, such as the operator's on the command line, not yet kept.

    No principal of the account did it: `invoked_by` is `operator`, or a service's name.
    """
    return Event(
        account=account,
        time=facts.at,
        source=source,
        name=name,
        type="AwsServiceEvent",
        source_ip=facts.source_ip,
        user_agent=facts.user_agent,
        user_identity={"type": "AWSService", "invokedBy": invoked_by, "accountId": account.pk},
        request_id=facts.request_id,
        request_parameters=parameters,
        read_only=False,
    )


_TYPES = {
    Kind.ROOT: "Root",
    Kind.USER: "IAMUser",
    Kind.ROLE: "AssumedRole",
    Kind.FEDERATED: "FederatedUser",
}


def identity_of(caller: Caller) -> dict[str, Any]:
    """CloudTrail's `userIdentity` element."""
    shown: dict[str, Any] = {
        "type": _TYPES[caller.kind],
        "principalId": caller.user_id,
        "arn": caller.arn,
        "accountId": caller.account_id,
    }
    if caller.access_key_id:
        shown["accessKeyId"] = caller.access_key_id
    if caller.kind is Kind.USER:
        shown["userName"] = caller.name
    if caller.session:
        shown["sessionContext"] = _session_context(caller, caller.session)
    return shown


def _session_context(caller: Caller, session: Session) -> dict[str, Any]:
    """When the session began, whether with MFA, and of a role or federated user: who is behind."""
    attributes = {
        "creationDate": f"{session.issued_at:%Y-%m-%dT%H:%M:%SZ}",
        "mfaAuthenticated": "true" if session.mfa_at else "false",
    }
    shown: dict[str, Any] = {"attributes": attributes}
    if session.source_identity:
        shown["sourceIdentity"] = session.source_identity
    if caller.kind in (Kind.ROLE, Kind.FEDERATED):
        shown["sessionIssuer"] = _issuer(caller)
    return shown


def _issuer(caller: Caller) -> dict[str, Any]:
    issuer = caller.principal
    root = caller.role is None and issuer.unique_id == issuer.account_id
    return {
        "type": "Role" if caller.role else "Root" if root else "IAMUser",
        "principalId": issuer.unique_id,
        "arn": issuer.arn,
        "accountId": issuer.account_id,
    } | ({} if root else {"userName": issuer.name})


def _parameters(call: Call) -> dict[str, Any] | None:
    if call.service not in spec.SERVICES:
        return dict(call.params) or None  # of our own actions, which take no secrets
    shape = spec.operation(call.service, call.action).input_shape
    return spec.redact(shape, call.params) or None


def _event_of(call: Call) -> Event:
    caller, facts = call.caller, call.facts
    return new(
        Event,
        account_id=caller.account_id,
        time=facts.at,
        source=f"{call.service}.amazonaws.com",
        name=call.action,
        region=facts.region,
        source_ip=facts.source_ip,
        user_agent=facts.user_agent,
        user_name="" if caller.is_root else caller.session_name or caller.principal.name,
        principal_id=caller.user_id,
        access_key_id=caller.access_key_id,
        user_identity=identity_of(caller),
        request_id=facts.request_id,
        request_parameters=_parameters(call),
    )
