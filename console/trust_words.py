"""A trust policy in words: who may use the role, in one line for each statement."""

from __future__ import annotations

from django.utils.translation import gettext as _

from identity.policy import UNREADABLE, Kind, Statement, load

_ANYBODY = "*"


def sentences(document: str) -> list[str]:
    """One for each statement; nothing for a text that cannot be read, which trusts nobody."""
    read = load(document, Kind.TRUST)
    return [] if read is UNREADABLE else [_sentence(one) for one in read.statements]


def trusted(document: str) -> list[str]:
    """Whom the Allow statements name, for a column of the list."""
    read = load(document, Kind.TRUST)
    allowed = [one for one in read.statements if one.effect == "Allow"]
    return list(dict.fromkeys(_who(*named) for one in allowed for named in one.principals))


def _sentence(statement: Statement) -> str:
    who = ", ".join(_who(*named) for named in statement.principals or statement.not_principals)
    if statement.not_principals:
        who = _("Everybody but %(who)s") % {"who": who}
    words = {"who": who, "actions": ", ".join(statement.actions or statement.not_actions)}
    if statement.effect == "Deny":
        text = _("%(who)s: denied %(actions)s") % words
    else:
        text = _("%(who)s: allowed %(actions)s") % words
    conditions = "; ".join(
        f"{one.key} {one.operator} {', '.join(one.values)}" for one in statement.conditions
    )
    return (
        _("%(text)s, if %(conditions)s") % {"text": text, "conditions": conditions}
        if (conditions)
        else text
    )


def _who(kind: str, name: str) -> str:
    """`Account 1111-2222-3333`, `Service ec2.amazonaws.com`, `user/bob in 1111-2222-3333`."""
    if name == _ANYBODY:
        return _("Anybody")
    if kind != "AWS":
        return f"{kind}: {name.rpartition('/')[2] if name.startswith('arn:') else name}"
    parts = name.split(":", 5)
    if len(parts) < 6:
        return _("Account %s") % name if name.isdecimal() else _("Deleted principal %s") % name
    if parts[5] == "root":
        return _("Account %s") % parts[4]
    return _("%(name)s in %(account)s") % {"name": parts[5], "account": parts[4]}
