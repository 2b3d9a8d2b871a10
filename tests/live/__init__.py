"""``make live``: what the real Publer does where its documentation leaves it open."""
