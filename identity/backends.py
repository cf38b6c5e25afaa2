"""How Django finds the user of a session; passwords are checked in identity/signin.py only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from identity import once
from identity.models import User

WITH = ["account__console_settings"]
"""What is read along with the user of a session; the console puts its own rows here."""


class ByKey:
    """A backend that authenticates nobody: `login()` needs one to remember."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        return None

    def get_user(self, user_id: int) -> User | None:
        found = User.objects.select_related(*WITH).filter(pk=user_id)
        return once.read(once.signed_in(int(user_id)), found.first)
