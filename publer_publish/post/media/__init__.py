"""The media that a post names."""
