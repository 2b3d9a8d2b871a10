"""The shape of a post file."""
