"""Words of prices for templates."""
