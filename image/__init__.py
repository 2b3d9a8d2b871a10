"""Two scripts for the Dockerfile: one gathers the small image, the other imports everything in it."""
