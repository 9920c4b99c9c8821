"""A person's own training, and the roster of a session."""

from flask import Blueprint

from trainer.web.tracks import views

blueprint = Blueprint("tracks", __name__)

# one's own training
blueprint.add_url_rule("/my/", view_func=views.my_page)
blueprint.add_url_rule("/my/changes-seen", view_func=views.note_changes, methods=["POST"])
blueprint.add_url_rule("/my/track", view_func=views.track_overview)

# one assignment
blueprint.add_url_rule("/assignments/<int:assignment>", view_func=views.assignment)
blueprint.add_url_rule("/assignments/<int:assignment>/begin", view_func=views.begin, methods=["POST"])
blueprint.add_url_rule("/assignments/<int:assignment>/read", view_func=views.finish_reading, methods=["POST"])
blueprint.add_url_rule("/assignments/<int:assignment>/questions", view_func=views.questions)
blueprint.add_url_rule("/assignments/<int:assignment>/questions", view_func=views.answer, methods=["POST"])
blueprint.add_url_rule("/assignments/<int:assignment>/attempts/<int:attempt>", view_func=views.attempt)

# who comes to a session
blueprint.add_url_rule("/sessions/<int:course_session>/roster", view_func=views.roster)
blueprint.add_url_rule("/sessions/<int:course_session>/roster", view_func=views.record_attendance, methods=["POST"])
blueprint.add_url_rule("/sessions/<int:course_session>/roster/sheet", view_func=views.roster_sheet)
