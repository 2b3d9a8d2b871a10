"""The Publer API: tolerant in what it reads, exact in what it sends. Only here is Publer spoken to."""
