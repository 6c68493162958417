"""Verbs that change something. Each is made into a work: one transaction, all or nothing."""
