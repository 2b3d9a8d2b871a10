"""The effects around the preview page: pictures are read from the workspace, the page is written to it."""
