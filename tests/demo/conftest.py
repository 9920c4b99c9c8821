"""Background work is done by hand here: nothing is deferred to a queue."""

import pytest
from flask import Flask

from trainer.edge import Edge


@pytest.fixture(autouse=True)
def _no_queue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "app" not in request.fixturenames:
        return
    app: Flask = request.getfixturevalue("app")
    edge: Edge = app.extensions["trainer"]
    monkeypatch.setattr(edge, "before_commit", [])
