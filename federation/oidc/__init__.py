"""OpenID Connect, pure: text in, values out; no rows, no clock."""
