"""What an explain page shows: the sentence, the ladder and what would allow it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.denials import Denial
from console.http import Request
from console.ladder import Ladder, Rung, Shown
from console.names import user_segment
from console.policy_texts import Shelf
from identity import arns, explanations
from identity.explanations import Answer, Explanation
from identity.models import Account, User
from identity.policy import Decision, LayerKind, Outcome
from identity.policy import Request as Asked
from identity.policy.remedy import Remedy, remedy
from identity.policy.request import Value
from identity.refusals import Refusal

_OF_RESOURCE = ("aws:resourcetag/", "iam:resourcetag/")


@dataclass(frozen=True, slots=True)
class Addition:
    """A statement that a layer lacks; `url` is where the viewer may make an inline policy of it,
    `document` that policy."""

    label: str
    text: str
    document: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """One explanation as its viewer may see it; `kind` is that of a status."""

    kind: str
    answer: str
    sentence: str
    rungs: list[Rung]
    additions: list[Addition]
    obstacles: list[Shown]
    hidden_obstacles: bool
    facts: list[tuple[str, str]]
    cut: bool = False


def of_now(request: Request, found: Explanation, *, may_simulate: bool) -> Explained:
    """By the policies of now."""
    shelf = Shelf(request)
    kind, answer = _ANSWERS[found.answer]
    ladder = Ladder(found.trace, found.policies, shelf, _needed(found.remedy))
    return Explained(
        kind,
        str(answer),
        _sentence(found),
        ladder.rungs(),
        _additions(request, shelf, found.request, found.remedy),
        *_obstacles(ladder, found.remedy),
        _facts(found.request.context, may_simulate=may_simulate),
    )


def of_then(request: Request, kept: Refusal, *, may_simulate: bool) -> Explained:
    """By what was kept, without texts: the policies may say something else now."""
    shelf = Shelf(request)
    asked = Asked(kept.principal_arn, kept.action, kept.resource, kept.context)
    mend = remedy(asked, kept.trace)
    said = (one for layer in kept.trace.layers for one in layer.statements)
    policies = {one.source: explanations.policy_named(one.source) for one in said}
    ladder = Ladder(kept.trace, policies, shelf, _needed(mend))
    return Explained(
        "err",
        _("Denied"),
        denied(kept.principal_arn, kept.action, kept.resource, kept.trace.decision),
        ladder.rungs(),
        _additions(request, shelf, asked, mend),
        *_obstacles(ladder, mend),
        _facts(kept.context, may_simulate=may_simulate),
        kept.cut,
    )


def _needed(mend: Remedy) -> set[LayerKind]:
    return {kind for kind, _statement in mend.statements}


# --- sentences -------------------------------------------------------------------------------

_ANSWERS = {
    Answer.ALLOWED: ("ok", gettext_lazy("Allowed")),
    Answer.DENIED: ("err", gettext_lazy("Denied")),
    Answer.DEPENDS: ("warn", gettext_lazy("Depends on a value that you did not give")),
    Answer.UNKNOWN: ("info", gettext_lazy("Cannot tell")),
}


def _sentence(found: Explanation) -> str:
    asked, decision = found.request, found.trace.decision
    if found.answer is Answer.DENIED:
        return denied(asked.principal_arn, asked.action, asked.resource, decision)
    words = _words(asked.principal_arn, asked.action, asked.resource)
    if found.answer is Answer.ALLOWED:
        return _("%(who)s may %(what)s (%(action)s) on %(resource)s.") % words
    if found.answer is Answer.DEPENDS:
        words["keys"] = ", ".join(found.missing)
        return (
            _("Whether %(who)s may %(what)s (%(action)s) on %(resource)s hangs on %(keys)s.")
            % words
        )
    words["account"] = found.foreign
    return (
        _(
            "This account lets %(who)s %(what)s (%(action)s) on %(resource)s. Account "
            "%(account)s must allow it too, and you may not read the policies there."
        )
        % words
    )


def denied(arn: str, action: str, resource: str, decision: Decision) -> str:
    words = _words(arn, action, resource)
    words["why"] = _why(decision)
    return _("%(who)s may not %(what)s (%(action)s) on %(resource)s: %(why)s.") % words


def _words(arn: str, action: str, resource: str) -> dict[str, str]:
    denial = Denial(arn, action, resource)
    return {"who": denial.who, "what": denial.words, "action": action, "resource": resource}


def _why(decision: Decision) -> str:
    if decision.kind is None:
        return _("no policy allows it")
    kind = {"kind": decision.kind.value}
    if decision.outcome is Outcome.EXPLICIT_DENY:
        return _("it is denied explicitly (%(kind)s)") % kind
    return _("no %(kind)s allows it") % kind


# --- what would allow it ---------------------------------------------------------------------


_ADDED_TO = {
    LayerKind.RCP: gettext_lazy("Add to the resource control policies"),
    LayerKind.SCP: gettext_lazy("Add to the guardrails (SCP)"),
    LayerKind.RESOURCE: gettext_lazy("Add to the policy of the resource"),
    LayerKind.TRUST: gettext_lazy("Add to the trust policy of the role"),
    LayerKind.IDENTITY: gettext_lazy("Add to a policy of the user, of a group or of the role"),
    LayerKind.BOUNDARY: gettext_lazy("Add to the permissions boundary"),
    LayerKind.SESSION: gettext_lazy("Add to the policy that the session is begun with"),
}


def _additions(request: Request, shelf: Shelf, asked: Asked, mend: Remedy) -> list[Addition]:
    return [_addition(request, shelf, asked, *one) for one in mend.statements]


def _addition(
    request: Request, shelf: Shelf, asked: Asked, kind: LayerKind, statement: Mapping[str, Any]
) -> Addition:
    label, text = str(_ADDED_TO[kind]), json.dumps(statement, indent=2, ensure_ascii=False)
    user = _user(request.caller.account, asked.principal_arn)
    if kind is not LayerKind.IDENTITY or user is None:
        return Addition(label, text)
    if not shelf.rights.allow("iam:PutUserPolicy", user.arn):
        return Addition(label, text)
    document = {"Version": "2012-10-17", "Statement": [statement]}
    url = reverse("user-policy-create", args=[user_segment(user.name, user.unique_id)])
    return Addition(label, text, json.dumps(document, indent=2, ensure_ascii=False), url)


def _user(account: Account, arn: str) -> User | None:
    if not arn.startswith(arns.user(account.id, "")):
        return None
    user = User.named_in(account, arn.rpartition("/")[2])
    return user if user is not None and user.arn == arn else None


def _obstacles(ladder: Ladder, mend: Remedy) -> tuple[list[Shown], bool]:
    """The denies that would have to go, and whether some are in policies not to be read."""
    shown = list(ladder.shown(mend.obstacles))
    return [one for one in shown if one.name], any(not one.name for one in shown)


def _facts(context: Mapping[str, Value], *, may_simulate: bool) -> list[tuple[str, str]]:
    """The condition keys; the tags of the resource are not for who may only see the own refusal."""
    return [
        (key, value if isinstance(value, str) else ", ".join(value))
        for key, value in sorted(context.items())
        if may_simulate or not key.lower().startswith(_OF_RESOURCE)
    ]
