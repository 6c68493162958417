"""Facts kept: tables, the one writer, sealing, and what is read and written there."""
