"""What an explain page shows: the sentence, the ladder and what would allow it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from identity.explanations import Answer, Explanation, Policy
from identity.models import Account, User
from identity.policy import Decision, LayerKind, Outcome
from identity.policy import Request as Asked
from identity.policy.evaluate import OF_RESOURCE
from identity.policy.remedy import Remedy, remedy
from identity.policy.request import Value
from identity.policy.trace import Trace
from identity.refusals import RESOURCE_TAGS, Refusal


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
    kind, answer = _ANSWERS[found.answer]
    view = _View(request, found.request, found.trace, found.remedy, found.policies, may_simulate)
    return view.explained(kind, str(answer), view.why_not() or _sentence(found))


def of_then(request: Request, kept: Refusal, *, may_simulate: bool) -> Explained:
    """By what was kept, without texts: the policies may say something else now."""
    asked = Asked(kept.principal_arn, kept.action, kept.resource, kept.context)
    said = (one for layer in kept.trace.layers for one in layer.statements)
    policies = {one.source: explanations.policy_named(one.source) for one in said}
    mend = remedy(asked, kept.trace)
    view = _View(request, asked, kept.trace, mend, policies, may_simulate)
    sentence = view.why_not() or denied(asked, kept.trace.decision)
    return replace(view.explained("err", _("Denied"), sentence), cut=kept.cut or kept.facts_cut)


@dataclass(frozen=True, slots=True)
class _View:
    """What one viewer may see of a trace.

    Who may not simulate for the principal learns nothing of the policy of a resource: not even
    whether a role that trusts nobody is there.
    """

    request: Request
    asked: Asked
    trace: Trace
    mend: Remedy
    policies: Mapping[str, Policy]
    may_simulate: bool

    @property
    def _guarded(self) -> bool:
        kinds = {layer.kind for layer in self.trace.layers}
        return not self.may_simulate and not kinds.isdisjoint(OF_RESOURCE)

    def explained(self, kind: str, answer: str, sentence: str) -> Explained:
        shelf = Shelf(self.request)
        needed = {one for one, _statement in self.mend.statements}
        guarded = OF_RESOURCE if self._guarded else frozenset()
        ladder = Ladder(self.trace, self.policies, shelf, needed, guarded)
        shown = ladder.denies()
        return Explained(
            kind,
            answer,
            sentence,
            ladder.rungs(),
            [] if self._guarded else _additions(self.request, shelf, self.asked, self.mend),
            [one for one in shown if one.name],
            any(not one.name for one in shown),
            _facts(self.asked.context, may_simulate=self.may_simulate),
        )

    def why_not(self) -> str:
        """The one sentence for all refusals where the policy of the resource is not to be told."""
        if not self._guarded or self.trace.decision.allowed:
            return ""
        words = _words(self.asked)
        return (
            _(
                "%(who)s may not %(what)s (%(action)s) on %(resource)s: it is not there, or its "
                "own policy or those of the caller do not allow it."
            )
            % words
        )


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
        return denied(asked, decision)
    words = _words(asked)
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


def denied(asked: Asked, decision: Decision) -> str:
    words = _words(asked)
    words["why"] = _why(decision)
    return _("%(who)s may not %(what)s (%(action)s) on %(resource)s: %(why)s.") % words


def _words(asked: Asked) -> dict[str, str]:
    denial = Denial(asked.principal_arn, asked.action, asked.resource)
    words = {"who": denial.who, "what": denial.words}
    return words | {"action": asked.action, "resource": asked.resource}


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


def _facts(context: Mapping[str, Value], *, may_simulate: bool) -> list[tuple[str, str]]:
    """The condition keys; the tags of the resource are not for who may only see the own refusal."""
    return [
        (key, value if isinstance(value, str) else ", ".join(value))
        for key, value in sorted(context.items())
        if may_simulate or not key.lower().startswith(RESOURCE_TAGS)
    ]
