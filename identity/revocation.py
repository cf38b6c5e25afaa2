"""Sessions ended before their time: rows that are deleted, older ones that a policy denies.

Deleting a row ends credentials for good, at the next request of every process. What AWS itself
knows is the policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from identity import audit, outbox
from identity.authentication import acting_as
from identity.callers import Caller
from identity.facts import Facts
from identity.models import Account, ConsoleSession, Event, Role, TemporarySession, User
from identity.models.session import ConsoleSessionQuerySet, TemporarySessionQuerySet

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

REVOKING_POLICY = "AWSRevokeOlderSessions"
END_SESSION = "EndSession"

_BATCH = 500

Sessions = ConsoleSessionQuerySet | TemporarySessionQuerySet


def live(account: Account, principal: User | Role | None = None) -> tuple[Sessions, ...]:
    """The live sessions of an account, or of one user or role in it: console, then temporary."""
    now = timezone.now()
    console = ConsoleSession.objects.live(now).in_account(account)
    temporary = TemporarySession.objects.live(now).in_account(account)
    if principal is None:
        return console, temporary
    return console.of(principal), temporary.of(principal)


def describe(session: ConsoleSession | TemporarySession) -> dict[str, Any]:
    """Whose session it is, from where, and until when; nothing that would open it.

    `SessionId` is the access key ID, of a console session the hash of its cookie.
    """
    if isinstance(session, ConsoleSession):
        assert session.user is not None  # a live session is somebody's
        kind, arn = "Console", session.user.arn
        issued, ends = session.started_at, session.expire_date
    else:
        kind, arn = session.operation, acting_as(session).arn
        issued, ends = session.issued_at, session.expires_at
    return {
        "SessionId": session.pk,
        "Kind": kind,
        "Principal": arn,
        "IssuedAt": issued,
        "ExpiresAt": ends,
        "SourceIp": session.source_ip,
    }


def end(sessions: Sessions, facts: Facts, by: Caller | None = None) -> int:
    """End all of these sessions and record an event for each; returns how many.

    `by` is who ends them, by default the operator. A batch is one transaction, so that a role with
    very many sessions holds up nobody: those of a batch end together with their events.
    """
    ended = 0
    while batch := _end_batch(sessions, facts, by):
        ended += batch
    return ended


def _end_batch(sessions: Sessions, facts: Facts, by: Caller | None) -> int:
    with transaction.atomic():
        rows: list[Any] = list(sessions.locked()[:_BATCH])
        outbox.add_all(_event(row, facts, by) for row in rows)
        sessions.model._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _event(session: ConsoleSession | TemporarySession, facts: Facts, by: Caller | None) -> Event:
    """In the audit log of the account whose user or role it was."""
    console = isinstance(session, ConsoleSession)
    principal = session.user if isinstance(session, ConsoleSession) else session.principal
    assert principal is not None
    shown = describe(session)
    event = audit.service_event(
        principal.account,
        facts,
        "signin.amazonaws.com" if console else "sts.amazonaws.com",
        END_SESSION,
        invoked_by="operator",
        parameters={
            "sessionId": shown["SessionId"],
            "kind": shown["Kind"],
            "principal": shown["Principal"],
            "issuedAt": f"{shown['IssuedAt']:%Y-%m-%dT%H:%M:%SZ}",
        },
    )
    if by is not None:
        event.user_identity = audit.identity_of(by)
        event.user_name, event.principal_id = by.name, by.user_id
        event.access_key_id = by.access_key_id
    return event


def revoke_older(
    iam: IAMClient, at: datetime, *, role_name: str = "", user_name: str = ""
) -> dict[str, Any]:
    """Deny all to sessions of the role issued before `at`, or to those for which the user asked.

    The policy is written by `iam`, an in-process client, under the caller's own permissions;
    another press of the button writes a later time over it. Long-term keys have no time of issue
    and are not touched. Returns the document. Raises AwsError.
    """
    document = _older_than(at)
    policy = {"PolicyName": REVOKING_POLICY, "PolicyDocument": json.dumps(document)}
    if role_name:
        iam.put_role_policy(RoleName=role_name, **policy)
    else:
        iam.put_user_policy(UserName=user_name, **policy)
    return document


def _older_than(at: datetime) -> dict[str, Any]:
    """Times of issue are whole seconds: those of this very second count as older, to be safe."""
    before = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
    statement = {
        "Effect": "Deny",
        "Action": ["*"],
        "Resource": ["*"],
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": before}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
