"""The addresses of pages about many users and many keys at once."""

from __future__ import annotations

from django.urls import URLPattern, path

from console.views import change_users, user_list

people_urls: list[URLPattern] = [
    path("iam/users", user_list.user_list_page, name="users"),
    # No fixed word stands where a name can stand (console.md 1.1).
    path("iam/list-users/csv", user_list.csv_file, name="users-csv"),
    path("iam/change-users", change_users.choose, name="change-users"),
    path("iam/change-users/<str:draft_id>/done", change_users.result, name="change-users-done"),
    path(
        "iam/change-users/<str:draft_id>/<str:action>",
        change_users.confirm,
        name="change-users-confirm",
    ),
]
