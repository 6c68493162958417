"""Work with no caller: followers of the log, the clock, what is queued."""
