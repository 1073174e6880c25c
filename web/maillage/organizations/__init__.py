"""Who runs what: organizations and what their staff may do."""
