"""Identity providers that nobody here wrote, started on loopback for the tests of federation."""
