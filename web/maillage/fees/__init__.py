"""Fees by income on dated schedules, never a barrier; and who funds the rest, to the cent."""
