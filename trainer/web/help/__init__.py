"""Help for the people who use the site, and the component page for those who write its templates."""

from flask import Blueprint

from trainer.web.help import views

blueprint = Blueprint("help", __name__, url_prefix="/help")
blueprint.add_url_rule("/", view_func=views.index)
blueprint.add_url_rule("/components", view_func=views.components, methods=["GET", "POST"])
blueprint.add_url_rule("/<string:topic>", view_func=views.topic)
