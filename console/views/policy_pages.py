"""What all pages of one managed policy share: finding it by its address, its tabs, its rights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from console import kinds, policy_list, responses
from console.forms.base import first_result
from console.http import Request
from console.names import (
    BUILT_IN,
    CUSTOM,
    MARK,
    policy_address,
    policy_name,
    policy_segment,
    shelf,
)
from console.near_names import NothingNamed
from console.permissions import Rights
from console.views.errors import deleted_by
from identity import arns
from identity.models import ManagedPolicy
from identity.models.managed_policy import AWS, ManagedPolicyQuerySet

_TABS = ("permissions", "attached", "versions", "last-accessed", "tags")


class Shelf:
    """In addresses: the account's own policies and the shipped ones."""

    regex = f"{CUSTOM}|{BUILT_IN}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@dataclass(frozen=True, slots=True)
class Subject:
    """The policy of a page, with the rights of who looks at it."""

    policy: ManagedPolicy
    rights: Rights

    @property
    def segment(self) -> str:
        return policy_segment(self.policy.name)

    def url(self, page: str, *more: str) -> str:
        return policy_address(page, self.policy, *more)


def of_policy(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view the policy that the address names, for who may call GetPolicy on it.

    Another spelling of the name goes by 301 to the policy's own. Raises NoSuchEntity and
    AccessDenied.
    """

    @wraps(view)
    def found(request: Request, shelf: str, name: str, **more: str) -> HttpResponse:
        rights = Rights(request)
        policy = _policies(request, shelf, name).select_related("default_version").first()
        arn = policy.arn if policy else _arn(request, shelf, name)
        rights.require("GetPolicy", arn, PolicyArn=arn)
        if policy is None:
            if answer := _of_former_policy(request, shelf, name):
                return answer
            raise NothingNamed("policy", policy_name(name))
        own = policy_segment(policy.name)
        if request.method in ("GET", "HEAD") and name != own and not name.startswith(MARK):
            return _moved(request, own)
        return view(request, Subject(policy, rights), **more)

    return found


def _of_former_policy(request: Request, shelf: str, name: str) -> HttpResponse | None:
    """What is said of a name that no policy has: its form was sent twice, or it was deleted."""
    if request.method == "POST":
        return first_result(request)
    return None if shelf == BUILT_IN else deleted_by(request, kinds.POLICY, policy_name(name))


def _policies(request: Request, shelf: str, name: str) -> ManagedPolicyQuerySet:
    """By name, by unique ID (`~ANPA…`), or by a name made of dots only (`~..`)."""
    account = request.caller.account
    policies = ManagedPolicy.objects.with_uses_by(account)
    policies = policies.shipped() if shelf == BUILT_IN else policies.of(account)
    rest = name.removeprefix(MARK)
    if rest != name and rest.strip("."):
        return policies.filter(unique_id=rest)
    return policies.named(rest)


def _arn(request: Request, shelf: str, name: str) -> str:
    """What a refusal is about when there is no such policy."""
    owner = AWS if shelf == BUILT_IN else request.caller.account_id
    return arns.iam(owner, "policy", name)


def _moved(request: Request, name: str) -> HttpResponse:
    """301 to the same page under the policy's own name."""
    assert request.resolver_match is not None
    kwargs = {**request.resolver_match.kwargs, "name": name}
    here = reverse(request.resolver_match.view_name, kwargs=kwargs)
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(here + (f"?{query}" if query else ""))


def page(
    request: Request, subject: Subject, template: str, tab: str = "", **context: Any
) -> HttpResponse:
    """A page of this policy; `tab` is the key of the current one, "" for pages without tabs."""
    policy = subject.policy
    shared = {
        "policy": policy,
        "kind": policy_list.type_name(policy),
        "segment": subject.segment,
        "shelf": shelf(policy),
        "home_url": subject.url("policy-permissions"),
        "denied": subject.rights.denied(policy.arn),
        "tab": tab,
        "tabs": _tabs(subject) if tab else [],
    }
    return responses.page(request, f"console/policies/{template}", **shared | context)


def _tabs(subject: Subject) -> list[dict[str, Any]]:
    policy = subject.policy
    labels = {
        "permissions": _("Permissions"),
        "attached": _("Attached to"),
        "versions": _("Versions"),
        "last-accessed": _("Last accessed"),
        "tags": _("Tags"),
    }
    counts = {"attached": policy.attachment_count + policy.boundary_count}
    shown = _TABS[:-1] if policy.is_shipped else _TABS
    return [
        {
            "key": key,
            "label": labels[key],
            "url": subject.url(f"policy-{key}")
            if key != "tags"
            else reverse("policy-tags", args=[subject.segment]),
            **({"count": counts[key]} if key in counts else {}),
        }
        for key in shown
    ]
