"""What all suites share comes from the test kit."""

pytest_plugins = ["yanxin.testing.plugin"]
