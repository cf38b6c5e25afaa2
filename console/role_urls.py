"""The addresses of roles, and of switching to them."""

from __future__ import annotations

from django.urls import URLPattern, path

from console.holders import ROLE
from console.views import role_trust, roles, switch_role

_role, _of_role = "iam/roles/<str:name>", {"kind": ROLE}

role_urls: list[URLPattern] = [
    path("iam/roles", roles.role_list_page, name="roles"),
    path("iam/create-role", roles.create, name="create-role"),
    path(_role, roles.role, _of_role, name="role"),
    path(f"{_role}/permissions", roles.permissions, _of_role, name="role-permissions"),
    path(f"{_role}/trust", role_trust.trust, _of_role, name="role-trust"),
    path(f"{_role}/trust/edit", role_trust.edit, _of_role, name="role-trust-edit"),
    path(f"{_role}/edit", roles.edit, _of_role, name="role-edit"),
    path(f"{_role}/delete", roles.delete, _of_role, name="role-delete"),
    path("switch-role", switch_role.switch_role, name="switch-role"),
    path("switch-role/exit", switch_role.go_back, name="switch-role-exit"),
    path("switch-role/pin", switch_role.pin, name="switch-role-pin"),
    path("switch-role/forget", switch_role.forget, name="switch-role-forget"),
    path("switchrole", switch_role.aws_address, name="switchrole"),
]
