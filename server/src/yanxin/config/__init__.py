"""Settings: read once from options, environment and file, then frozen. Nobody below sees them."""
