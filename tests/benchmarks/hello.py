"""A bare Django "hello" on the same server: `python -m tests.benchmarks.hello PORT WORKERS`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests import prepared


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", headers={"Content-Length": "5"})


urlpatterns = [path("", hello)]


def _serve(port: str, workers: int) -> None:
    """With the server's options, and without its middleware, addresses and background work."""
    from console.server import Server  # noqa: PLC0415  # needs the settings

    class Bare(Server):
        def load_config(self) -> None:
            super().load_config()
            self.cfg.set("post_worker_init", lambda worker: None)

    Bare(get_wsgi_application, bind=f"127.0.0.1:{port}", workers=workers).run()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(prepared.environment(Path(folder)))
        os.environ["DJANGO_SETTINGS_MODULE"] = "console.settings"
        settings.ROOT_URLCONF, settings.MIDDLEWARE, settings.ALLOWED_HOSTS = __name__, [], ["*"]
        django.setup()
        _serve(sys.argv[1], int(sys.argv[2]))
