"""Predictions: what the suite finds with Flask 3.1. ``DISCUSSION.md`` says why."""

PREDICTIONS = {
    # Templates, rendered by Flask; the text comes from a visitor.
    "html_template": "stopped",
    "txt_template": "gets through",
    "template_string": "stopped",
    "f_string": "gets through",
    "quoted_attribute": "stopped",
    "bare_attribute": "gets through",
    "script_link": "gets through",
    "script_data": "stopped",
    # The session cookie, with no setting but SECRET_KEY.
    "cookie_for_scripts": "stopped",
    "cookie_without_https": "gets through",
    "changed_session": "stopped",
    "read_session": "gets through",
    "old_session": "gets through",
    "foreign_form": "gets through",
    # Answers, files and the database.
    "redirect_slashes": "gets through",
    "redirect_backslash": "stopped",
    "header_line": "stopped",
    "send_file": "gets through",
    "send_from_directory": "stopped",
    "two_statements": "stopped",
}
