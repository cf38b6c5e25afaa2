"""A trust policy in words: who may use the role, in one line for each statement."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from identity.policy import UNREADABLE, Kind, Statement, load
from identity.policy.conditions import Condition

_ANYBODY = "*"
_DELETED = re.compile(r"(?:AIDA|AROA)\w+", re.ASCII)


def sentences(document: str) -> list[str]:
    """One for each statement; nothing for a text that cannot be read, which trusts nobody."""
    read = load(document, Kind.TRUST)
    return [] if read is UNREADABLE else [_sentence(one) for one in read.statements]


def trusted(document: str) -> list[str]:
    """Whom the Allow statements name, for a column of the list."""
    read = load(document, Kind.TRUST)
    allowed = [one for one in read.statements if one.effect == "Allow"]
    return list(dict.fromkeys(_who(*named) for one in allowed for named in one.principals))


def warnings(document: str) -> list[str]:
    """What its owner should look at: anybody, principals that are gone, providers unasked."""
    read = load(document, Kind.TRUST)
    if read is UNREADABLE:
        return []
    allowed = [one for one in read.statements if one.effect == "Allow"]
    return list(dict.fromkeys(text for one in allowed for text in _remarks(one)))


def _remarks(statement: Statement) -> Iterator[str]:
    keys = {one.key.lower() for one in statement.conditions}
    if statement.not_principals:
        yield _("Everybody but those named is trusted.")
    for kind, name in statement.principals:
        if name == _ANYBODY:
            yield _("Anybody is trusted, in any account, as far as the conditions let them.")
        elif _DELETED.fullmatch(name):
            words = _("%(id)s was a user or role that is deleted. A new one of its name is not it.")
            yield words % {"id": name}
        elif kind == "Federated":
            yield from _unasked(name, keys)


def _unasked(provider: str, keys: set[str]) -> Iterator[str]:
    """A provider vouches for all of its people: what else is asked decides who of them."""
    shown = provider.rpartition("/")[2]
    if ":saml-provider/" in provider and "saml:aud" not in keys:
        yield _("No condition asks for saml:aud: programs alone can use %(name)s.") % {
            "name": shown
        }
    issuer = provider.partition(":oidc-provider/")[2].lower()
    if issuer and f"{issuer}:aud" not in keys:
        yield _("No condition asks for the audience of tokens of %(name)s.") % {"name": issuer}
    if issuer and f"{issuer}:sub" not in keys:
        yield _("No condition asks for the subject: all people of %(name)s are trusted.") % {
            "name": issuer
        }


def _sentence(statement: Statement) -> str:
    who = ", ".join(_who(*named) for named in statement.principals or statement.not_principals)
    if statement.not_principals:
        who = _("Everybody but %(who)s") % {"who": who}
    text = _("%(who)s may not use this role") if statement.effect == "Deny" else _allowed(statement)
    conditions = _(" and ").join(map(_condition, statement.conditions))
    text = text % {"who": who}
    if not conditions:
        return f"{text}."
    return _("%(text)s, if %(conditions)s.") % {"text": text, "conditions": conditions}


def _allowed(statement: Statement) -> str:
    """What of the actions reads as using the role; all others are named."""
    actions = [one.lower() for one in statement.actions or statement.not_actions]
    if statement.not_actions or not any(one.startswith("sts:assumerole") for one in actions):
        return "%(who)s: " + ", ".join(statement.actions or statement.not_actions)
    tags, source = "sts:tagsession" in actions, "sts:setsourceidentity" in actions
    if tags and source:
        return _("%(who)s may use this role, with session tags and a source identity")
    if tags:
        return _("%(who)s may use this role, with session tags")
    return (
        _("%(who)s may use this role, with a source identity")
        if source
        else _("%(who)s may use this role")
    )


def _condition(condition: Condition) -> str:
    """In words where it is one that trust policies are made of."""
    key, values = condition.key.lower(), ", ".join(condition.values)
    plain = condition.operator in ("StringEquals", "StringLike", "Bool")
    if key == "aws:multifactorauthpresent" and plain and values == "true":
        return _("they signed in with MFA")
    if key == "sts:externalid" and plain:
        return _("they send the external ID %(values)s") % {"values": values}
    if key.endswith(":aud") and plain:
        return _("it was meant for %(values)s") % {"values": values}
    if key.endswith(":sub") and plain:
        return _("the subject is %(values)s") % {"values": values}
    return f"{condition.key} {condition.operator} {values}"


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
