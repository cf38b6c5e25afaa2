"""Addresses of one account: `/c/<account>/iam/users` is `/iam/users` in a session of that account.

Django's script prefix does the work: with it set, every address that `reverse` makes for links,
forms and redirects lies under the account, and no page has to know.
"""

from __future__ import annotations

import re

from django.urls import get_script_prefix, reverse, set_script_prefix

_SIGN_IN = "/sign-in"
_OF_ACCOUNT = re.compile(r"/c/([0-9]{12})(/.*)?", re.DOTALL)
# What stands at the door, or belongs to programs, is the same for every account.
_COMMON = re.compile(
    r"/(sign-in|setup|saml|federation|demo|healthz|console|\.well-known|static)(?![^/])"
)


def split(path: str) -> tuple[str, str]:
    """The account (ID) that a path names, "" for none, and the path without it."""
    found = _OF_ACCOUNT.fullmatch(path)
    return (found.group(1), found.group(2) or "/") if found else ("", path)


def is_common(path: str) -> bool:
    """Whether the path is one of those that have no place under an account."""
    return _COMMON.match(path) is not None


def is_entrance(path: str) -> bool:
    """Whether the path is one of the sign-in pages'."""
    return path == _SIGN_IN or path.startswith(f"{_SIGN_IN}/")


def sign_in(account_id: str) -> str:
    """The sign-in page of the account's users, "" for the page that asks which account."""
    return f"{_SIGN_IN}/{account_id}" if account_id else _SIGN_IN


def go_under(account_id: str) -> None:
    """Make the addresses of this request from now on those of the account; "" for those of none."""
    set_script_prefix(f"/c/{account_id}/" if account_id else "/")


def here(path: str) -> str:
    """A path of this console as the addresses of this request are made, "" for ""."""
    if not path or split(path)[0] or is_common(path):
        return path
    return get_script_prefix() + path.removeprefix("/")


def common(name: str, *args: str) -> str:
    """The path of a named page without an account: for what others are told to call us by."""
    return "/" + reverse(name, args=args).removeprefix(get_script_prefix())
