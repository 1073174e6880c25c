"""Where to open, add or move: three proposals beside today's network, and the decision kept."""
