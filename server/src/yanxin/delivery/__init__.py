"""Who hears of what happened, and how it reaches them. Live push is a fast path over the log."""
