"""How a job begins: who asks for it and with what, kept for who will run it."""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from console.http import Request
from console.jobs.rows import Job
from console.responses import see_other
from identity import tokens
from identity.callers import Caller, Session
from identity.errors import AccessDenied, LimitExceeded
from identity.models import TemporarySession, User
from identity.sessions import caller_with

MOST = 10
"""Jobs of one person that wait or run at the same time."""

WATCHED = "jobs"
"""The session's list of jobs whose end the person has not been told yet."""


def start(request: Request, kind: str, given: bytes = b"", **params: Any) -> HttpResponse:
    """Keep a new job and lead to its page. LimitExceeded for who has ten unfinished ones."""
    caller = request.caller
    own = Job.objects.filter(account_id=caller.account_id, starter_id=caller.user_id)
    if own.unfinished().count() >= MOST:
        raise LimitExceeded(_("You have 10 unfinished jobs. Wait for one, or cancel one."))
    job = Job.objects.create(
        account=caller.account,
        kind=kind,
        params=params,
        given=zlib.compress(given) if given else b"",
        starter_id=caller.user_id,
        starter_name=caller.name,
        source_ip=request.facts.source_ip,
        user_agent=request.facts.user_agent,
        **_identity(request),
    )
    request.session[WATCHED] = [*request.session.get(WATCHED, []), str(job.pk)][-MOST:]
    return see_other("job", str(job.pk))


def start_once(request: Request, kind: str, **params: Any) -> HttpResponse:
    """As `start`; who asks again for what waits or runs already is led to that."""
    caller = request.caller
    same = Job.objects.filter(account_id=caller.account_id, starter_id=caller.user_id, kind=kind)
    running = [job for job in same.unfinished() if job.params == params]
    return see_other("job", str(running[0].pk)) if running else start(request, kind, **params)


def _identity(request: Request) -> dict[str, Any]:
    """A session by credentials gets a twin with the same end, which signing out does not end."""
    caller = request.caller
    row = TemporarySession.signing(caller.access_key_id) if caller.access_key_id else None
    if row is not None:
        left = int((row.expires_at - request.facts.at).total_seconds())
        return {"key_id": tokens.extended(row, left, request.facts).pk}
    assert caller.session is not None  # in the console
    return {
        "user": caller.user,
        "proof": caller.user.get_session_auth_hash(),
        "session": {
            "issued_at": caller.session.issued_at.isoformat(),
            "expires_at": caller.session.expires_at.isoformat(),
            "mfa_at": caller.session.mfa_at.isoformat() if caller.session.mfa_at else None,
        },
    }


def caller_of(job: Job, now: datetime) -> Caller:
    """Who acts. AccessDenied when the session that the job was started in would be over by now:
    at its end, when its credentials were taken away, or when the password was changed."""
    caller = _with_credentials(job) if job.key_id else _as_user(job)
    if caller is None or caller.session is None or caller.session.expires_at <= now:
        raise AccessDenied(_("The session of who started the job is over."))
    return caller


def _with_credentials(job: Job) -> Caller | None:
    row = TemporarySession.signing(job.key_id)
    return caller_with(row) if row else None


def _as_user(job: Job) -> Caller | None:
    user = User.objects.select_related("account").filter(pk=job.user_id or 0).first()
    if user is None or not constant_time_compare(job.proof, user.get_session_auth_hash()):
        return None
    issued, expires, mfa = (
        datetime.fromisoformat(text) if text else None
        for text in (job.session[name] for name in ("issued_at", "expires_at", "mfa_at"))
    )
    assert issued is not None
    assert expires is not None
    return Caller(user, session=Session("console", issued, expires, mfa))
