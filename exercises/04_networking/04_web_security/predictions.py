"""Your predictions. Replace each ``...`` by "gets through" or "stopped", then run the suite."""

PREDICTIONS = {
    # Templates, rendered by Flask; the text comes from a visitor.
    "html_template": ...,  # <p>{{ text }}</p> in page.html: <script>…</script>
    "txt_template": ...,  # the same in page.txt
    "template_string": ...,  # render_template_string("<p>{{ text }}</p>", text=text): <script>…</script>
    "f_string": ...,  # render_template_string(f"<p>{text}</p>"): {{ 7 * 7 }} is computed
    "quoted_attribute": ...,  # <input value="{{ text }}">: a further attribute onfocus
    "bare_attribute": ...,  # <input value={{ text }}>: the same
    "script_link": ...,  # <a href="{{ text }}">: javascript:alert(1)
    "script_data": ...,  # <script>const text = {{ text | tojson }}</script>: </script><script>…
    # The session cookie, with no setting but SECRET_KEY.
    "cookie_for_scripts": ...,  # a script on the page reads the cookie
    "cookie_without_https": ...,  # the browser sends the cookie without HTTPS as well
    "changed_session": ...,  # the owner writes another name into the cookie, and it is believed
    "read_session": ...,  # the owner reads what is in the cookie, without the secret key
    "old_session": ...,  # a copy of the cookie still works after session.clear()
    "foreign_form": ...,  # a form of another site is carried out
    # Answers, files and the database.
    "redirect_slashes": ...,  # redirect("//evil.example")
    "redirect_backslash": ...,  # redirect("/\\evil.example")
    "header_line": ...,  # a header with "ann\r\nSet-Cookie: session=mine"
    "send_file": ...,  # send_file(f"{folder}/{name}"): the name ../secret.txt
    "send_from_directory": ...,  # send_from_directory(folder, name): the same
    "two_statements": ...,  # connection.execute("… text = ''; DROP TABLE entries --'")
}
