"""Communes, EPCI, départements, zonings, observations and travel times, each by vintage."""
