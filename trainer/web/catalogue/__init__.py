"""What can be learnt: modules, tracks and the packs they come from."""

from flask import Blueprint

from trainer.web.catalogue import views

blueprint = Blueprint("catalogue", __name__)

blueprint.add_url_rule("/modules/", view_func=views.modules)
blueprint.add_url_rule("/modules/<string:module>", view_func=views.module)
blueprint.add_url_rule("/tracks/", view_func=views.tracks)
blueprint.add_url_rule("/tracks/<string:track>", view_func=views.track)
blueprint.add_url_rule("/packs/", view_func=views.packs)
