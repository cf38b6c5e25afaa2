"""What recorded calls would get if a policy said something else: whose would flip.

The newest calls of those who have the policy are put to the policies of now, and to the same with
the draft in its place. At most `_EVENTS` events are read and `_ASKED` different calls asked again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q

from identity import condition_keys, replays
from identity.callers import Caller
from identity.models import Account, Event, Group, ManagedPolicy, Membership, Role, User
from identity.policy import Document, Layer, LayerKind, Request, Source, decide, load

DAYS = 7
_EVENTS = 1_000
_ASKED = 200
_HOLDERS = 100


@dataclass(frozen=True, slots=True)
class Flip:
    """Calls of one principal for one action on one resource that the draft would decide otherwise.

    `allows` is what the draft says, `last` when the newest of them was made.
    """

    caller: Caller
    action: str
    resource: str
    allows: bool
    calls: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """`calls` were looked at; `unknown` of these cannot be asked again, as those of sessions that
    are gone. `cut` says that there were more."""

    flips: tuple[Flip, ...]
    calls: int
    unknown: int
    cut: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """The draft in the place of a policy, by the name that layers have for it.

    A policy that is to be new has no document before, and joins those that grant; one that is to
    go has no draft.
    """

    source: str
    before: Document | None
    draft: Document | None
    speaks_of_tags: bool


def of_policy(
    account: Account,
    policy: ManagedPolicy,
    draft: str,
    now: datetime,
    may_see: Callable[[Event], bool],
) -> Preview:
    """The preview of a policy of the account; only events that `may_see` accepts are looked at."""
    assert policy.default_version is not None  # every policy in the table has one
    change = _change(policy.arn, policy.default_version.document, draft)
    return _preview(account, change, _principals(account, policy), now, may_see)


def of_inline(
    holder: User | Group | Role,
    name: str,
    before: str,
    draft: str | None,
    now: datetime,
    may_see: Callable[[Event], bool],
) -> Preview:
    """The preview of an inline policy; `before` is "" for one that is to be new, and one that is to
    go has no draft."""
    change = _change(f"{type(holder).__name__.lower()}/{holder.name}/{name}", before, draft)
    account, users, roles = holder.account, [holder.unique_id], list[str]()
    if isinstance(holder, Role):
        users, roles = roles, users
    elif isinstance(holder, Group):
        members = account.iam_users.filter(memberships__group=holder)
        users = list(members.values_list("unique_id", flat=True)[:_HOLDERS])
    return _preview(account, change, _whose(users, roles), now, may_see)


def of_detached(
    holder: User | Group | Role,
    policy: ManagedPolicy,
    now: datetime,
    may_see: Callable[[Event], bool],
) -> Preview:
    """The preview of taking a managed policy away from one who has it attached."""
    assert policy.default_version is not None  # every policy in the table has one
    document = policy.default_version.document
    change = _change(policy.arn, document, None)
    users, roles = _losing(holder, policy)
    return _preview(holder.account, change, _whose(users, roles), now, may_see)


def _losing(holder: User | Group | Role, policy: ManagedPolicy) -> tuple[list[str], list[str]]:
    """Users and roles who have the policy in no other way; at most a hundred."""
    if isinstance(holder, Role):
        return [], [holder.unique_id]
    groups = policy.groupattachments.filter(account=holder.account)
    users = holder.account.iam_users
    if isinstance(holder, Group):
        direct = policy.userattachments.filter(account=holder.account).values("user")
        others = groups.exclude(group=holder).values("group")
        found = users.filter(memberships__group=holder).exclude(pk__in=direct)
    else:
        others, found = groups.values("group"), users.filter(pk=holder.pk)
    elsewhere = Membership.objects.filter(group__in=others).values("user")
    losing = found.exclude(pk__in=elsewhere)
    return list(losing.values_list("unique_id", flat=True)[:_HOLDERS]), []


def _change(source: str, before: str, draft: str | None) -> _Change:
    tags = condition_keys.speaks_of_tags(before if draft is None else draft)
    after = None if draft is None else load(draft)
    return _Change(source, load(before) if before else None, after, tags)


def _preview(
    account: Account,
    change: _Change,
    whose: Q | None,
    now: datetime,
    may_see: Callable[[Event], bool],
) -> Preview:
    events, cut = _events(account, whose, now) if whose else ([], False)
    concerned = [one for one in events if _is_concerned(one, change) and may_see(one)]
    groups = _alike(concerned)
    asked = dict(list(groups.items())[:_ASKED])
    flips, unknown = _flips(asked, change)
    return Preview(tuple(flips), len(concerned), unknown, cut or len(asked) < len(groups))


def _events(account: Account, whose: Q, now: datetime) -> tuple[list[Event], bool]:
    """The newest calls of who has the policy, and whether there are more."""
    found = Event.objects.filter(
        whose, account=account, type="AwsApiCall", time__gte=now - timedelta(days=DAYS)
    )
    rows = list(found.select_related("account").order_by("-time", "-id")[: _EVENTS + 1])
    return rows[:_EVENTS], len(rows) > _EVENTS


def _principals(account: Account, policy: ManagedPolicy) -> Q | None:
    """Who has the policy, directly, by a group or as a boundary; at most a hundred of a kind."""
    groups = policy.groupattachments.filter(account=account).values("group")
    users = account.iam_users.filter(
        Q(pk__in=policy.userattachments.filter(account=account).values("user"))
        | Q(memberships__group__in=groups)
        | Q(boundary=policy)
    )
    roles = Role.objects.filter(account=account).filter(
        Q(attachments__policy=policy) | Q(boundary=policy)
    )
    ids = (rows.distinct().values_list("unique_id", flat=True) for rows in (users, roles))
    user_ids, role_ids = (list(one[:_HOLDERS]) for one in ids)
    return _whose(user_ids, role_ids)


def _whose(users: Iterable[str], roles: Iterable[str]) -> Q | None:
    """Events of users by their IDs, and of sessions of roles, whose IDs begin with the role's."""
    found = [Q(principal_id__in=users)] if users else []
    # Ranges, which every database looks up in its index: `;` follows `:`.
    found += [Q(principal_id__gt=f"{one}:", principal_id__lt=f"{one};") for one in roles]
    return reduce(or_, found) if found else None


def _is_concerned(event: Event, change: _Change) -> bool:
    action = f"{event.source.removesuffix('.amazonaws.com')}:{event.name}"
    if event.decision:
        action = str(event.decision["action"])
    return any(one.about(action) for one in (change.before, change.draft) if one)


def _alike(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Calls of one session with the same parameters, the newest first."""
    groups: dict[str, list[Event]] = {}
    for one in events:
        session = one.user_identity.get("sessionContext")
        same = [one.principal_id, one.access_key_id, one.source, one.name, one.source_ip]
        key = json.dumps([*same, one.request_parameters, session], sort_keys=True)
        groups.setdefault(key, []).append(one)
    return groups


def _flips(groups: dict[str, list[Event]], change: _Change) -> tuple[list[Flip], int]:
    callers: dict[str, Caller | None] = {}
    counts: Counter[tuple[str, str, str, bool]] = Counter()
    first: dict[tuple[str, str, str, bool], Flip] = {}
    unknown = 0
    for newest, *more in groups.values():
        caller = _caller(newest, callers)
        tags = change.speaks_of_tags
        asked = replays.asked_again(newest, caller, tags=tags) if caller else None
        if caller is None or asked is None:
            unknown += 1 + len(more)
            continue
        flip = _flip(newest, caller, *asked, change)
        if flip:
            key = (caller.principal.unique_id, flip.action, flip.resource, flip.allows)
            first.setdefault(key, flip)
            counts[key] += 1 + len(more)
    found = [replace(flip, calls=counts[key]) for key, flip in first.items()]
    return sorted(found, key=lambda flip: (flip.allows, -flip.calls)), unknown


def _caller(event: Event, known: dict[str, Caller | None]) -> Caller | None:
    session = event.user_identity.get("sessionContext")
    key = json.dumps([event.principal_id, event.access_key_id, session], sort_keys=True)
    if key not in known:
        known[key] = replays.caller_of(event)
    return known[key]


def _flip(
    event: Event, caller: Caller, request: Request, layers: list[Layer], change: _Change
) -> Flip | None:
    before, after = decide(request, layers), decide(request, list(_with(layers, change)))
    if before.allowed is after.allowed:
        return None
    return Flip(caller, request.action, request.resource, after.allowed, 1, event.time)


def _with(layers: Iterable[Layer], change: _Change) -> Iterator[Layer]:
    """The layers with the draft wherever the policy stands, beside those that grant, or without."""
    draft = Source(change.source, change.draft) if change.draft else None
    for layer in layers:
        grants = layer.kind is LayerKind.IDENTITY
        policies = [one for one in layer.policies if one.name != change.source]
        if draft and (len(policies) < len(layer.policies) or (grants and change.before is None)):
            policies.append(draft)
        goes = grants or draft is not None  # a boundary of the same policy stays
        yield Layer(layer.kind, tuple(policies) if goes else layer.policies, layer.keys)
