"""A Publer stand-in for demo and tests, written from the API reference. Never shipped."""
