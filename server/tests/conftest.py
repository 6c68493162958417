"""What all suites share comes from the test kit."""

from hypothesis import settings

pytest_plugins = ["yanxin.testing.plugin"]

# An example takes as long as a busy machine makes it: what is judged is what comes out.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
