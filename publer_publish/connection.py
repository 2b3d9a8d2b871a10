"""The connection to Publer, to the one workspace that the run is about."""

from __future__ import annotations

from collections.abc import Sequence

from publer_publish.clock import Deadline
from publer_publish.errors import InvalidInputError, Problem, ServiceError, Where
from publer_publish.publer.directory import Directory
from publer_publish.publer.model import Workspace
from publer_publish.publer.transport import Transport
from publer_publish.session import Session


def connect(session: Session, deadline: Deadline) -> Directory:
    """The directory of the workspace that the input names, or for the only one that the key sees."""
    transport = transport_of(session)
    directory = Directory(transport)
    if not transport.workspace_id:
        workspace = choose("", directory.workspaces(deadline=deadline))
        transport.workspace_id = workspace.id
        session.ledger.workspace = workspace.name
        session.console.line(f"Workspace: {workspace.name} ({workspace.id}), the only one that the key sees.")
    else:
        session.ledger.workspace = transport.workspace_id
    return directory


def transport_of(session: Session) -> Transport:
    settings = session.config
    return Transport(
        settings.api_url, settings.api_key, settings.workspace_id, session.clock, session.console.line
    )


def choose(wanted: str, workspaces: Sequence[Workspace]) -> Workspace:
    """The workspace to work in. Raises ``InvalidInputError`` that lists what there is."""
    listed = ", ".join(f"{one.name} ({one.id})" for one in workspaces)
    matching = [one for one in workspaces if one.id.lower() == wanted.lower()] if wanted else list(workspaces)
    if len(matching) == 1:
        return matching[0]
    where = Where(path="workspace-id")
    if not workspaces:
        raise ServiceError(
            "The API key sees no workspace.",
            hint="Check `api-key`: its owner must be in a workspace whose plan includes the API.",
        )
    if wanted:
        message = f"The API key does not see the workspace `{wanted}` of input `workspace-id`."
    else:
        message = f"The API key sees {len(workspaces)} workspaces, and input `workspace-id` is empty."
    raise InvalidInputError(Problem(message=message, hint=f"Set it to one of: {listed}.", where=where))
