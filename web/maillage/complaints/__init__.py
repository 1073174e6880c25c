"""A complaint from anyone, and the answer that it gets."""
