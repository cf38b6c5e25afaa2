"""What recorded calls would get if a managed policy said something else: whose would flip.

The newest calls of those who have the policy are put to the policies of now, and to the same with
the draft in its place. At most `_EVENTS` events are read and `_ASKED` different calls asked again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q

from identity import condition_keys, replays
from identity.callers import Caller
from identity.models import Account, Event, ManagedPolicy, Role
from identity.policy import Document, Layer, Request, Source, decide, load

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


def of_policy(
    account: Account,
    policy: ManagedPolicy,
    draft: str,
    now: datetime,
    may_see: Callable[[Event], bool],
) -> Preview:
    """The preview of a policy of the account; only events that `may_see` accepts are looked at."""
    assert policy.default_version is not None  # every policy in the table has one
    documents = (load(policy.default_version.document), load(draft))
    events, cut = _events(account, policy, now)
    concerned = [one for one in events if _is_concerned(one, documents) and may_see(one)]
    groups = _alike(concerned)
    asked = dict(list(groups.items())[:_ASKED])
    tags = condition_keys.speaks_of_tags(draft)
    flips, unknown = _flips(asked, policy.arn, documents[1], tags=tags)
    return Preview(tuple(flips), len(concerned), unknown, cut or len(asked) < len(groups))


def _events(account: Account, policy: ManagedPolicy, now: datetime) -> tuple[list[Event], bool]:
    """The newest calls of who has the policy, and whether there are more."""
    whose = _principals(account, policy)
    if whose is None:
        return [], False
    found = Event.objects.filter(
        whose, account=account, type="AwsApiCall", time__gte=now - timedelta(days=DAYS)
    )
    rows = list(found.select_related("account").order_by("-time", "-id")[: _EVENTS + 1])
    return rows[:_EVENTS], len(rows) > _EVENTS


def _principals(account: Account, policy: ManagedPolicy) -> Q | None:
    """Events of users by their IDs, and of sessions of roles, whose IDs begin with the role's."""
    groups = policy.groupattachments.filter(account=account).values("group")
    users = account.iam_users.filter(
        Q(pk__in=policy.userattachments.filter(account=account).values("user"))
        | Q(memberships__group__in=groups)
        | Q(boundary=policy)
    )
    roles = Role.objects.filter(account=account).filter(
        Q(attachments__policy=policy) | Q(boundary=policy)
    )
    user_ids = list(users.distinct().values_list("unique_id", flat=True)[:_HOLDERS])
    whose = Q(principal_id__in=user_ids) if user_ids else None
    for role_id in roles.distinct().values_list("unique_id", flat=True)[:_HOLDERS]:
        # A range, which every database looks up in its index: `;` follows `:`.
        sessions = Q(principal_id__gt=f"{role_id}:", principal_id__lt=f"{role_id};")
        whose = sessions if whose is None else whose | sessions
    return whose


def _is_concerned(event: Event, documents: Sequence[Document]) -> bool:
    action = f"{event.source.removesuffix('.amazonaws.com')}:{event.name}"
    if event.decision:
        action = str(event.decision["action"])
    return any(document.about(action) for document in documents)


def _alike(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Calls of one session with the same parameters, the newest first."""
    groups: dict[str, list[Event]] = {}
    for one in events:
        session = one.user_identity.get("sessionContext")
        same = [one.principal_id, one.access_key_id, one.source, one.name, one.source_ip]
        key = json.dumps([*same, one.request_parameters, session], sort_keys=True)
        groups.setdefault(key, []).append(one)
    return groups


def _flips(
    groups: dict[str, list[Event]], arn: str, draft: Document, *, tags: bool
) -> tuple[list[Flip], int]:
    callers: dict[str, Caller | None] = {}
    counts: Counter[tuple[str, str, str, bool]] = Counter()
    first: dict[tuple[str, str, str, bool], Flip] = {}
    unknown = 0
    for newest, *more in groups.values():
        caller = _caller(newest, callers)
        asked = replays.asked_again(newest, caller, tags=tags) if caller else None
        if caller is None or asked is None:
            unknown += 1 + len(more)
            continue
        flip = _flip(newest, caller, *asked, arn=arn, draft=draft)
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
    event: Event,
    caller: Caller,
    request: Request,
    layers: list[Layer],
    *,
    arn: str,
    draft: Document,
) -> Flip | None:
    before, after = decide(request, layers), decide(request, list(_with(layers, arn, draft)))
    if before.allowed is after.allowed:
        return None
    return Flip(caller, request.action, request.resource, after.allowed, 1, event.time)


def _with(layers: Iterable[Layer], arn: str, draft: Document) -> Iterator[Layer]:
    """The layers with the draft wherever the policy stands."""
    for layer in layers:
        policies = tuple(
            Source(one.name, draft) if one.name == arn else one for one in layer.policies
        )
        yield Layer(layer.kind, policies, layer.keys)
