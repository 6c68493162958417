"""The test kit: real servers, an office of people, and judges of what they were told."""
