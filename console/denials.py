"""An AccessDenied message taken apart again, so that a page can say it in words.

The shape is AWS's: `User: ARN is not authorized to perform: ACTION on resource: ARN because …`.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_MESSAGE = re.compile(
    r"User: (?P<who>\S+) is not authorized to perform: (?P<action>[\w-]+:\w+)"
    r"(?: on resource: (?P<resource>\S+))?(?P<because>.*)",
    re.DOTALL,
)
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z]|\d|$)|[A-Z]?[a-z]+|[A-Z]+|\d+")

# What the end of the message says -> what it means; the first that occurs counts.
REASONS = (
    (
        "explicit deny in an identity-based policy",
        gettext_lazy("A policy of the user, of a group or of the role denies it outright."),
    ),
    (
        "no identity-based policy allows",
        gettext_lazy("No policy of the user, of a group or of the role allows it."),
    ),
    (
        "explicit deny in a permissions boundary",
        gettext_lazy("The permissions boundary denies it outright."),
    ),
    (
        "no permissions boundary allows",
        gettext_lazy("The permissions boundary does not allow it, whatever other policies say."),
    ),
    ("session policy", gettext_lazy("The policy given when this session began does not allow it.")),
    (
        "service control policy",
        gettext_lazy("A guardrail (SCP) of the organization does not allow it."),
    ),
    ("role trust policy", gettext_lazy("The role's trust policy does not let you use the role.")),
    ("resource-based policy", gettext_lazy("The policy of the resource does not allow it.")),
)


@dataclass(frozen=True, slots=True)
class Denial:
    """Who may not do what on what. All empty when the message has another shape."""

    arn: str = ""
    action: str = ""
    resource: str = ""
    because: str = ""
    event_id: str = ""

    @classmethod
    def read(cls, message: str, event_id: str = "") -> Self:
        found = _MESSAGE.match(message)
        if not found:
            return cls(event_id=event_id)
        who, action, resource, because = found.group("who", "action", "resource", "because")
        return cls(who, action, (resource or "").rstrip("."), because.strip(), event_id)

    @property
    def who(self) -> str:
        """`bob (user in 123456789012)`, from the ARN."""
        parts = self.arn.split(":", 5)
        kind, _slash, name = parts[-1].partition("/")
        if len(parts) < 6 or not name:
            return self.arn
        return _("%(name)s (%(kind)s in %(account)s)") % {
            "name": name,
            "kind": kind.replace("-", " "),
            "account": parts[4],
        }

    @property
    def words(self) -> str:
        """The action as words: `list MFA devices` for `iam:ListMFADevices`."""
        found = _WORD.findall(self.action.partition(":")[2])
        return " ".join(
            word if len(word) > 1 and word.isupper() else word.lower() for word in found
        )

    @property
    def why(self) -> str:
        return next((str(words) for mark, words in REASONS if mark in self.because), "")

    @property
    def query(self) -> str:
        """The fields of the explain page, as a query string."""
        return urlencode({"who": self.arn, "action": self.action, "resource": self.resource})

    @property
    def request_text(self) -> str:
        """What to send to an administrator: one fact a line."""
        lines = (
            (_("Who"), self.arn),
            (_("Action"), self.action),
            (_("Resource"), self.resource),
            (_("Event ID"), self.event_id),
        )
        return "\n".join(f"{label}: {value}" for label, value in lines if value)
