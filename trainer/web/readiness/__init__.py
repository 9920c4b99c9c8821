"""How ready missions are, from the board down to a person."""

from flask import Blueprint

from trainer.web.readiness import views

blueprint = Blueprint("readiness", __name__, url_prefix="/readiness")

# the board
blueprint.add_url_rule("/", view_func=views.board)
blueprint.add_url_rule("/file", view_func=views.board_file)

# one mission, and one of its cells
blueprint.add_url_rule("/<int:mission>", view_func=views.mission)
blueprint.add_url_rule("/<int:mission>/<string:area>", view_func=views.cell)
blueprint.add_url_rule("/<int:mission>/<string:area>/file", view_func=views.cell_file)
