"""The front door: search, service, venue and commune pages, printed sheet."""
