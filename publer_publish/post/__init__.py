"""The post file: from bytes to checked content per network. Pure: no network, no environment."""
