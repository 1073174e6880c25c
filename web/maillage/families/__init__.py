"""Parents, who have no account: contacts, households, children by month, consent, signed links."""
