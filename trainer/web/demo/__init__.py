"""The page of a scenario: which day it is in it, what happens next, and the button that goes there. Only where one is played."""

from flask import Blueprint

from trainer.web.demo import views

blueprint = Blueprint("demo", __name__, url_prefix="/scenario")
blueprint.add_url_rule("/", view_func=views.scenario)
blueprint.add_url_rule("/next", view_func=views.next_date, methods=["POST"])
