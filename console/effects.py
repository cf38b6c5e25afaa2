"""What chosen policies come to, in words: what the reviews of wizards tell before anything is made.

Of a policy whose text the caller may not read, only that there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console import policy_summary
from console.granted_policies import GrantedPolicies
from console.http import Request
from console.permissions import Rights
from console.policy_summary import Line
from identity.models import Account, Group, ManagedPolicy, User, granted
from identity.models.permissions import Granted, Holder
from identity.models.user import folded
from identity.policy import Document, load

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Effect:
    """`allowed` and `denied` are sentences, the first few; `more` are those left out.

    `unreadable` are the policies whose text may not be read, `boundary` the name of the boundary.
    `lead` says who will be able to do what follows, `nothing` that nobody is able to do anything.
    """

    allowed: tuple[str, ...]
    denied: tuple[str, ...]
    more: int = 0
    unreadable: int = 0
    boundary: str = ""
    lead: str = ""
    nothing: str = ""

    @property
    def is_nothing(self) -> bool:
        return not (self.allowed or self.unreadable)


def for_users(request: Request, names: Sequence[str], **chosen: Any) -> Effect:
    """Of what was chosen for new users."""
    who = {"who": ", ".join(names)}
    lead = ngettext("%(who)s will be able to do:", "%(who)s will all be able to do:", len(names))
    nothing = ngettext(
        "%(who)s will not be able to do anything yet.",
        "%(who)s will not be able to do anything yet, all of them.",
        len(names),
    )
    return replace(effect(request, **chosen), lead=lead % who, nothing=nothing % who)


def for_role(request: Request, name: str, **chosen: Any) -> Effect:
    lead = _("Whoever uses %(who)s will be able to do:") % {"who": name}
    nothing = _("Whoever uses %(who)s will not be able to do anything yet.") % {"who": name}
    return replace(effect(request, **chosen), lead=lead, nothing=nothing)


def for_group(request: Request, arns: Sequence[str]) -> Effect:
    lead = _("Whoever is in this group will be able to do:")
    nothing = _("This group will not let anybody do anything yet.")
    return replace(effect(request, attached=arns), lead=lead, nothing=nothing)


def effect(
    request: Request,
    *,
    attached: Iterable[str] = (),
    groups: Sequence[str] = (),
    copied_from: str = "",
    inline: str = "",
    boundary: str = "",
) -> Effect:
    """Of the policies with these ARNs, those that the groups and a user have, and a document."""
    rights, account = Rights(request), request.caller.account
    texts = [
        *_attached(account, rights, attached),
        *_of_groups(account, rights, groups),
        *_of_user(account, rights, copied_from),
        *([inline] if inline else []),
    ]
    readable = [text for text in texts if text is not None]
    found = _in_words(readable)
    return replace(
        found, unreadable=len(texts) - len(readable), boundary=boundary.rpartition("/")[2]
    )


_Texts = list[str | None]


def _attached(account: Account, rights: Rights, arns: Iterable[str]) -> _Texts:
    wanted = set(arns)
    if not wanted:
        return []
    found = ManagedPolicy.objects.visible_to(account).filter(arn__in=wanted)
    rows = found.values_list("arn", "default_version__document")
    return [text if rights.allow("iam:GetPolicyVersion", arn) else None for arn, text in rows]


def _of_groups(account: Account, rights: Rights, names: Sequence[str]) -> _Texts:
    if not names:
        return []
    found = Group.objects.filter(account=account, name_folded__in=map(folded, names))
    groups = {group.pk: group for group in found.select_related("account")}
    return [
        _text(one, GrantedPolicies(rights, groups[pk]))
        for pk, policies in granted.of_groups(list(groups)).items()
        for one in policies
    ]


def _of_user(account: Account, rights: Rights, name: str) -> _Texts:
    user = account.iam_users.named(name).first() if name else None
    if user is None:
        return []
    return _texts_of(user, GrantedPolicies(rights, user))


def _texts_of(user: User, readable: GrantedPolicies) -> _Texts:
    """Without the boundary, which is not copied."""
    theirs = granted.of_users([user.pk]).get(user.pk, [])
    return [_text(one, readable) for one in theirs if one.holder is not Holder.BOUNDARY]


def _text(one: Granted, readable: GrantedPolicies) -> str | None:
    return one.document if readable.may_read(one) else None


# --- words -----------------------------------------------------------------------------------


def _in_words(texts: list[str]) -> Effect:
    statements = tuple(one for text in texts for one in load(text).statements)
    shown = policy_summary.of(Document("2012-10-17", "", statements))
    allowed = list(dict.fromkeys(map(_sentence, shown.allowed)))
    denied = list(dict.fromkeys(map(_sentence, shown.denied)))
    if _everything() in allowed:  # and so all else as well
        allowed = [_everything()]
    more = max(0, len(allowed) - SHOWN) + max(0, len(denied) - SHOWN)
    return Effect(tuple(allowed[:SHOWN]), tuple(denied[:SHOWN]), more)


def _everything() -> str:
    return _("Everything in this account")


def _sentence(line: Line) -> str:
    what = _what(line)
    narrow = not line.is_of_all_resources
    if narrow and line.conditions:
        return _("%(what)s – on certain resources and under conditions only") % {"what": what}
    if narrow:
        return _("%(what)s – on certain resources only") % {"what": what}
    return _("%(what)s – under conditions only") % {"what": what} if line.conditions else what


def _what(line: Line) -> str:
    if line.is_everything:
        return _everything()
    named = {"service": line.service}
    if line.is_full:
        return _("Full access to %(service)s") % named
    if line.access:
        return _("%(service)s: %(levels)s") % {**named, "levels": line.access}
    levels = [
        level.label if level.extent == "full" else _("%(level)s (in part)") % {"level": level.label}
        for level in line.levels
        if level.extent
    ]
    return _("%(service)s: %(levels)s") % {**named, "levels": ", ".join(levels)}
