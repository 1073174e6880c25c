"""Accounts of professionals, personal-data register, retention. Parents have no account."""
