"""How Django finds the user of a session; passwords are checked in identity/signin.py only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from identity.models import User


class ByKey:
    """A backend that authenticates nobody: `login()` needs one to remember."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        return None

    def get_user(self, user_id: int) -> User | None:
        """With the account and its console settings, which every page asks for."""
        users = User.objects.select_related("account__console_settings")
        return users.filter(pk=user_id).first()
