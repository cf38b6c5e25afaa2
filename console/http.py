"""The type of a request in the console's views; no code runs here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

    from console.preferences import Preferences
    from identity.browser import Browser
    from identity.callers import Caller
    from identity.facts import Facts
    from identity.standing import Standing


class Request(HttpRequest):
    """What the middleware adds: who is calling and the in-process SDK that calls as them.

    `signed_in` is who stays underneath when the `caller` is a role that was switched to;
    `standing` is what console/permissions.py has read of the caller's policies.
    """

    browser: Browser
    caller: Caller
    signed_in: Caller
    facts: Facts
    request_id: str
    standing: Standing
    preferences: Preferences
    iam: IAMClient
    sts: STSClient
