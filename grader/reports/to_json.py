"""The report as JSON: the one format with everything in it. Its schema is ``report.schema.json``."""

import json

from grader.model import Report
from grader.record import as_data

FORMAT = 1


def render(report: Report) -> str:
    """Return the JSON text, indented, with a newline at its end."""
    data = {
        "format": FORMAT,
        "grader": report.grader,
        "python": report.python,
        "tree": report.tree,
        "isolation": report.isolation,
        "started_at": report.started_at,
        "seconds": round(report.seconds, 3),
        "score": report.score,
        "max_score": report.max_score,
        "exercises": [as_data(result) for result in report.exercises],
    }
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
