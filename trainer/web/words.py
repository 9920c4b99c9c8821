"""The words a page shows for the keys the domain speaks in: states, readiness, levels.

Only names live here. Sentences stand in the templates, refusals beside the rule that makes them.
"""

from collections.abc import Mapping

from flask_babel import lazy_gettext

READINESS_WORDS: Mapping[str, str] = {
    "current": lazy_gettext("current"),
    "due-soon": lazy_gettext("due soon"),
    "waived": lazy_gettext("waived"),
    "unknown": lazy_gettext("unknown"),
    "lapsed": lazy_gettext("lapsed"),
    "never": lazy_gettext("never"),
    "not-in-mandate": lazy_gettext("not in the mandate"),
}
"""In the order in which bars and legends show them: best first."""

WORST_FIRST = ("never", "lapsed", "unknown", "due-soon", "waived", "current")
"""Which state speaks for a group: somebody never rated is worse news than somebody whose rating ran out."""

LEVEL_WORDS: tuple[str, ...] = (
    lazy_gettext("none"),
    lazy_gettext("aware"),
    lazy_gettext("practised"),
    lazy_gettext("independent"),
    lazy_gettext("instructor"),
)

STATE_WORDS: Mapping[str, tuple[str, str]] = {
    # assignments
    "proposed": (lazy_gettext("proposed"), "info"),
    "assigned": (lazy_gettext("assigned"), "info"),
    "in-progress": (lazy_gettext("in progress"), "info"),
    "completed": (lazy_gettext("completed"), "good"),
    "withdrawn": (lazy_gettext("withdrawn"), "neutral"),
    "superseded": (lazy_gettext("superseded"), "neutral"),
    "locked": (lazy_gettext("locked"), "neutral"),
    "overdue": (lazy_gettext("overdue"), "bad"),
    "failed": (lazy_gettext("not passed"), "bad"),
    "passed": (lazy_gettext("passed"), "good"),
    # plans and their runs
    "approved": (lazy_gettext("approved"), "good"),
    "published": (lazy_gettext("published"), "good"),
    "dismissed": (lazy_gettext("dismissed"), "neutral"),
    "undone": (lazy_gettext("undone"), "neutral"),
    "waiting": (lazy_gettext("waiting"), "neutral"),
    "open": (lazy_gettext("open"), "info"),
    "running": (lazy_gettext("being worked out"), "info"),
    "stored": (lazy_gettext("stored"), "good"),
    "parked": (lazy_gettext("stopped, needs a look"), "bad"),
    "cancelled": (lazy_gettext("cancelled"), "bad"),
    # instruments and tasks
    "draft": (lazy_gettext("draft"), "neutral"),
    "in-force": (lazy_gettext("in force"), "good"),
    "inherited": (lazy_gettext("inherited"), "info"),
    "ended": (lazy_gettext("ended"), "neutral"),
    "not-verified": (lazy_gettext("renewal not verified"), "warn"),
    # sessions, courses, messages
    "planned": (lazy_gettext("planned"), "info"),
    "full": (lazy_gettext("full"), "warn"),
    "held": (lazy_gettext("held"), "neutral"),
    "recognised": (lazy_gettext("recognised"), "good"),
    "not-recognised": (lazy_gettext("not yet recognised"), "warn"),
    "queued": (lazy_gettext("waiting to be sent"), "neutral"),
    "sent": (lazy_gettext("sent"), "good"),
    "not-sent": (lazy_gettext("could not be sent"), "bad"),
}
"""Key → word and tone; the tones are those of the tag component."""
