"""Hostile SAML responses, each under its number: the tests prove that each is refused, and why."""
