"""What can be held, what a person holds, and the waivers from it."""

from flask import Blueprint

from trainer.web.competencies import ownership, views

blueprint = Blueprint("competencies", __name__)

# what there is
blueprint.add_url_rule("/competencies/", view_func=views.overview)

# who owns the areas
blueprint.add_url_rule("/administration/areas/", view_func=ownership.owners)
blueprint.add_url_rule("/administration/areas/<string:area>", view_func=ownership.name_owners, methods=["GET", "POST"])

# one's own record
blueprint.add_url_rule("/my/record", view_func=views.my_record)
blueprint.add_url_rule("/my/record/sheet", view_func=views.my_record_sheet)

# somebody's record
blueprint.add_url_rule("/people/<int:person>/record", view_func=views.person_record)
blueprint.add_url_rule("/people/<int:person>/record/sheet", view_func=views.person_record_sheet)
blueprint.add_url_rule("/people/<int:person>/evidence", view_func=views.record_evidence, methods=["GET", "POST"])
blueprint.add_url_rule("/people/<int:person>/waivers", view_func=views.grant_waiver, methods=["GET", "POST"])
blueprint.add_url_rule("/waivers/<int:waiver>/revoke", view_func=views.revoke_waiver, methods=["GET", "POST"])
