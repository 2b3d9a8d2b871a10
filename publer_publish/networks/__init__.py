"""What is known of networks: types, limits, counting. No I/O."""
