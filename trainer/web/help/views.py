"""Pages of help: the list of topics, one topic, and the component page."""

from flask import abort, render_template
from flask_babel import get_locale

from trainer.web.access import anyone
from trainer.web.help import samples
from trainer.web.help.forms import SampleForm
from trainer.web.help.topics import all_topics, topic_of


@anyone
def index() -> str:
    """What help there is."""
    return render_template("help/index.html", topics=all_topics(_language()))


@anyone
def topic(topic: str) -> str:
    """One text of the documentation."""
    found = topic_of(topic, _language())
    if found is None:
        abort(404)
    return render_template("help/topic.html", topic=found, topics=all_topics(_language()))


@anyone
def components() -> str | tuple[str, int]:
    """Every component in every state; the form can be sent, to see how it refuses."""
    form = SampleForm()
    if form.is_submitted() and not form.validate():
        return render_template("help/components.html", form=form, sample=samples.SAMPLE), 422
    return render_template("help/components.html", form=form, sample=samples.SAMPLE)


def _language() -> str:
    locale = get_locale()
    return locale.language if locale else "en"
