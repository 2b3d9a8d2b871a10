"""The runner's side of the contract, executed: what a step is given, and what becomes of what it says."""

from tests.support.fake_runner.log import Annotation
from tests.support.fake_runner.runner import JOB_TOKEN, FakeRunner, Outcome, Step

__all__ = ["JOB_TOKEN", "Annotation", "FakeRunner", "Outcome", "Step"]
