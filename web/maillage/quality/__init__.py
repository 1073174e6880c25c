"""After the session: what families say, what was done about it, how well the service works."""
