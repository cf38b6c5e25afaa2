"""The addresses at which outside identities come in."""

from __future__ import annotations

from django.urls import URLPattern, path

from federation import views

federation_urls: list[URLPattern] = [
    path("federation", views.federation, name="federation"),
]
