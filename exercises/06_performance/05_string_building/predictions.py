"""Your predictions. Replace each ``...`` by one of the choices, then run the suite to see what is true."""

PREDICTIONS = {
    # How do the copied bytes grow with the number of lines: "linear" or "quadratic"?
    # Each statement is the body of `for line in lines:` in a function.
    "local": ...,  # text += line, where text is a local variable
    "plain_addition": ...,  # text = text + line
    "added_pair": ...,  # text += line + end
    "two_additions": ...,  # text = text + line + end
    "second_name": ...,  # text += line, then shown = text
    "attribute": ...,  # report.text += line
    "nonlocal": ...,  # add(line), an inner function that does text += line after nonlocal text
    "f_string": ...,  # text = f"{text}{line}"
    "bytearray": ...,  # data += line.encode(), where data is a local bytearray
    # Is it the "same object" or a "new object"?
    "small_product": ...,  # the second result of a function that does return "ab" * 2_000
    "large_product": ...,  # the second result of a function that does return "ab" * 3_000
    "join_of_one": ...,  # "".join([text]) in place of text, which has 100 characters
    "f_string_pair": ...,  # f"{text}{nothing}" in place of text, where nothing is ""
    # How many?
    "print_writes": ...,  # calls of file.write made by print("a", "b", "c", file=file): 1, 3 or 6
    "utf_16_bytes": ...,  # bytes in "a".encode("utf-16") + "b".encode("utf-16"): 4, 6 or 8
    "euro_factor": ...,  # memory of 10,000 times "a" and one "€", in terms of 10,000 times "a": 1, 2 or 4
}
