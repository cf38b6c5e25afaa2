"""The texts of the help topics, by what they are about."""
