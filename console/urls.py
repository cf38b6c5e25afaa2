"""The site map, in named blocks. The SDK endpoint at `/` is answered before this is read."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from identity.access import public


@public
def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [path("healthz", health, name="health"), path("sign-in", health, name="sign-in")]
