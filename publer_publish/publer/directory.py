"""Who there is in Publer: all that a run asks before it knows what to send where."""

from __future__ import annotations

from publer_publish.clock import Deadline
from publer_publish.publer.accounts import read_accounts, read_user, read_workspaces
from publer_publish.publer.model import Account, User, Workspace
from publer_publish.publer.patience import Patient


class Directory(Patient):
    """The owner of the key, the workspaces, and the accounts."""

    def me(self, *, deadline: Deadline) -> User:
        """Ask for the owner of the key."""
        return self._get("/users/me", read_user, deadline)

    def workspaces(self, *, deadline: Deadline) -> tuple[Workspace, ...]:
        """Ask for the workspaces that the key can see."""
        return self._get("/workspaces", read_workspaces, deadline)

    def accounts(self, *, deadline: Deadline) -> tuple[Account, ...]:
        """Ask for the social accounts of the workspace."""
        return self._get("/accounts", read_accounts, deadline)
