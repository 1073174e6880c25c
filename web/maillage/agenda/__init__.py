"""Availability, slots, appointments: what occupies a person or a room is a claim, never twice."""
