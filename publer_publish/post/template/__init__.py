"""Templates in a post file."""
