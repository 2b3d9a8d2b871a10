"""A Publer stand-in for demo and tests, written from the API reference. Never shipped.

It is strict about what is asked, and answers as its ``Scenario`` says::

    scenario = Scenario(job=Job(family="failures", delay=2.0)).with_account("linkedin", failure="No.")
    with Sandbox(scenario, clock=VirtualClock()) as sandbox:
        sandbox.add_faults(Fault(kind="reset", when="after", method="POST", path="/posts/schedule/publish"))
        ...  # let a client loose on sandbox.url with sandbox.scenario.api_key
        assert [post.network for post in sandbox.record.published] == ["twitter"]
        assert sandbox.record.surprises == ()

``python -m sandbox`` serves it to people, with a page that shows what was published.
"""
