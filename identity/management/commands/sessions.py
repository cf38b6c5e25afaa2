"""`manage.py sessions list|end`: who is signed in or holds temporary credentials."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from identity import revocation
from identity.facts import Facts
from identity.management import operator
from identity.models import Account, Role, User


class Command(BaseCommand):
    help = "List or end the live console and temporary sessions of an account, a user or a role."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="show them")
        ending = verbs.add_parser("end", help="end them; each end is recorded in the audit log")
        for verb in (listing, ending):
            verb.add_argument("account", help="account ID or alias")
        _add_principal(listing.add_mutually_exclusive_group())
        listing.add_argument("--format", choices=["text", "json"], default="text")
        which = ending.add_mutually_exclusive_group(required=True)
        _add_principal(which)
        which.add_argument("--id", help="one session, by the ID that `list` shows")
        which.add_argument("--all", action="store_true", help="all of the account")

    def handle(self, **options: Any) -> None:
        account = operator.account_with_id(options["account"])
        sessions = revocation.live(account, _principal(account, options))
        if options["verb"] == "list":
            self._list(sessions, as_json=options["format"] == "json")
        else:
            self._end(sessions, options["id"])

    def _list(self, sessions: tuple[revocation.Sessions, ...], *, as_json: bool) -> None:
        shown = [revocation.describe(row) for rows in sessions for row in rows.iterator()]
        if as_json:
            self.stdout.write(json.dumps(shown, cls=DjangoJSONEncoder, indent=2))
            return
        for one in shown:
            until = f"{one['ExpiresAt']:%Y-%m-%dT%H:%M:%SZ}"
            where = one["SourceIp"] or "-"
            self.stdout.write(
                f"{one['SessionId']:<40}  {one['Kind']:<20}  {until}  {where:<15}  "
                f"{one['Principal']}"
            )

    def _end(self, sessions: tuple[revocation.Sessions, ...], session_id: str | None) -> None:
        if session_id is not None:
            sessions = tuple(rows.filter(pk=session_id) for rows in sessions)
        facts = Facts(user_agent="manage.py")
        ended = sum(revocation.end(rows, facts) for rows in sessions)
        if session_id is not None and not ended:
            raise CommandError(f"no live session `{session_id}`")
        self.stdout.write(f"sessions ended: {ended}")


def _add_principal(group: Any) -> None:
    group.add_argument("--user", help="of the IAM user of this name, or of `root`")
    group.add_argument("--role", help="of the role of this name")


def _principal(account: Account, options: dict[str, Any]) -> User | Role | None:
    """Whom the options name; None when they name nobody. CommandError for who is not there."""
    name: str | None = options["user"] if options["role"] is None else options["role"]
    if name is None:
        return None
    found = _role(account, name) if options["user"] is None else _user(account, name)
    if found is None:
        raise CommandError(f"no such user or role: `{name}`")
    return found


def _role(account: Account, name: str) -> Role | None:
    return Role.objects.named(name).filter(account=account).first()


def _user(account: Account, name: str) -> User | None:
    """An IAM user may be called `root`; only where none is, root is meant."""
    found = User.named_in(account, name)
    return account.root if found is None and name == "root" else found
