"""The bridge from rows to the policy engine: which documents apply to whom, and what is true."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from identity import arns, condition_keys, once
from identity.callers import Caller
from identity.callers import Kind as PrincipalKind
from identity.condition_keys import NO_KEYS, NO_PARAMS
from identity.facts import Facts
from identity.models import ManagedPolicy, PasswordPolicy, User, permissions
from identity.models.permissions import Granted, Holder
from identity.policy import (
    Decision,
    Kind,
    Layer,
    LayerKind,
    Principal,
    Request,
    Source,
    decide,
    load,
    principals,
    root_layer,
)
from identity.policy.request import Value

ACCOUNT_GRANT = "AllowUsersToChangePassword"
"""What an explanation calls the setting of the password policy that grants like a policy."""

_OWN_PASSWORD = frozenset({"iam:ChangePassword", "iam:GetAccountPasswordPolicy"})


@dataclass(frozen=True, slots=True)
class Standing:
    """A caller's policies, read once: a page asks it for all of its buttons."""

    caller: Caller
    layers: list[Layer]
    looks_at_tags: bool = False

    def decide(
        self,
        facts: Facts,
        action: str,
        resource: str,
        params: Mapping[str, Any] = NO_PARAMS,
        keys: Mapping[str, Value] = NO_KEYS,
    ) -> Decision:
        return decide(self.request(facts, action, resource, params, keys), self.layers)

    def request(
        self,
        facts: Facts,
        action: str,
        resource: str,
        params: Mapping[str, Any] = NO_PARAMS,
        keys: Mapping[str, Value] = NO_KEYS,
    ) -> Request:
        """The request as policies see it.

        Tags cost queries, so that they are read only when a document speaks of tags.
        """
        owner = arns.owner(resource)
        context = {**condition_keys.of(self.caller, facts), **keys}
        context["aws:ResourceAccount"] = owner or self.caller.account_id
        if self.looks_at_tags:
            context |= condition_keys.of_tags(self.caller, resource, params)
        return Request(
            self.caller.arn,
            action,
            resource,
            context,
            principal=principal_of(self.caller),
            resource_account=owner,
        )


def standing(caller: Caller, action: str = "") -> Standing:
    """Every layer that bears on this caller. Root is a layer that allows, not an exception.

    With an `action` of one's own password, the account's grant of it is among them. A request that
    changes nothing reads it once.
    """
    own = action if action in _OWN_PASSWORD else ""
    # The standing holds the caller, so that no other caller can have its place in memory.
    return once.read(("standing", id(caller), own), lambda: _standing(caller, action))


def _standing(caller: Caller, action: str) -> Standing:
    granted = _granted(caller)
    more = (
        _account_grant(caller)
        if action in _OWN_PASSWORD and caller.kind is PrincipalKind.USER
        else []
    )
    layers = [root_layer()] if _as_root(caller) else layers_of(granted, more)
    session = _session_policies(caller)
    if session is not None:
        layers.append(Layer(LayerKind.SESSION, session))
    looks_at_tags = any(condition_keys.speaks_of_tags(one.document) for one in granted)
    return Standing(caller, layers, looks_at_tags or session is not None)


def _as_root(caller: Caller) -> bool:
    """Whether it is root who acts, or a federated user for whom root asked."""
    return isinstance(caller.principal, User) and caller.principal.is_root


def _granted(caller: Caller) -> list[Granted]:
    if isinstance(caller.principal, User):
        return [] if caller.principal.is_root else permissions.of_user(caller.principal.pk)
    return permissions.of_role(caller.principal.pk)


def _session_policies(caller: Caller) -> tuple[Source, ...] | None:
    """What limits the session, or None. A federated user without any may do nothing."""
    session = caller.session
    if session is None:
        return None
    inline = [Source("session policy", load(text, Kind.SESSION)) for text in session.policies]
    managed = [Source(arn, load(text)) for arn, text in _managed(session.policy_arns)]
    if inline or managed or caller.kind is PrincipalKind.FEDERATED:
        return (*inline, *managed)
    return None


def _managed(policy_arns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The present documents; one that is gone is unreadable, and so denies."""
    if policy_arns:
        found = ManagedPolicy.objects.filter(arn__in=policy_arns)
        texts = dict(found.values_list("arn", "default_version__document"))
        yield from ((arn, texts.get(arn) or "") for arn in policy_arns)


def layers_of(granted: Iterable[Granted], more: Iterable[Source] = ()) -> list[Layer]:
    """The layers that these documents make: what grants, and the boundary where there is one."""
    identity: list[Source] = list(more)
    boundary: list[Source] = []
    for one in granted:
        source = Source(one.source, load(one.document))
        (boundary if one.holder is Holder.BOUNDARY else identity).append(source)
    layers = [Layer(LayerKind.IDENTITY, tuple(identity))]
    if boundary:
        layers.append(Layer(LayerKind.BOUNDARY, tuple(boundary)))
    return layers


def principal_of(caller: Caller) -> Principal:
    """The caller under every name by which a policy may mean them."""
    own = caller.principal
    if caller.kind is PrincipalKind.ROOT:
        return principals.root(caller.account_id)
    if caller.kind is PrincipalKind.ROLE:
        return principals.role_session(caller.arn, own.arn, own.unique_id)
    if caller.kind is PrincipalKind.FEDERATED:
        names = ("", "") if _as_root(caller) else (own.arn, own.unique_id)
        return principals.federated_user(caller.arn, *names)
    return principals.user(caller.arn, caller.user_id)


def _account_grant(caller: Caller) -> list[Source]:
    """AllowUsersToChangePassword: a grant of the account to each of its users on itself."""
    granted = PasswordPolicy.objects.filter(
        account_id=caller.account_id, allow_users_to_change_password=True
    )
    if not granted.exists():
        return []
    statements = [
        {"Effect": "Allow", "Action": "iam:ChangePassword", "Resource": caller.arn},
        {"Effect": "Allow", "Action": "iam:GetAccountPasswordPolicy", "Resource": "*"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return [Source(ACCOUNT_GRANT, load(document))]
