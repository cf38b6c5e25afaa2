"""The addresses of pages about many users and keys at once, and of who may do what."""

from __future__ import annotations

from django.urls import URLPattern, path

from console.views import (
    change_users,
    findings,
    key_descriptions,
    key_rotation,
    key_triage,
    user_list,
    who_can,
)

_key, _my_key = "iam/users/<str:name>/keys/<str:key_id>", "me/keys/<str:key_id>"
_rotation = [
    ("rotate", key_rotation.board, key_rotation.my_board, "rotate"),
    (
        "rotated/<str:handoff_id>",
        key_rotation.rotated,
        key_rotation.my_rotated,
        "rotated",
    ),
    (
        "rotated/<str:handoff_id>/csv",
        key_rotation.rotated_csv,
        key_rotation.my_rotated_csv,
        "rotated-csv",
    ),
    ("rotate/status", key_rotation.status, key_rotation.my_status, "rotate-status"),
    ("rotate/delete", key_rotation.delete, key_rotation.my_delete, "rotate-delete"),
    ("description", key_descriptions.edit, key_descriptions.my_edit, "description"),
]
people_urls: list[URLPattern] = [
    path("iam/users", user_list.user_list_page, name="users"),
    # No fixed word stands where a name can stand (console.md 1.1).
    path("iam/list-users/csv", user_list.csv_file, name="users-csv"),
    path("iam/keys", key_triage.triage, name="key-triage"),
    *(path(f"{_key}/{end}", view, name=f"user-key-{name}") for end, view, _, name in _rotation),
    *(path(f"{_my_key}/{end}", view, name=f"me-key-{name}") for end, _, view, name in _rotation),
    path("iam/who-can", who_can.question, name="who-can"),
    path("iam/who-can/job", who_can.start, name="who-can-job"),
    path("iam/findings", findings.finding_list, name="findings"),
    path("iam/findings/look", findings.look, name="findings-look"),
    path("iam/findings/<int:finding_id>/status", findings.status, name="finding-status"),
    path("iam/archive-rules", findings.rules, name="archive-rules"),
    path(
        "iam/archive-rules/<int:rule_id>/delete", findings.rule_delete, name="archive-rule-delete"
    ),
    path("iam/change-users", change_users.choose, name="change-users"),
    path("iam/change-users/<str:draft_id>/done", change_users.result, name="change-users-done"),
    path(
        "iam/change-users/<str:draft_id>/<str:action>",
        change_users.confirm,
        name="change-users-confirm",
    ),
]
