"""Questions that nobody's call has posed: what would a user or role get, and what may I do now?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from identity import arns, condition_keys, explanations
from identity.callers import Caller, Session
from identity.condition_keys import Keys
from identity.explanations import Explanation
from identity.facts import Facts
from identity.models import Role, User
from identity.policy.request import Value

# What only a call itself can say; and of a role, what only a session of it can.
_OF_A_CALL = frozenset(
    {
        "aws:requestedregion",
        "aws:securetransport",
        "aws:sourceip",
        "aws:tokenissuetime",
        "aws:useragent",
    }
)
_OF_A_SESSION = frozenset({"aws:userid"})


def as_now(caller: Caller, facts: Facts, action: str, resource: str) -> Explanation:
    """What the caller's own next call would get, with the facts of this request."""
    context = _known(caller, facts, resource)
    request, layers = explanations.ask(caller, action, resource, context)
    return explanations.explain(caller, request, layers)


def posed(who: User | Role, action: str, resource: str, given: Mapping[str, Value]) -> Explanation:
    """What a user, or a session of a role, would get at this moment, given some facts.

    What is known of the principal and of the resource is filled in, and `given` wins over it; on
    what then is missing the answer may depend.
    """
    caller = _caller(who)
    known = _known(caller, Facts(), resource)
    left_out = _OF_A_CALL | (_OF_A_SESSION if isinstance(who, Role) else frozenset())
    left_out |= {key.lower() for key in given}
    context = {key: value for key, value in known.items() if key.lower() not in left_out}
    request, layers = explanations.ask(caller, action, resource, {**context, **given})
    return explanations.explain(caller, request, layers, complete=False)


def _known(caller: Caller, facts: Facts, resource: str) -> Keys:
    account = arns.owner(resource) or caller.account_id
    keys = condition_keys.of(caller, facts) | condition_keys.of_tags(caller, resource, {})
    return keys | {"aws:ResourceAccount": account}


def _caller(who: User | Role) -> Caller:
    if isinstance(who, User):
        return Caller(who)
    now = timezone.now()
    return Caller(who, session=Session("AssumeRole", now, now + timedelta(hours=1), name="session"))
