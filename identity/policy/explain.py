"""A decision in words: AWS's access-denied sentence, and a short reason for a page."""

from __future__ import annotations

from identity.policy.evaluate import Decision, LayerKind, Outcome


def sentence(decision: Decision, *, caller_arn: str, action: str, resource: str) -> str:
    """AWS's access-denied message for a refused request ("Troubleshoot access denied messages").

    Naming only the kind of policy that refused, never the policy. Of a role that does not trust the
    caller, or is another account's, it says no more than of one that does not exist. Raises
    `ValueError` if the decision allows.
    """
    if decision:
        raise ValueError("an allowed request has no refusal to explain")
    refusal = f"User: {caller_arn} is not authorized to perform: {action} on resource: {resource}"
    if decision.kind is None or _hides_role(decision, caller_arn, action, resource):
        return refusal
    if decision.outcome is Outcome.EXPLICIT_DENY:
        return f"{refusal} with an explicit deny in {_with_article(decision.kind)}"
    return f"{refusal} because no {decision.kind.value} allows the {action} action"


def _hides_role(decision: Decision, caller_arn: str, action: str, resource: str) -> bool:
    """Whether a reason would tell that the role exists."""
    implicit = decision.outcome is Outcome.IMPLICIT_DENY
    if decision.kind is LayerKind.TRUST and implicit:
        return True
    if action.lower() != "sts:assumerole":
        return False
    foreign = _account(caller_arn) != _account(resource)
    return implicit or foreign or decision.kind is LayerKind.TRUST


def _account(arn: str) -> str:
    return (arn.split(":", 5) + [""] * 5)[4]


def reason(decision: Decision) -> str:
    """Why, in a few plain words without a full stop, for a person who may see the policies."""
    if decision.outcome is Outcome.IMPLICIT_DENY:
        return f"no {decision.kind.value if decision.kind else 'policy'} allows it"
    if decision.kind is LayerKind.ROOT:
        return "the root user may do everything"
    verb = "allows it" if decision.allowed else "denies it explicitly"
    return f"{_noun(decision.kind)} `{decision.source}` {verb}, statement {_statement(decision)}"


def _with_article(kind: LayerKind) -> str:
    articles = {LayerKind.IDENTITY: "an", LayerKind.TRUST: "the"}
    return f"{articles.get(kind, 'a')} {kind.value}"


def _noun(kind: LayerKind | None) -> str:
    return "policy" if kind is None or kind is LayerKind.IDENTITY else kind.value


def _statement(decision: Decision) -> str:
    if decision.sid:
        return f"`{decision.sid}`"
    return str((decision.statement or 0) + 1)
