"""Switching roles in the console: a session of a role inside the session of who signed in.

Who signed in stays: every switch is authorised as theirs, never as the role's that is in use. The
role's session is a row of temporary credentials whose secret nobody has, read at every request.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-console.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.utils import timezone
from django.utils.translation import gettext as _

from identity import audit, browser, gateway, outbox, sessions
from identity.browser import ROLE
from identity.callers import Caller
from identity.calls import Call
from identity.errors import InvalidInput
from identity.facts import Facts
from identity.models import Account, TemporarySession
from identity.operations import assume_role

CHAINED_SECONDS = 3_600
"""How long a role lasts for who signed in with a role; AWS calls that role chaining."""

_SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Look:
    """How the role in use is shown: a name of the person's own, and the name of a colour."""

    label: str
    colour: str

    @property
    def icon(self) -> str:
        """The mark with a dot in the colour, for the browser's tab."""
        return f"img/mark-{self.colour}.svg"


def caller_in(request: HttpRequest, signed_in: Caller) -> Caller | None:
    """Who acts: the role in use, or who signed in without one. None when the role is just over.

    It is over at its end, when the role is deleted, or when somebody ended its session; a message
    then says so. What was asked of the role must not be done by who signed in.
    """
    kept = request.session.get(ROLE)
    if kept is None:
        return signed_in
    row = TemporarySession.signing(kept["key_id"])
    theirs = kept["by"] == signed_in.user_id
    if theirs and row is not None and row.role is not None and timezone.now() < row.expires_at:
        return sessions.caller_with(row)
    _put_down(request)
    text = _("Your session of the role %(role)s is over. You are %(name)s again.")
    messages.warning(request, text % {"role": kept["label"], "name": signed_in.name})
    return None


def look(request: HttpRequest) -> Look | None:
    """How to show the role in use; None without one."""
    kept = request.session.get(ROLE)
    return Look(kept["label"], kept["colour"]) if kept else None


def session_name(signed_in: Caller) -> str:
    """The role session's name: that of the user or session, as AWS's console has it."""
    name = signed_in.session_name or signed_in.name
    return name if len(name) >= _SHORTEST_NAME else f"{name}@{signed_in.account_id}"


def switch(request: Any, signed_in: Caller, role_arn: str, facts: Facts, shown: Look) -> Caller:
    """Act as the role from now on; the session gets a new key and a new CSRF token.

    Authorised as sts:AssumeRole without further parameters. Raises its errors, which are recorded
    as those of AssumeRole.
    """
    params = {"RoleArn": role_arn, "RoleSessionName": session_name(signed_in)}
    call = Call(signed_in, "sts", "AssumeRole", params, facts)
    _refuse_a_second(request, role_arn)
    gateway.prepared(call)
    with transaction.atomic():
        key_id = assume_role.mint(call, _seconds(call))["AccessKeyId"]
        row = TemporarySession.objects.get(pk=key_id)
        _put_down(request)
        kept = {"key_id": key_id, "by": signed_in.user_id, "account": row.account_id}
        request.session[ROLE] = {**kept, "label": shown.label, "colour": shown.colour}
        _renew(request)
        caller = sessions.caller_with(row)
        request.browser.follow(caller.account_id)
        _record("SwitchRole", caller, facts, signed_in, signed_in.account)
    return caller


def go_back(request: Any, caller: Caller, signed_in: Caller, facts: Facts) -> None:
    """End the role's session and act as who signed in."""
    with transaction.atomic():
        _put_down(request)
        _renew(request)
        request.browser.follow(signed_in.account_id)
        _record("ExitRole", caller, facts, signed_in, signed_in.account)


def end(request: HttpRequest) -> None:
    """Sign out of the whole session, the role's included."""
    _put_down(request)
    sessions.end(request)


def _refuse_a_second(request: Any, role_arn: str) -> None:
    """Under `/c/<account>/` each account has one session: two could not be told apart there."""
    account_id = role_arn.split(":")[4]
    if not request.browser.account_id or account_id == request.browser.account_id:
        return
    found = browser.acting_in(request, account_id)
    if found is not None and found.cookie != request.browser.cookie:
        raise InvalidInput(_("This browser has a session in that account. Sign out of it first."))


def _seconds(call: Call) -> int:
    """The role's longest session, within what is left of the session of who signed in."""
    ends = call.caller.session_ends_at
    assert ends is not None  # of a console session
    rest = int((ends - call.facts.at).total_seconds())
    longest = min(assume_role.role_of(call).max_session_duration, rest)
    return min(longest, CHAINED_SECONDS) if call.caller.role else longest


def _put_down(request: HttpRequest) -> None:
    kept = request.session.pop(ROLE, None)
    if kept is not None:
        TemporarySession.objects.filter(pk=kept["key_id"]).delete()


def _renew(request: HttpRequest) -> None:
    """Forms of pages that were opened before are refused: they were about somebody else."""
    request.session.cycle_key()
    rotate_token(request)
    request.session.save()


def _record(name: str, caller: Caller, facts: Facts, signed_in: Caller, *others: Account) -> None:
    """CloudTrail's SwitchRole and ExitRole, in the role's account and in that of the person."""
    more: dict[str, Any] = {"SwitchFrom": signed_in.arn}
    for account in {caller.account, *others}:
        event = audit.signin_event(
            account,
            facts,
            name,
            identity=audit.identity_of(caller),
            response={name: "Success"},
            more=more,
        )
        event.access_key_id, event.user_name = caller.access_key_id, caller.session_name
        outbox.add(event)
