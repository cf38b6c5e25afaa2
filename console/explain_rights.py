"""Who may have what explained: one's own refusals always, other people's by permission."""

from __future__ import annotations

import uuid

from django.db.models import Q
from django.utils.translation import gettext as _

from console.http import Request
from console.permissions import Rights, require
from console.recent_events import LOOK_UP
from identity import arns, audit, journal
from identity.calls import Call
from identity.errors import NoSuchEntity
from identity.explanations import principal_with
from identity.models import Account, Event, Role, User

SIMULATE = "SimulatePrincipalPolicy"
OTHERS_SHOWN = 20


def calls(request: Request, call_id: uuid.UUID) -> list[Event]:
    """The events of this request or event ID that the viewer may have explained, refusals first.

    Raises NoSuchEntity, in the same words whether there is none or it may not be seen.
    """
    journal.drain()
    seen = _seen(request, call_id)
    if not seen:  # the call may have been another worker's, a moment ago
        journal.gather()
        seen = _seen(request, call_id)
    if not seen:
        raise NoSuchEntity(_("There is no call with this ID that you may have explained."))
    return sorted(seen, key=lambda one: (one.pk != call_id, one.decision is None))


def _seen(request: Request, call_id: uuid.UUID) -> list[Event]:
    rights = Rights(request)
    named = Q(request_id=str(call_id)) | Q(pk=call_id)
    found = Event.objects.filter(named, account_id=request.caller.account_id)
    everybodys = rights.allow(LOOK_UP, "*")
    if not everybodys:
        found = found.filter(principal_id=request.caller.user_id)
    events = found.order_by("-error_code", "time", "id").select_related("account")[:OTHERS_SHOWN]
    return [one for one in events if _is_own(request, one) or may_simulate(rights, one)]


def _is_own(request: Request, event: Event) -> bool:
    return event.principal_id == request.caller.user_id


def may_simulate(rights: Rights, event: Event) -> bool:
    return rights.allow(f"iam:{SIMULATE}", source_arn(event))


def source_arn(event: Event) -> str:
    """The ARN that SimulatePrincipalPolicy is authorised on: of a session, that of its issuer."""
    identity = event.user_identity
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
    return str(issuer.get("arn") or identity.get("arn") or arns.root(event.account_id))


def record(request: Request, event: Event) -> None:
    """That somebody else's call was explained."""
    if not _is_own(request, event):
        params = {
            "PolicySourceArn": source_arn(event),
            "ActionNames": [f"{event.source.partition('.')[0]}:{event.name}"],
        }
        audit.answered(Call(request.caller, "iam", SIMULATE, params, request.facts))


def subject(request: Request, who: str) -> User | Role:
    """The user or role that a question is about, if the viewer may ask about it.

    Raises AccessDenied before it says whether the account has one, then NoSuchEntity; of other
    accounts' ARNs it looks nothing up.
    """
    arn = arn_of(request.caller.account, who)
    ours = arns.owner(arn) == request.caller.account_id
    if ours and arn != request.caller.principal.arn:
        require(request, SIMULATE, arn)
    found = principal_with(request.caller.account, arn) if ours else None
    if found is None:
        raise NoSuchEntity(_("This account has no user or role of this name."))
    return found


def arn_of(account: Account, who: str) -> str:
    """An ARN as it is; a name with the path of the one who bears it, or the root path."""
    if who.startswith("arn:"):
        return who
    kind, slash, name = who.rpartition("/")
    if slash and kind == "role":
        role = Role.objects.named(name).filter(account=account).first()
        return role.arn if role else arns.iam(account.id, "role", name)
    if who == "root":
        return arns.root(account.id)
    user = User.named_in(account, name)
    return user.arn if user else arns.user(account.id, name)
