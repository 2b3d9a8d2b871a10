from tests.support.raw_client import new_sandbox

__all__ = ["new_sandbox"]
