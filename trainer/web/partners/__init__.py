"""Partners' courses and sessions, for everyone, for their partners, and for the host who recognises them."""

from flask import Blueprint

from trainer.web.partners import shown, views

blueprint = Blueprint("partners", __name__)
blueprint.add_app_template_filter(shown.language_name)
blueprint.add_app_template_filter(shown.money)
blueprint.add_app_template_filter(shown.region_name)

# for everyone
blueprint.add_url_rule("/courses/", view_func=views.courses)
blueprint.add_url_rule("/courses/<int:course>", view_func=views.course)
blueprint.add_url_rule("/sessions/<int:session>", view_func=views.session)

# a partner's own
blueprint.add_url_rule("/partner/", view_func=views.own)
blueprint.add_url_rule("/courses/new", view_func=views.new_course, methods=["GET", "POST"])
blueprint.add_url_rule("/courses/<int:course>/edit", view_func=views.edit_course, methods=["GET", "POST"])
blueprint.add_url_rule("/courses/<int:course>/publish", view_func=views.publish_course, methods=["POST"])
blueprint.add_url_rule("/courses/<int:course>/close", view_func=views.close_course, methods=["GET", "POST"])
blueprint.add_url_rule("/courses/<int:course>/sessions/new", view_func=views.new_session, methods=["GET", "POST"])
blueprint.add_url_rule("/sessions/<int:session>/edit", view_func=views.edit_session, methods=["GET", "POST"])
blueprint.add_url_rule("/sessions/<int:session>/cancel", view_func=views.cancel_session, methods=["GET", "POST"])

# the host's
blueprint.add_url_rule("/recognition/", view_func=views.recognition)
blueprint.add_url_rule("/courses/<int:course>/recognise", view_func=views.recognise, methods=["GET", "POST"])
