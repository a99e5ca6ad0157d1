"""Your predictions: replace each ``...`` by one of the choices in the README."""

PREDICTIONS = {
    # Which test of experiments/levels.py notices it first: "unit", "integration", "e2e" or "none"?
    "digit_weights": ...,
    "commit_forgotten": ...,
    "every_voucher": ...,
    "length_in_characters": ...,
    "in_memory": ...,
    # With network, disk and processes barred, the test "passes" or "fails"?
    "file": ...,
    "memory": ...,
    "memory_opened_twice": ...,
    "application": ...,
    "server_in_a_thread": ...,
    # What does it cost?
    "suspects_of_a_code": ...,
    "suspects_of_a_payment": ...,
    "green_runs": ...,
}
