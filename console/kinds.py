"""The kinds of objects that have pages: how an ARN, a unique ID or a name leads to one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console import providers
from console.names import policy_address, user_segment
from federation.models import OidcProvider, SamlProvider
from identity import arns
from identity.models import Account, Group, ManagedPolicy, Role, User
from identity.models.user import folded

Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """`word` stands in ARNs, `noun` in names of actions, `prefix` begins unique IDs (or is "");
    `named_by` is the parameter that names the object in the events of its life.

    `rows` are all that an account sees of the kind, `address` is the page of one of them, and
    `starting` are those whose name begins so, by a range of an index.
    """

    word: str
    label: str | Promise
    plural: str | Promise
    noun: str
    prefix: str
    named_by: str
    list_page: str
    rows: Callable[[Account], Rows]
    address: Callable[[Any], str]
    starting: Callable[[Rows, str], Rows]

    @property
    def lists(self) -> str:
        """The action that lists them: `ListPolicies`."""
        plural = "Policies" if self.noun == "Policy" else f"{self.noun}s"
        return f"List{plural}"

    def every(self, account_id: str) -> str:
        """The ARN on which listing them is authorised."""
        return "*" if self.word.endswith("provider") else arns.iam(account_id, self.word, "")

    def at(self, account: Account, rest: str) -> Any | None:
        """The object whose ARN ends in `rest`, `path/name` after the word."""
        asked = arns.iam(account.id, self.word, rest)
        found = self.rows(account)
        if self.word in ("user", "group", "role"):
            found = found.filter(name_folded=folded(rest.rpartition("/")[2]))
        elif self.word == "policy":
            found = found.filter(arn=asked)
        else:
            found = found.filter(**{"name" if self.noun == "SAMLProvider" else "url": rest})
        row = found.first()
        return row if row is not None and row.arn == asked else None


def _by_folded_name(rows: Rows, text: str) -> Rows:
    return rows.filter(name_folded__under=folded(text)).order_by("name_folded")


def _page_of(word: str) -> Callable[[Any], str]:
    return lambda row: reverse(word, args=[user_segment(row.name, row.unique_id)])


USER = Kind(
    "user",
    _("User"),
    _("Users"),
    "User",
    "AIDA",
    "userName",
    "users",
    lambda account: User.objects.filter(account=account, is_root=False),
    _page_of("user"),
    _by_folded_name,
)
GROUP = Kind(
    "group",
    _("User group"),
    _("User groups"),
    "Group",
    "AGPA",
    "groupName",
    "groups",
    lambda account: Group.objects.filter(account=account),
    _page_of("group"),
    _by_folded_name,
)
ROLE = Kind(
    "role",
    _("Role"),
    _("Roles"),
    "Role",
    "AROA",
    "roleName",
    "roles",
    lambda account: Role.objects.filter(account=account),
    _page_of("role"),
    _by_folded_name,
)
POLICY = Kind(
    "policy",
    _("Policy"),
    _("Policies"),
    "Policy",
    "ANPA",
    "policyArn",
    "policies",
    lambda account: ManagedPolicy.objects.visible_to(account),
    lambda row: policy_address("policy", row),
    _by_folded_name,
)
SAML_PROVIDER = Kind(
    "saml-provider",
    _("SAML provider"),
    _("SAML providers"),
    "SAMLProvider",
    "",
    "sAMLProviderArn",
    "providers",
    lambda account: SamlProvider.objects.filter(account=account),
    lambda row: providers.address(providers.SAML, row.name),
    lambda rows, text: rows.filter(name__under=text).order_by("name"),
)
OIDC_PROVIDER = Kind(
    "oidc-provider",
    _("OpenID Connect provider"),
    _("OpenID Connect providers"),
    "OpenIDConnectProvider",
    "",
    "openIDConnectProviderArn",
    "providers",
    lambda account: OidcProvider.objects.filter(account=account),
    lambda row: providers.address(providers.OIDC, row.url),
    lambda rows, text: rows.filter(url__under=text.removeprefix("https://")).order_by("url"),
)

KINDS = (USER, GROUP, ROLE, POLICY, SAML_PROVIDER, OIDC_PROVIDER)
BY_WORD = {kind.word: kind for kind in KINDS}
BY_PREFIX = {kind.prefix: kind for kind in KINDS if kind.prefix}
