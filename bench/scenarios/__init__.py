"""The scenarios: each a module with `run(asked)`, which gives its report."""
