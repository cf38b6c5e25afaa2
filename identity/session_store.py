"""Django's database sessions, kept under the SHA-256 of the cookie.

Whoever reads the table, or a backup of it, holds no cookie. The row also says whose session it is
and from where, so that sessions can be listed and ended one by one.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.utils import timezone

from identity import once
from identity.backends import WITH
from identity.models import ConsoleSession


def hashed(key: str) -> str:
    """40 hexadecimal digits (160 bits): what the column of a session key holds."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _rows(key: str) -> QuerySet[ConsoleSession]:
    return ConsoleSession.objects.filter(session_key=hashed(key))


class SessionStore(DatabaseStore):
    """`session_key` is the cookie's value everywhere but in the table.

    `saved` is whether this request stored it: then its cookie has to go out, and nothing is to be
    stored again until it is modified.
    """

    saved = False

    @classmethod
    def get_model_class(cls) -> type[ConsoleSession]:
        return ConsoleSession

    def _get_session_from_db(self) -> ConsoleSession | None:
        """The unexpired row; without one the key is dropped, so that nobody can choose a key.

        Its user comes with it, since a page asks for the user next.
        """
        rows = _rows(self.session_key or "").filter(expire_date__gt=timezone.now())
        found = rows.select_related("user", *(f"user__{one}" for one in WITH)).first()
        if found is None:
            self._session_key = None
        elif found.user is not None:
            once.keep(once.signed_in(found.user.pk), found.user)
        return found

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)
        self.saved, self.modified = True, False

    def exists(self, session_key: str) -> bool:
        return _rows(session_key).exists()

    def create_model_instance(self, data: dict[str, Any]) -> ConsoleSession:
        started, seen = data.get("started_at"), data.get("seen_at")
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]  # not in the stubs
        return ConsoleSession(
            session_key=hashed(key),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
            started_at=datetime.fromisoformat(started) if started else timezone.now(),
            seen_at=datetime.fromisoformat(seen) if seen else timezone.now(),
            source_ip=data.get("source_ip", ""),
            user_agent=data.get("user_agent", ""),
        )

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            _rows(key).delete()
