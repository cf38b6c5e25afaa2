"""The pages that are not about one kind of object."""

from __future__ import annotations

from django.urls import URLPattern, path

from console.views import (
    about,
    account,
    account_sign_in,
    billing,
    dashboard,
    help_pages,
    home,
    preferences,
    reauthenticate,
    search,
    session,
    theme,
)

home_urls: list[URLPattern] = [
    path("home", home.home, name="home"),
    path("iam", dashboard.dashboard, name="dashboard"),
    path("iam/recommendations/<str:key>/dismiss", dashboard.dismiss, name="recommendation-dismiss"),
    path("iam/recommendations/<str:key>/restore", dashboard.restore, name="recommendation-restore"),
]
search_urls: list[URLPattern] = [
    path("search", search.results, name="search"),
    path("iam/by-key/<str:key_id>", search.by_key, name="by-key"),
    path("iam/by-id/<str:unique_id>", search.by_id, name="by-id"),
    path("iam/by-arn", search.by_arn, name="by-arn"),
    path("about", about.about, name="about"),
    path("status", about.status, name="status"),
    path("help", help_pages.topics, name="help"),
    path("help/<str:key>", help_pages.topic, name="help-topic"),
]
preference_urls: list[URLPattern] = [
    path("preferences", preferences.preferences, name="preferences"),
    path("preferences/reset", preferences.reset, name="preferences-reset"),
    path("preferences/zone", preferences.zone, name="preferences-zone"),
    path("preferences/tables/<str:table>", preferences.table, name="table-preferences"),
    path("theme", theme.choose, name="theme"),
    path("reauthenticate", reauthenticate.reauthenticate, name="reauthenticate"),
    path("session", session.session, name="session"),
]
billing_urls: list[URLPattern] = [
    path("billing", billing.billing, name="billing"),
    path("billing/access", billing.access, name="billing-access"),
]
account_urls: list[URLPattern] = [
    path("iam/account-settings", account.account_settings, name="account-settings"),
    path("iam/account-settings/alias", account.alias, name="account-alias"),
    path("iam/account-settings/alias/delete", account.alias_delete, name="account-alias-delete"),
    path("iam/account-settings/sign-in", account_sign_in.sign_in, name="account-sign-in"),
    path("iam/account-settings/token-version", account.token_version, name="token-version"),
    path("iam/account-settings/close", account_sign_in.close, name="account-close"),
    path("iam/account-settings/password-policy", account.password_policy, name="password-policy"),
]

general_urls = [*home_urls, *search_urls, *preference_urls, *account_urls, *billing_urls]
