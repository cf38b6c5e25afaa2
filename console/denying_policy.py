"""The name of the policy that denied, for a refusal's page."""

from __future__ import annotations

from typing import Any

from console.ladder import short_name
from console.policy_texts import Shelf
from identity import explanations
from identity.errors import AccessDenied
from identity.policy import Request as Asked
from identity.refusals import Refusal


def denying_policy(request: Any, error: AccessDenied) -> str:
    """What an explicit deny stands in, if whoever is signed in may read it; else nothing."""
    caller = getattr(request, "caller", None)
    if caller is None or not error.decision:
        return ""
    kept = Refusal.from_json(error.decision)
    source = kept.trace.decision.source
    asked = Asked(kept.principal_arn, kept.action, kept.resource, kept.context)
    policy = explanations.policies_of(caller, asked).get(source or "")
    if policy is None or kept.account_id != caller.account_id:
        return ""
    return short_name(policy) if Shelf(request).may_read(policy) else ""
