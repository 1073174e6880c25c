"""Words kept for one reader: a practitioner's own notes, a parent's note before a session."""
