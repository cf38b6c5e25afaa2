"""The federation demonstrations of `/demo`: other companies' sign-in services, in the box.

Nothing here is trusted more than a service outside: what they send goes to the same addresses,
and is verified there. Off unless BARTIZAN_DEMO is on, which only a loopback address allows.
"""
