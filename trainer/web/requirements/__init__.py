"""What tasks ask of people: the matrix, its versions, and how it is changed."""

from flask import Blueprint

from trainer.web.requirements import bulk, coverage, matrix, restoring, sheets, single, words

blueprint = Blueprint("requirements", __name__, url_prefix="/requirements")

# reading
blueprint.add_url_rule("/", view_func=matrix.matrix)
blueprint.add_url_rule("/rules", view_func=matrix.rules)
blueprint.add_url_rule("/versions", view_func=matrix.versions)
blueprint.add_url_rule("/coverage", view_func=coverage.coverage)
blueprint.add_url_rule("/coverage.json", view_func=coverage.coverage_json)

# one rule
blueprint.add_url_rule("/new-rule", view_func=single.new_rule, methods=["GET", "POST"])
blueprint.add_url_rule("/rules/<string:rule>", view_func=single.edit_rule, methods=["GET", "POST"])

# many rules
blueprint.add_url_rule("/change", view_func=bulk.change, methods=["GET", "POST"])

# a way back
blueprint.add_url_rule("/versions/<int:version>/restore", view_func=restoring.restore, methods=["GET", "POST"])

# as a sheet
blueprint.add_url_rule("/requirements.csv", view_func=sheets.export)
blueprint.add_url_rule("/sheet", view_func=sheets.sheet, methods=["GET", "POST"])

for filter_name, word in words.FILTERS.items():
    blueprint.add_app_template_filter(word, filter_name)
