"""Who is served and who is not: diagnosis, maps, priorities, definitions of figures."""
