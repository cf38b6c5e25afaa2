"""About: version, licence, what is compatible with AWS, which page does what of the API; status."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from console import health, notices, parity, responses
from console.http import Request
from identity.access import public
from identity.account_paths import common
from identity.errors import AccessDenied
from identity.wire import spec

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Compatible:
    """One row of the matrix; `kind` is that of a status."""

    what: Text
    kind: str
    word: Text
    text: Text


@require_safe
def about(request: Request) -> HttpResponse:
    rows = parity.rows()
    return responses.page(
        request,
        "console/about.html",
        matrix=_matrix(rows),
        parity=rows,
        notices=notices.notices(),
        addresses=[
            (_("Endpoint of SDKs and of the AWS CLI"), f"{settings.BASE_URL}/"),
            (_("SAML metadata of this console"), settings.BASE_URL + _metadata()),
            (_("Endpoint of custom brokers"), f"{settings.BASE_URL}/federation"),
        ],
        contact=settings.CONTACT,
    )


def _metadata() -> str:
    return common("saml-metadata")


def _matrix(rows: list[parity.Row]) -> list[Compatible]:
    answered = Counter(row.service for row in rows)
    services = (("iam", "IAM 2010-05-08"), ("sts", "STS 2011-06-15"))
    return [*(_service(name, title, answered[name]) for name, title in services), *_REST]


def _service(name: str, title: str, answered: int) -> Compatible:
    known = len(spec.model(name).operation_names)
    told = {"some": answered, "all": known}
    text = _("%(some)d of %(all)d actions are answered; the others say so.") % told
    if answered == known:
        return Compatible(title, "ok", _WHOLE, text)
    return Compatible(title, "info", _("In part"), text)


_WHOLE, _NO, _NOT_YET = (
    gettext_lazy("Yes"),
    gettext_lazy("No"),
    gettext_lazy("Not in this release."),
)
_REST = (
    Compatible(
        gettext_lazy("Signature Version 4"),
        "ok",
        _WHOLE,
        gettext_lazy("In the header and in the query; no older one."),
    ),
    Compatible(
        gettext_lazy("Policies"),
        "ok",
        _WHOLE,
        gettext_lazy("Identity, session and trust policies, boundaries; every operator."),
    ),
    Compatible(
        gettext_lazy("Sign-in by SAML, OpenID Connect and custom brokers"),
        "ok",
        _WHOLE,
        gettext_lazy("Also AssumeRoleWithSAML and AssumeRoleWithWebIdentity."),
    ),
    Compatible(
        gettext_lazy("Organizations, Identity Center, Directory Service, Cognito"),
        "off",
        _NO,
        _NOT_YET,
    ),
    Compatible(gettext_lazy("Hardware tokens"), "off", _NO, _NOT_YET),
    Compatible(
        gettext_lazy("Other services of AWS"),
        "off",
        _NO,
        gettext_lazy("Policies may name them, and the simulator decides about them."),
    ),
)


# --- status ----------------------------------------------------------------------------------


@require_safe
def status(request: Request) -> HttpResponse:
    """The checks of `/setup`, in words, for root."""
    if not request.caller.is_root:
        raise AccessDenied(_("Only the root user may see the state of the installation."))
    return responses.page(request, "console/status.html", checks=health.checks(request))


@public
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For load balancers: 200 while requests can be answered, otherwise 503; no details."""
    kinds = {check.key: check.kind for check in health.checks(request)}
    healthy = "err" not in kinds.values()
    told = {"status": "ok" if healthy else "failing", "checks": kinds}
    return JsonResponse(told, status=200 if healthy else 503)
