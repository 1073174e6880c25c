"""Services, locations, schedules, search, imports, freshness."""
