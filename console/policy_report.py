"""What the checks say about a policy text, in the four groups that the editor shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from console.forms.base import fingerprint
from identity.catalogue import catalogue
from identity.errors import MalformedPolicyDocument
from identity.policy import Kind, parse
from identity.policy.lint import Finding, findings

_GROUPS = {
    "ERROR": ("err", gettext_lazy("Errors")),
    "SECURITY_WARNING": ("warn", gettext_lazy("Security")),
    "WARNING": ("warn", gettext_lazy("Warnings")),
    "SUGGESTION": ("info", gettext_lazy("Suggestions")),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one type; `kind` is that of a status."""

    kind: str
    label: str | Promise
    findings: list[Finding]


@dataclass(frozen=True)
class Report:
    """The checks of one text; `refusal` is why it cannot be saved at all, "" when it can."""

    text: str
    findings: list[Finding]
    refusal: str

    @property
    def groups(self) -> list[Group]:
        """Those that hold something, the gravest first."""
        found = [
            Group(kind, label, [one for one in self.findings if one.type == type_])
            for type_, (kind, label) in _GROUPS.items()
        ]
        return [group for group in found if group.findings]

    @property
    def errors(self) -> int:
        return sum(one.type == "ERROR" for one in self.findings)

    @property
    def remarks(self) -> int:
        """Findings that do not stand in the way of saving."""
        return len(self.findings) - self.errors

    @property
    def seal(self) -> str:
        """Says which text it was about, so that a press counts for no other."""
        return fingerprint(self.text)

    @cached_property
    def lines(self) -> list[tuple[int, str, bool]]:
        """The numbered lines of the text, and whether a finding begins there."""
        marked = {one.span.start.line for one in self.findings}
        texts = self.text.split("\n")
        return [(number, line, number in marked) for number, line in enumerate(texts, 1)]


def report(text: str, kind: Kind) -> Report:
    return Report(text, findings(text, kind, catalogue()), _refusal(text, kind))


def _refusal(text: str, kind: Kind) -> str:
    try:
        parse(text, kind)
    except MalformedPolicyDocument as problem:
        return sentence(problem.detail) if problem.detail else problem.message
    return ""


def sentence(detail: str) -> str:
    """`Line 3, column 12: …` for the detail of a refusal."""
    return detail[:1].upper() + detail[1:]


def first_error(found: Iterable[Finding]) -> Finding | None:
    return next((one for one in found if one.type == "ERROR"), None)
