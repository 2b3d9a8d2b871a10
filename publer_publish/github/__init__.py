"""The GitHub runner: workflow commands, command files, the event, releases. Only here."""
