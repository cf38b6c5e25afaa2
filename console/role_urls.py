"""The addresses of roles, of switching to them, and of sessions."""

from __future__ import annotations

from django.urls import URLPattern, path

from console.holders import ROLE, USER
from console.views import (
    create_role,
    instance_profiles,
    role_sessions,
    role_trust,
    roles,
    sessions,
    switch_role,
)

_profile = "iam/instance-profiles/<str:name>"
_role, _of_role = "iam/roles/<str:name>", {"kind": ROLE}

role_urls: list[URLPattern] = [
    path("iam/roles", roles.role_list_page, name="roles"),
    path("iam/create-role", create_role.who, name="create-role"),
    path("iam/create-role/<str:draft_id>/discard", create_role.discard, name="create-role-discard"),
    path("iam/create-role/<str:draft_id>/who", create_role.who, name="create-role-who"),
    path(
        "iam/create-role/<str:draft_id>/permissions",
        create_role.what,
        name="create-role-permissions",
    ),
    path("iam/create-role/<str:draft_id>/review", create_role.review, name="create-role-review"),
    path("iam/create-role/done/<str:unique_id>", create_role.done, name="create-role-done"),
    path(_role, roles.role, _of_role, name="role"),
    path(f"{_role}/permissions", roles.permissions, _of_role, name="role-permissions"),
    path(f"{_role}/trust", role_trust.trust, _of_role, name="role-trust"),
    path(f"{_role}/trust/edit", role_trust.edit, _of_role, name="role-trust-edit"),
    path(f"{_role}/sessions", role_sessions.sessions, _of_role, name="role-sessions"),
    path(f"{_role}/sessions/revoke", role_sessions.revoke, _of_role, name="role-sessions-revoke"),
    path(f"{_role}/sessions/end", sessions.end_all_of, _of_role, name="role-sessions-end"),
    path(f"{_role}/tags", roles.tags, _of_role, name="role-tags"),
    path(f"{_role}/activity", roles.activity, _of_role, name="role-activity"),
    path(f"{_role}/edit", roles.edit, _of_role, name="role-edit"),
    path(f"{_role}/delete", roles.delete, _of_role, name="role-delete"),
    path("iam/instance-profiles", instance_profiles.profile_list_page, name="instance-profiles"),
    path("iam/create-instance-profile", instance_profiles.create, name="create-instance-profile"),
    path(_profile, instance_profiles.profile, name="instance-profile"),
    path(f"{_profile}/role", instance_profiles.role_out, name="instance-profile-role"),
    path(f"{_profile}/tags", instance_profiles.tags, name="instance-profile-tags"),
    path(f"{_profile}/delete", instance_profiles.delete, name="instance-profile-delete"),
    path("switch-role", switch_role.switch_role, name="switch-role"),
    path("switch-role/exit", switch_role.go_back, name="switch-role-exit"),
    path("switch-role/pin", switch_role.pin, name="switch-role-pin"),
    path("switch-role/forget", switch_role.forget, name="switch-role-forget"),
    path("switchrole", switch_role.aws_address, name="switchrole"),
]

session_urls: list[URLPattern] = [
    path("me/sessions", sessions.mine, name="me-sessions"),
    path("me/sessions/end", sessions.end_mine, name="me-sessions-end"),
    path("iam/sessions", sessions.of_account, name="sessions"),
    path("iam/sessions/end-all", sessions.end_all, name="sessions-end-all"),
    path("iam/sessions/<str:session_id>/end", sessions.end, name="session-end"),
    path(
        "iam/users/<str:name>/sessions/end",
        sessions.end_all_of,
        {"kind": USER},
        name="user-sessions-end",
    ),
]
