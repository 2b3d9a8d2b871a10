from sandbox.testing import new_sandbox

__all__ = ["new_sandbox"]
