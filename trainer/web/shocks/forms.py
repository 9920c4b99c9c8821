"""The forms of losses: declaring one, and ending it."""

from __future__ import annotations

from typing import Any

import wtforms
from flask_babel import lazy_gettext
from wtforms.validators import Length, Optional

from trainer.scenarios.values import KIND_NAMES, WhatIfKind
from trainer.shocks.values import NAME_LENGTH, NOTE_LENGTH
from trainer.web.forms import LongTextField, PageForm, RadiosField, TextField
from trainer.web.scenarios.forms import WhatIfsForm

DECLARED = (
    WhatIfKind.SHARE_LEAVES,
    WhatIfKind.CONTINGENT_LEAVES,
    WhatIfKind.PARTNER_CLOSES,
    WhatIfKind.SEATS_LOST,
)
"""What can be declared; the rest is a draft to publish, a session to offer, or money, which Trainer does not hold."""


class ShockForm(WhatIfsForm):
    """A loss: its name, and what is lost. The one what-if stands in the list of what-ifs."""

    name = TextField(
        lazy_gettext("Name"),
        description=lazy_gettext("People read it where they ask why something was taken off their list."),
        validators=[Length(max=NAME_LENGTH)],
    )
    kind = RadiosField(
        lazy_gettext("What is lost"),
        choices=[(each.value, lazy_gettext(KIND_NAMES[each])) for each in DECLARED],
        default=WhatIfKind.SHARE_LEAVES.value,
        validate_choice=False,
    )
    note = LongTextField(
        lazy_gettext("Note"),
        description=lazy_gettext("For colleagues: who decided it, and where it is written."),
        validators=[Optional(), Length(max=NOTE_LENGTH)],
        render_kw={"rows": 3},
    )
    sure = wtforms.HiddenField(default="")
    """What was shown before it was declared: the number of people who leave."""

    def choose(self, kind: Any) -> None:
        """Ask the fields of a kind."""
        known = {each.value for each in DECLARED}
        self.what_ifs.entries = []
        self.what_ifs.last_index = -1
        self.what_ifs.append_entry({"kind": kind if kind in known else WhatIfKind.SHARE_LEAVES.value})

    def refuse(self, field: str | None, message: Any) -> None:
        """Put a refusal at its field; those of the loss itself at the one part."""
        if field is not None and field not in self._fields:
            field = f"what_ifs-0-{field}"
        super().refuse(field, message)


class EndForm(PageForm):
    """Ending a loss."""

    version = wtforms.HiddenField()
    because = LongTextField(
        lazy_gettext("Why it ends"),
        description=lazy_gettext("It stays on file with the loss."),
        validators=[Length(max=NOTE_LENGTH)],
        render_kw={"rows": 3},
    )

    def seen_version(self) -> int:
        """The version of the loss on the page; 0, which none has, for anything else."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
