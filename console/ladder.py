"""An explanation as a page draws it: the layers as rungs, with what the viewer may see of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.policy_texts import Shelf
from identity.explanations import Policy
from identity.policy import LayerKind, Span
from identity.policy.trace import Failure, LayerTrace, StatementTrace, Trace

NEAREST = 5
"""Statements of a silent rung that are shown at once."""

_LABELS: tuple[tuple[LayerKind, Promise | str], ...] = (
    (LayerKind.RCP, gettext_lazy("Resource control policies")),
    (LayerKind.SCP, gettext_lazy("Guardrails (SCP) of the organization")),
    (LayerKind.RESOURCE, gettext_lazy("Policy of the resource")),
    (LayerKind.IDENTITY, gettext_lazy("Policies of the user, groups or role")),
    (LayerKind.BOUNDARY, gettext_lazy("Permissions boundary")),
    (LayerKind.SESSION, gettext_lazy("Session policy")),
    (LayerKind.TRUST, gettext_lazy("Trust policy of the role")),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a statement does not apply: what it wants, or excepts, and what the request has."""

    what: str
    wanted: tuple[str, ...]
    found: tuple[str, ...] | None
    excepted: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement; without `name` it is of a policy that the viewer may not read."""

    effect: str
    applies: bool
    name: str = ""
    url: str = ""
    place: str = ""
    text: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Rung:
    """`kind` and `result` are those of a status; `more` are statements further from applying."""

    label: str
    kind: str
    result: str
    statements: tuple[Shown, ...] = ()
    more: tuple[Shown, ...] = ()


class Ladder:
    """The rungs in AWS's order of evaluation, an explicit deny first."""

    def __init__(
        self,
        found: Trace,
        policies: Mapping[str, Policy],
        shelf: Shelf,
        needed: Iterable[LayerKind],
        guarded: Set[LayerKind] = frozenset(),
    ) -> None:
        """`needed` are the kinds that have to allow; of `guarded` ones nothing is said."""
        self._trace, self._policies, self._shelf = found, policies, shelf
        self._needed: set[LayerKind | None] = {*needed, found.decision.kind}
        if guarded:  # which of the others has to allow would tell what these say
            self._needed |= set(LayerKind)
        self._guarded = guarded

    def rungs(self) -> list[Rung]:
        return [self._deny(), *(self._rung(kind, str(label)) for kind, label in _LABELS)]

    def denies(self) -> list[Shown]:
        """The statements that deny, of which each would have to go."""
        denying = (
            one
            for layer in self._trace.layers
            if layer.kind not in self._guarded
            for one in layer.statements
            if one.applies and one.effect == "Deny"
        )
        return list(self._shown(denying))

    def _deny(self) -> Rung:
        shown = tuple(self.denies())
        label = _("Explicit deny")
        return Rung(label, "err", _("Denies"), shown) if shown else Rung(label, "ok", _("None"))

    def _rung(self, kind: LayerKind, label: str) -> Rung:
        layers = [one for one in self._trace.layers if one.kind is kind]
        if kind is LayerKind.IDENTITY and self._is_root():
            return Rung(_("Root user"), "ok", _("Allows everything"))
        if not layers:
            return Rung(label, "off", _("None applies"))
        if kind in self._guarded:
            return Rung(label, "info", _("You may not read it"))
        given = [one for layer in layers for one in layer.statements if one.effect == "Allow"]
        allowing = [one for one in given if one.applies]
        if all(layer.verdict == "allows" for layer in layers) or allowing:
            return Rung(label, "ok", _("Allows"), tuple(self._shown(allowing)))
        return self._silent(kind, label, layers)

    def _silent(self, kind: LayerKind, label: str, layers: list[LayerTrace]) -> Rung:
        """What came nearest is shown; what is about other actions folds away."""
        missed = [one for layer in layers for one in layer.statements if not one.applies]
        missed.sort(key=_distance)
        near = [one for one in missed if not _is_about_others(one)][:NEAREST]
        far = [one for one in missed if one not in near]
        status = "err" if kind in self._needed else "off"
        words = _("Does not allow it") if kind in self._needed else _("Says nothing")
        return Rung(label, status, words, tuple(self._shown(near)), tuple(self._shown(far)))

    def _is_root(self) -> bool:
        return any(layer.kind is LayerKind.ROOT for layer in self._trace.layers)

    # --- one statement ---------------------------------------------------------------------------

    def _shown(self, statements: Iterable[StatementTrace]) -> Iterable[Shown]:
        """Those of readable policies one by one, of the others one for all."""
        hidden = False
        for one in statements:
            policy = self._policies.get(one.source)
            if policy is not None and self._shelf.may_read(policy):
                yield self._readable(one, policy)
            elif not hidden and one.applies:
                hidden = True
                yield Shown(one.effect, one.applies)

    def _readable(self, one: StatementTrace, policy: Policy) -> Shown:
        return Shown(
            one.effect,
            one.applies,
            name=short_name(policy),
            url=self._shelf.url(policy),
            place=_place(one),
            text=_cut_out(policy.text, one.span),
            faults=tuple(map(_fault, one.failures)),
        )


def _distance(one: StatementTrace) -> tuple[bool, bool, int]:
    """Allows come before denies, and those about the action before those about others."""
    return one.effect == "Deny", _is_about_others(one), len(one.failures)


def _is_about_others(one: StatementTrace) -> bool:
    return any(failure.element == "Action" for failure in one.failures)


def short_name(policy: Policy) -> str:
    """`Admins (inline, user ana)`, or the ARN of a managed policy."""
    if policy.holder is None or policy.name.startswith("arn:"):
        return policy.name or policy.source
    words = {"name": policy.name, "kind": policy.holder.name.lower(), "holder": policy.holder_name}
    if not policy.name:
        return _("trust policy of %(holder)s") % words
    return _("%(name)s (inline, %(kind)s %(holder)s)") % words


def _place(one: StatementTrace) -> str:
    words = {"number": one.index + 1, "sid": one.sid}
    named = _("statement %(sid)s") if one.sid else _("statement %(number)d")
    if one.span is None:
        return named % words
    first, last = one.span.start.line, one.span.end.line
    lines = ngettext("line %(first)d", "lines %(first)d to %(last)d", last - first + 1)
    return f"{named % words}, {lines % {'first': first, 'last': last}}"


def _cut_out(text: str, span: Span | None) -> str:
    """The statement as it stands in the document; JSON on one line is laid out anew."""
    if span is None:
        return ""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    taken = lines[span.start.line - 1 : span.end.line]
    if not taken:
        return ""
    if len(taken) > 1:
        taken[-1] = taken[-1][: span.end.column - 1]
        return "\n".join(
            [" " * (span.start.column - 1) + taken[0][span.start.column - 1 :], *taken[1:]]
        )
    return _laid_out(taken[0][span.start.column - 1 : span.end.column - 1])


def _laid_out(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _fault(failure: Failure) -> Fault:
    what: str = failure.element
    if failure.element == "Condition":
        what = f"{failure.operator} {failure.key}"
    found = (failure.found,) if isinstance(failure.found, str) else failure.found
    return Fault(what, failure.wanted, found, failure.excepted)
