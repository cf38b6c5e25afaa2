"""Words for attempts of the sign-in log."""

from __future__ import annotations

from django import template

from console import attempt_log
from federation.models import FederatedAttempt

register = template.Library()


@register.filter
def reason(attempt: FederatedAttempt) -> str:
    return attempt_log.reason(attempt)


@register.filter
def surface(attempt: FederatedAttempt) -> str:
    return attempt_log.surface(attempt)


@register.filter
def role_name(arn: str) -> str:
    """The name at the end of a role's ARN."""
    return arn.rpartition("/")[2]
