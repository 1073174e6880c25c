"""Commands that span every capability."""
