"""A Publer stand-in for demo and tests, written from the API reference. Never shipped."""

from __future__ import annotations

from sandbox.clock import SystemClock, VirtualClock
from sandbox.faults import Fault
from sandbox.record import Published, Record, Request
from sandbox.scenario import (
    Account,
    GitHub,
    Import,
    Job,
    Listing,
    RateLimit,
    Release,
    Scenario,
    SeededPost,
    StoredText,
    Workspace,
)
from sandbox.server import Sandbox

__all__ = [
    "Account",
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
    "StoredText",
    "SystemClock",
    "VirtualClock",
    "Workspace",
]
