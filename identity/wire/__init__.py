"""AWS Query, both directions: pure, no rows, no clock, no network."""
