"""Bringing an account in: what a file wishes for, against what is here, step by step."""
