"""A practitioner, a room or a vehicle shared by several communes: quotas, rotation, shares."""
