"""Looking: read-only, over one consistent view."""
