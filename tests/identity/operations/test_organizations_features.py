"""Centralized root access, in an account that is in no organization."""

from __future__ import annotations

from typing import Any

import pytest

from identity.models import User
from tests.refusals import refused


@pytest.mark.parametrize(
    "verb",
    [
        "disable_organizations_root_credentials_management",
        "disable_organizations_root_sessions",
        "enable_organizations_root_credentials_management",
        "enable_organizations_root_sessions",
        "list_organizations_features",
    ],
)
def test_an_account_alone_has_no_features_of_organizations(
    iam: Any, ana: User, ben: User, verb: str
) -> None:
    with refused("OrganizationNotFoundException", status=400):
        getattr(iam(ana), verb)()
    with refused("AccessDenied", status=403):
        getattr(iam(ben), verb)()


def test_there_are_no_reports_over_accounts_of_organizations(iam: Any, ana: User) -> None:
    with refused("NoSuchEntity", status=404):
        iam(ana).get_organizations_access_report(JobId="0" * 36)
