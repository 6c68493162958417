"""The benchmarks: load from a process of its own, what it costs the server, and the floor beside it."""
