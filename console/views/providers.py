"""Identity providers of both kinds: the list, the tags of one, its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import responses, saved_tags
from console.forms.base import send
from console.forms.users import ConfirmForm, TagsForm
from console.http import Request
from console.permissions import Reading, Rights, reading
from console.providers import (
    OIDC,
    SAML,
    Named,
    address,
    may_see_trust,
    of_provider,
    tabs_of,
    trusting_roles,
)
from console.responses import SeeOther, see_other
from federation.models import OidcProvider, SamlProvider, oidc_arn, saml_arn

_KINDS = {SAML: "SAML", OIDC: "OpenID Connect"}
_VERBS = {SAML: "saml_provider", OIDC: "open_id_connect_provider"}
_MEMBERS = {SAML: "SAMLProviderArn", OIDC: "OpenIDConnectProviderArn"}


@dataclass(frozen=True, slots=True)
class Row:
    """One provider of the list; `roles` is None for who may not list roles."""

    name: str
    url: str
    kind: str
    created_at: datetime
    certified_until: datetime | None
    roles: int | None


@require_safe
def provider_list_page(request: Request) -> HttpResponse:
    rights, account = Rights(request), request.caller.account
    saml = SamlProvider.objects.filter(account=account).defer("metadata").order_by("name")
    oidc = OidcProvider.objects.filter(account=account).order_by("url")
    read: list[Reading[list[SamlProvider | OidcProvider]]] = [
        rights.reading("ListSAMLProviders", "*", lambda: [*saml]),
        rights.reading("ListOpenIDConnectProviders", "*", lambda: [*oidc]),
    ]
    trust = trusting_roles(account) if may_see_trust(request) else None
    return responses.page(
        request,
        "console/providers/list.html",
        rows=[_row(provider, trust) for each in read for provider in each.value or []],
        saml_denied=rights.denied(saml_arn(account.pk, "*")),
        oidc_denied=rights.denied(oidc_arn(account.pk, "*")),
        notices=[each.notice for each in read if each.notice],
        demonstrations=settings.DEMO,
    )


def _row(provider: SamlProvider | OidcProvider, trust: dict[str, list[str]] | None) -> Row:
    kind = SAML if isinstance(provider, SamlProvider) else OIDC
    name = str(provider)
    return Row(
        name,
        address(kind, name),
        _KINDS[kind],
        provider.created_at,
        provider.certified_until if isinstance(provider, SamlProvider) else None,
        None if trust is None else len(trust.get(provider.arn, [])),
    )


def _call(request: Request, named: Named, verb: str, end: str = "", **more: Any) -> Any:
    """Ask the provider's own kind of action: `get` is GetSAMLProvider or GetOpenIDConnect…."""
    action = getattr(request.iam, f"{verb}_{_VERBS[named.kind]}{end}")
    return action(**{_MEMBERS[named.kind]: named.arn}, **more)


@of_provider
def tags(request: Request, named: Named) -> HttpResponse:
    read = reading(lambda: _call(request, named, "list", "_tags")["Tags"])
    form = TagsForm(request.POST or None, tags=read.value or [], ignore_case=False)
    if form.is_valid() and (done := send(request, form, lambda: _save_tags(request, named, form))):
        return done
    return responses.page(
        request,
        "console/providers/tags.html",
        named=named,
        tabs=tabs_of(named),
        tab="tags",
        form=form,
        read=read,
    )


def _save_tags(request: Request, named: Named, form: TagsForm) -> HttpResponse:
    if removed := form.removed_keys():
        _call(request, named, "untag", TagKeys=removed)
    if changed := form.changed_tags():
        _call(request, named, "tag", Tags=changed)
    saved_tags.say(request, form)
    return SeeOther(named.tags_url)


@of_provider
def delete(request: Request, named: Named) -> HttpResponse:
    """The roles that lose their way in; then the name typed."""
    form = ConfirmForm(request.POST or None, expected=named.name[:128])
    if form.is_valid() and (done := send(request, form, lambda: _delete(request, named))):
        return done
    seen = may_see_trust(request)
    roles = trusting_roles(request.caller.account).get(named.arn, []) if seen else None
    return responses.page(
        request, "console/providers/delete.html", named=named, form=form, roles=roles
    )


def _delete(request: Request, named: Named) -> HttpResponse:
    _call(request, named, "delete")
    messages.success(request, _("Provider %(name)s was deleted.") % {"name": named.name})
    return see_other("providers")
