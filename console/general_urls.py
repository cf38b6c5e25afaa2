"""The pages that are not about one kind of object."""

from __future__ import annotations

from django.urls import URLPattern, path

from console.views import account, home, preferences, session, theme

home_urls: list[URLPattern] = [
    path("home", home.home, name="home"),
    path("iam", home.dashboard, name="dashboard"),
]
preference_urls: list[URLPattern] = [
    path("preferences", preferences.preferences, name="preferences"),
    path("preferences/reset", preferences.reset, name="preferences-reset"),
    path("preferences/zone", preferences.zone, name="preferences-zone"),
    path("preferences/tables/<str:table>", preferences.table, name="table-preferences"),
    path("theme", theme.choose, name="theme"),
    path("session", session.session, name="session"),
]
account_urls: list[URLPattern] = [
    path("iam/account-settings", account.account_settings, name="account-settings"),
    path("iam/account-settings/alias", account.alias, name="account-alias"),
    path("iam/account-settings/alias/delete", account.alias_delete, name="account-alias-delete"),
    path("iam/account-settings/password-policy", account.password_policy, name="password-policy"),
]

general_urls = [*home_urls, *preference_urls, *account_urls]
