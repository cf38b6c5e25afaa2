"""What is wrong with AWS's attributes, in words for who set the identity provider up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

PREFIX = "https://aws.amazon.com/SAML/Attributes/"

_PROVIDER = re.compile(r":saml-provider/", re.IGNORECASE)
_ROLE = re.compile(r":role/", re.IGNORECASE)


def of_missing(name: str, given: Iterable[str]) -> str:
    """An attribute is not there under its exact name."""
    alike = [one for one in given if _plain(one) == name.lower()]
    if alike:
        return (
            f"The identity provider sends `{alike[0][:200]}`; the name has to be exactly"
            f" `{PREFIX}{name}`, capitals included."
        )
    return f"Let the identity provider send the attribute `{PREFIX}{name}`."


def of_roles(values: Sequence[str], given: Mapping[str, object]) -> str:
    """No value of the attribute Role is a pair of a role and a provider."""
    if not values:
        return of_missing("Role", given)
    value = values[0]
    roles, providers = len(_ROLE.findall(value)), len(_PROVIDER.findall(value))
    if roles > 1 or providers > 1:
        return "Send one value for each role: a role and its provider, not several in one value."
    if roles and not providers:
        return "The value names a role only; add a comma and the ARN of the SAML provider."
    if providers and not roles:
        return "The value names a provider only; add a comma and the ARN of the role."
    if not roles:
        return "The value names neither a role nor a provider; both have to be whole ARNs."
    if "," not in value:
        return "Part the role's ARN and the provider's ARN by a comma."
    return "One of the two is no ARN as this console shows it: compare each sign, capitals too."


def order_of(values: Sequence[str]) -> str:
    """A remark about providers that stand in front; either order is taken."""
    turned = [one for one in values if "," in one and _PROVIDER.search(one.partition(",")[0])]
    return ", provider and role in the wrong order, which is taken all the same" if turned else ""


def _plain(name: str) -> str:
    """The last part of a name, in whatever capitals and with whatever around it."""
    return name.strip().rpartition("/")[2].lower()
