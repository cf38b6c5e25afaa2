"""Looks through an account for access that is wider than it should be, and keeps what it finds.

Found again a finding stays what it was; not found again it is resolved. What outsiders may do is
told by trust policies, what is not used by last accesses of the last 90 days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from identity import arns, escalation, everybody, trust_principals
from identity.catalogue import catalogue
from identity.everybody import Somebody
from identity.facts import Facts
from identity.models import AccessKey, Account, LastAccess, Role
from identity.models.finding import ArchiveRule, Finding, FindingScan, Kind, Status
from identity.models.permissions import Holder
from identity.models.role import SERVICE_LINKED
from identity.policy import Kind as DocumentKind
from identity.policy import Statement, granting, load

UNUSED_FOR = timedelta(days=90)
_BATCH = 500


def scan(account: Account, facts: Facts, step: Callable[[], None]) -> None:
    """Look through the whole account and keep what was found. `step` is called in between."""
    rules = list(ArchiveRule.objects.filter(account=account))
    seen: set[str] = set()
    batch: list[Finding] = []
    for finding in _found(account, facts, step):
        if finding.key not in seen:
            seen.add(finding.key)
            batch.append(finding)
        if len(batch) >= _BATCH:
            _keep(batch, rules, facts.at)
            batch = []
    _keep(batch, rules, facts.at)
    _resolve(account, seen, facts.at)
    FindingScan.objects.update_or_create(account=account, defaults={"finished_at": facts.at})


def _keep(found: list[Finding], rules: list[ArchiveRule], now: datetime) -> None:
    """New ones come in as active or archived; what was resolved is active again."""
    known = {
        one.key: one
        for one in Finding.objects.filter(
            account_id__in={one.account_id for one in found}, key__in=[one.key for one in found]
        )
    }
    fresh = [one for one in found if one.key not in known]
    for one in fresh:
        archived = any(rule.fits(one) for rule in rules)
        one.status = Status.ARCHIVED if archived else Status.ACTIVE
        one.created_at = one.updated_at = now
    back = [one for one in known.values() if one.status == Status.RESOLVED]
    for one in back:
        one.status, one.updated_at = Status.ACTIVE, now
    with transaction.atomic():
        Finding.objects.bulk_create(fresh, ignore_conflicts=True)
        Finding.objects.bulk_update(back, ["status", "updated_at"])


def _resolve(account: Account, seen: set[str], now: datetime) -> None:
    """What is not there any more."""
    open_ones = Finding.objects.filter(account=account).exclude(status=Status.RESOLVED)
    gone = [pk for pk, key in open_ones.values_list("pk", "key").iterator() if key not in seen]
    for start in range(0, len(gone), _BATCH):
        few = Finding.objects.filter(pk__in=gone[start : start + _BATCH])
        few.update(status=Status.RESOLVED, updated_at=now)


def _finding(
    account: Account,
    kind: Kind,
    resource: str,
    about: str,
    principal: str = "",
    condition: str = "",
    access: str = "",
) -> Finding:
    told = "\n".join((kind, resource, principal, condition, access if kind != _COUNTED else ""))
    return Finding(
        account=account,
        key=hashlib.sha256(told.encode()).hexdigest(),
        kind=kind,
        resource=resource,
        about=about,
        principal=principal,
        condition=condition,
        access=access,
    )


_COUNTED = Kind.UNUSED_PERMISSIONS
"""Of these the access is a number, which may change while the finding stays."""


def _found(account: Account, facts: Facts, step: Callable[[], None]) -> Iterator[Finding]:
    before = facts.at - UNUSED_FOR
    for somebody in everybody.roles(account, facts):
        step()
        role = somebody.row
        assert isinstance(role, Role)
        if role.path.startswith(SERVICE_LINKED):
            continue
        yield from _outsiders(account, role)
        if role.created_at < before and (role.last_used_at or role.created_at) < before:
            yield _finding(account, Kind.UNUSED_ROLE, role.arn, role.name)
        yield from _unused_permissions(account, somebody, before)
    for somebody in everybody.users(account, facts):
        step()
        yield from _unused_permissions(account, somebody, before)
    yield from _unused_keys(account, before)
    yield from _unused_passwords(account, before)
    for one in escalation.find(account, facts, step):
        yield _finding(
            account, Kind.ESCALATION, one.who.arn, one.who.name, one.target, one.service, one.action
        )


def _outsiders(account: Account, role: Role) -> Iterator[Finding]:
    """Whom the trust policy lets in from outside; services are not outsiders."""
    text = role.trust_policy
    if "AIDA" in text or "AROA" in text:
        text = trust_principals.shown([text])[0]
    for statement in load(text, DocumentKind.TRUST).statements:
        if statement.effect != "Allow":
            continue
        for kind, name in statement.principals:
            if _is_outside(account, kind, name):
                access = " ".join(statement.actions)
                condition = _conditions(statement)
                shown = name if kind == "AWS" else f"{kind}: {name}"
                yield _finding(
                    account, Kind.EXTERNAL, role.arn, role.name, shown, condition, access
                )


def _is_outside(account: Account, kind: str, name: str) -> bool:
    if kind == "Federated":
        return True
    # An ID such as AIDA… means a user or role of this installation that is gone by now, or is own.
    is_named = name == "*" or name.startswith("arn:") or name.isdecimal()
    return kind == "AWS" and is_named and (arns.owner(name) or name) != account.pk


def _conditions(statement: Statement) -> str:
    return "; ".join(
        f"{one.key} {one.operator} {', '.join(one.values)}" for one in statement.conditions
    )


def _unused_permissions(
    account: Account, somebody: Somebody, before: datetime
) -> Iterator[Finding]:
    """Services that may be used and were not; of who is new nothing can be said yet."""
    row = somebody.row
    if row.created_at >= before:
        return
    texts = {one.document for one in somebody.granted if one.holder is not Holder.BOUNDARY}
    allowed = set(granting.actions([load(text) for text in sorted(texts)], catalogue()))
    if not allowed:
        return
    rows = LastAccess.objects.filter(principal=row.unique_id, time__gte=before)
    unused = allowed - set(rows.values_list("service", flat=True))
    if unused:
        told = f"{len(unused)} / {len(allowed)}"
        yield _finding(account, Kind.UNUSED_PERMISSIONS, row.arn, row.name, access=told)


def _unused_keys(account: Account, before: datetime) -> Iterator[Finding]:
    never = Q(last_used_at=None, created_at__lt=before)
    keys = AccessKey.objects.filter(
        never | Q(last_used_at__lt=before), account=account, active=True
    )
    for key in keys.select_related("user__account").iterator(chunk_size=_BATCH):
        name = key.user.name or "root"
        yield _finding(account, Kind.UNUSED_KEY, key.user.arn, name, principal=key.id)


def _unused_passwords(account: Account, before: datetime) -> Iterator[Finding]:
    never = Q(password_last_used_at=None, password_changed_at__lt=before)
    idle = never | Q(password_last_used_at__lt=before)
    users = account.iam_users.filter(idle, console_enabled__in=[True])
    for user in users.iterator(chunk_size=_BATCH):
        yield _finding(
            account, Kind.UNUSED_PASSWORD, arns.user(account.pk, user.name, user.path), user.name
        )
