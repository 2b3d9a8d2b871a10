"""The runner's side of the contract, executed: what a step is given, and what becomes of what it says."""
