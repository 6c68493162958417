"""Other systems' words: robots, ZenTao, outgoing webhooks."""
