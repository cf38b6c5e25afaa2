"""Billing: what an account is used for, counted; nothing is charged.

Only root sees it until root opens it; then users and roles whose policies allow it do too. The
actions are AWS's own: `aws-portal:ViewBilling` and `aws-portal:ModifyBilling`.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from console.http import Request
from console.permissions import Rights
from identity import own_actions
from identity.errors import AccessDenied
from identity.models import ConsoleSettings

VIEW, OPEN = "aws-portal:ViewBilling", "aws-portal:ModifyBilling"


def may_see(request: Request, rights: Rights) -> bool:
    """For menus; `require` decides."""
    if request.caller.is_root:
        return True
    return ConsoleSettings.of(request.caller.account).billing_open and rights.allow(VIEW, "*")


def require(request: Request) -> None:
    """Raises AccessDenied: for want of a policy, or because root has not opened it."""
    own_actions.require(request.caller, request.facts, VIEW)
    require_opened(request)


def require_opened(request: Request) -> None:
    if not request.caller.is_root and not ConsoleSettings.of(request.caller.account).billing_open:
        raise AccessDenied(
            _("Only the root user may see billing until it turns on access for users and roles.")
        )


def set_open(request: Request, *, is_open: bool) -> None:
    """Root's own switch. Raises AccessDenied for everybody else."""
    if not request.caller.is_root:
        raise AccessDenied(_("Only the root user may open billing to users and roles."))
    account = request.caller.account

    def act() -> None:
        ConsoleSettings.objects.update_or_create(
            account=account, defaults={"billing_open": is_open}
        )

    own_actions.perform(request.caller, request.facts, OPEN, {"openToUsersAndRoles": is_open}, act)
