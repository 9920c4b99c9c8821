"""Why: the chain from a paragraph to a seat, from either end."""

from flask import Blueprint

from trainer.web.chain import views

blueprint = Blueprint("chain", __name__, url_prefix="/why")

blueprint.add_url_rule("/<int:assignment>", view_func=views.assignment)
blueprint.add_url_rule("/missions/<int:mission>/<string:task>", view_func=views.task)
