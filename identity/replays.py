"""A recorded call put to the policies of now: who asked for what, read back from its event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from botocore.model import ListShape, MapShape, Shape, StructureShape
from django.utils.dateparse import parse_datetime

from identity import condition_keys, explanations, standing
from identity.authentication import acting_as
from identity.callers import Caller, Session
from identity.calls import Call
from identity.errors import AwsError
from identity.explanations import Explanation
from identity.facts import Facts
from identity.models import Account, Event, Role, TemporarySession, User
from identity.operations import registry
from identity.policy import Layer
from identity.policy import Request as PolicyRequest
from identity.policy.evaluate import OF_RESOURCE, LayerKind
from identity.policy.trace import Trace
from identity.refusals import Refusal

_SERVICE = ".amazonaws.com"


@dataclass(frozen=True, slots=True)
class Replay:
    """`then` is what was kept of a refusal, `now` what present policies say of the same request.

    `changed` says that the two differ in what a layer says; `exact` that the request is known as it
    was: of an answered call some facts are not, such as whether it came encrypted.
    """

    then: Refusal | None
    now: Explanation | None

    @property
    def exact(self) -> bool:
        return self.then is not None and not self.then.facts_cut

    @property
    def changed(self) -> bool:
        if self.then is None or self.now is None or not self.exact:
            return False
        abroad = bool(self.now.foreign)
        return _said(self.then.trace, abroad) != _said(self.now.trace, abroad)


def _said(found: Trace, abroad: bool) -> list[tuple[LayerKind, str]]:
    """What the account's own layers said; of another account's nothing is kept, or known now."""
    return [
        (one.kind, one.verdict) for one in found.layers if not abroad or one.kind not in OF_RESOURCE
    ]


def replay(event: Event) -> Replay:
    """What can be said of an event of a call; `now` is None when it cannot be asked again.

    That is so when its principal is gone, when the session's own policies are, and for what is not
    decided by policies, such as signing in.
    """
    then = _then(event)
    caller = caller_of(event)
    if caller is None:
        return Replay(then, None)
    now = _kept_again(caller, then) if then else _answered_again(caller, event)
    return Replay(then, now)


def _then(event: Event) -> Refusal | None:
    return Refusal.from_json(event.decision) if event.decision else None


def _kept_again(caller: Caller, then: Refusal) -> Explanation:
    request, layers = explanations.ask(caller, then.action, then.resource, then.context)
    return explanations.explain(caller, request, layers)


def _answered_again(caller: Caller, event: Event) -> Explanation | None:
    """A call without a kept decision: its resource and keys are worked out as they were then."""
    asked = _request_again(caller, event, tags=False)
    return explanations.explain(caller, *asked) if asked else None


Asked: TypeAlias = tuple[PolicyRequest, list[Layer]]


def asked_again(event: Event, caller: Caller, *, tags: bool) -> Asked | None:
    """The request of an event and the layers that bear on it now; None if it cannot be asked.

    With `tags` it knows tags even if no policy of now asks for them.
    """
    then = _then(event)
    if then is None:
        return _request_again(caller, event, tags=tags)
    known = condition_keys.of_tags(caller, then.resource, {}) if tags else {}
    return explanations.ask(caller, then.action, then.resource, {**known, **then.context})


def _request_again(caller: Caller, event: Event, *, tags: bool) -> Asked | None:
    service = event.source.removesuffix(_SERVICE)
    try:
        operation = registry.find(service, event.name)
        params = _given(operation.model.input_shape, event.request_parameters or {})
        call = Call(caller, service, event.name, params, _facts(event))
        if operation.always_allowed:
            return None
        keys = operation.keys(call) if operation.keys else {}
        resource = operation.resource(call)
        stands = standing.standing(caller, call.permission)
        stands = replace(stands, looks_at_tags=stands.looks_at_tags or tags)
        asked = stands.request(call.facts, call.permission, resource, params, keys)
        return explanations.ask(caller, call.permission, resource, asked.context)
    except (AwsError, KeyError, TypeError, ValueError):
        return None


def _facts(event: Event) -> Facts:
    return Facts(
        source_ip=event.source_ip,
        user_agent=event.user_agent,
        secure=True,
        region=event.region,
        request_id=event.request_id,
        at=event.time,
    )


# --- who it was ----------------------------------------------------------------------------------


def caller_of(event: Event) -> Caller | None:
    """The principal of the event with what its session had; None when that is not there now."""
    if event.access_key_id.startswith("ASIA"):
        return _temporary(event)
    principal = _principal(event.account, event.principal_id)
    if principal is None:
        return None
    return Caller(principal, event.access_key_id, _session(event))


def _temporary(event: Event) -> Caller | None:
    kept = TemporarySession.objects.filter(pk=event.access_key_id)
    row = kept.select_related("user__account", "role__account").first()
    if row is None or row.principal.account_id != event.account_id:
        return None
    return acting_as(row)


def _principal(account: Account, principal_id: str) -> User | Role | None:
    unique_id = principal_id.partition(":")[0]
    user = User.objects.filter(account=account, unique_id=unique_id).select_related("account")
    role = Role.objects.filter(account=account, unique_id=unique_id).select_related("account")
    return user.first() or role.first()


def _session(event: Event) -> Session | None:
    """The console's session; the log keeps whether it had MFA, and no more."""
    context = event.user_identity.get("sessionContext")
    if not context:
        return None
    attributes = context["attributes"]
    issued = _moment(attributes["creationDate"])
    mfa_at = issued if attributes["mfaAuthenticated"] == "true" else None
    name = event.principal_id.partition(":")[2]
    return Session("console", issued, event.time, mfa_at, name)


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise ValueError(f"`{text}` is no time")
    return moment


# --- parameters as the SDK wrote them ------------------------------------------------------------


def _given(shape: Shape | None, value: Any) -> Any:
    """What `wire.spec.redact` made of parameters, under the model's own names again."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        names = {name[:1].lower() + name[1:]: name for name in shape.members}
        return {
            names[key]: _given(shape.members[names[key]], item)
            for key, item in value.items()
            if key in names
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_given(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {key: _given(shape.value, item) for key, item in value.items()}
    return value
