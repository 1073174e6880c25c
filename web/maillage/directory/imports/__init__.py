"""Import services from open data; the machinery is that of `territory.imports`."""
