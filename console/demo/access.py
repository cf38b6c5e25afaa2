"""What all demonstrations share: they are not there unless switched on, and know their people."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse

from identity.access import public

View = Callable[..., HttpResponse]

COOKIE = "demo-person"
_SALT = "console.demo.person"
_HOURS = 8


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at the company of the demonstrations."""

    name: str
    login: str
    job: str
    department: str

    @property
    def email(self) -> str:
        return f"{self.login}@harbourmill.example"


COMPANY = "Harbour Mill"
PEOPLE = (
    Person("Ines Duarte", "ines", "Developer", "engineering"),
    Person("Tomas Lind", "tomas", "Auditor", "finance"),
    Person("Mei Sato", "mei", "Designer", "marketing"),
)


def on(view: View) -> View:
    """A page of the demonstrations for who is signed in; 404 where they are off."""

    @functools.wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return shown


def outside(view: View) -> View:
    """A page of the company's, which knows nothing of who is signed in to the console."""
    return public(on(view))


def person_named(login: str) -> Person | None:
    return next((person for person in PEOPLE if person.login == login), None)


def person_of(request: HttpRequest) -> Person | None:
    """Who is signed in at the company in this browser."""
    try:
        login = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_HOURS * 3_600)
    except signing.BadSignature:
        return None
    return person_named(str(login))


def remember(response: HttpResponse, person: Person) -> None:
    """Sign the person in at the company: in a cookie that only its own pages get."""
    value = signing.dumps(person.login, salt=_SALT)
    response.set_cookie(
        COOKIE, value, max_age=_HOURS * 3_600, path="/demo", httponly=True, samesite="Lax"
    )


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path="/demo")
