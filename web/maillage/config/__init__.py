"""Settings, URLs, launcher: the only place that knows every capability."""
