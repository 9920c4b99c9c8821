"""Refusals: what Trainer will not do, in four kinds. A refusal is declared, as a subclass, in the module that raises it.

Not for faults of the program: those are ordinary exceptions and end on the 500 page.
"""

from __future__ import annotations

from trainer.kernel.values import Problem, Wording


class Refusal(Exception):
    """Something asked for that cannot be done; carries a whole sentence that says what to do next.

    `field` names the input at fault, when one is; the edge shows the sentence there.
    """

    def __init__(self, message: Wording, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


class NotFound(Refusal):
    """There is no such thing, or none that the asker may know of."""


class NotAllowed(Refusal):
    """The actor may not do this."""


class Conflict(Refusal):
    """It was possible a moment ago: somebody else changed what the decision rested on."""


class Invalid(Refusal):
    """The input is wrong; all its problems together."""

    def __init__(self, message: Wording, *, field: str | None = None, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, field=field)
        self.problems = problems
