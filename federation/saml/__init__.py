"""SAML 2.0, pure: text in, values out; no rows, no clock, no network."""
