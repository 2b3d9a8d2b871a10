"""A Publer stand-in for demo and tests, written from the API reference. Never shipped.

It is strict about what is asked, and answers as its ``Scenario`` says::

    scenario = Scenario(job=Job(family="failures", delay=2.0)).with_account("linkedin", failure="No.")
    with Sandbox(scenario, clock=VirtualClock()) as sandbox:
        sandbox.add_faults(Fault(kind="reset", when="after", method="POST", path="/posts/schedule/publish"))
        ...  # let a client loose on sandbox.url with sandbox.scenario.api_key
        assert [post.network for post in sandbox.record.published] == ["twitter"]
        assert sandbox.record.surprises == ()

``python -m sandbox`` serves it to people and to other processes (see ``sandbox.control``).
"""

from __future__ import annotations

from sandbox.clock import SystemClock, VirtualClock
from sandbox.faults import Fault
from sandbox.record import Published, Record, Request
from sandbox.scenario import (
    Accepts,
    Account,
    Board,
    GitHub,
    Import,
    Job,
    Listing,
    RateLimit,
    Release,
    Scenario,
    SeededPost,
    Signature,
    StoredText,
    Workspace,
)
from sandbox.server import Sandbox

__all__ = [
    "Accepts",
    "Account",
    "Board",
    "Fault",
    "GitHub",
    "Import",
    "Job",
    "Listing",
    "Published",
    "RateLimit",
    "Record",
    "Release",
    "Request",
    "Sandbox",
    "Scenario",
    "SeededPost",
    "Signature",
    "StoredText",
    "SystemClock",
    "VirtualClock",
    "Workspace",
]
