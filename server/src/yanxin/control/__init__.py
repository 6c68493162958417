"""The socket in the data folder, by which the command line speaks to a running server."""
