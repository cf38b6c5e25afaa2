"""A bare Django "hello" on the same server: `python -m tests.benchmarks.hello PORT WORKERS`."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from console.server import Server


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", headers={"Content-Length": "5"})


urlpatterns = [path("", hello)]


def _application() -> Any:
    return get_wsgi_application()


if __name__ == "__main__":
    settings.configure(
        ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="none", TRUSTED_PROXIES=[]
    )
    Server(_application, bind=f"127.0.0.1:{sys.argv[1]}", workers=int(sys.argv[2])).run()
