"""Yanxin (雁信): an enterprise messenger that an organisation runs on its own machines."""

__version__ = "0.1.0"
