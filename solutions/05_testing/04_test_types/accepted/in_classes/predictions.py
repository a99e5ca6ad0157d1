"""Your predictions: replace each ``...`` by one of the choices in the README."""

PREDICTIONS = {
    # Which test of experiments/levels.py notices it first: "unit", "integration", "e2e" or "none"?
    "digit_weights": "unit",
    "commit_forgotten": "integration",
    "every_voucher": "integration",
    "length_in_characters": "e2e",
    "in_memory": "none",
    # With network, disk and processes barred, the test "passes" or "fails"?
    "file": "fails",
    "memory": "passes",
    "memory_opened_twice": "passes",
    "application": "passes",
    "server_in_a_thread": "fails",
    # What does it cost?
    "suspects_of_a_code": "up to 4",
    "suspects_of_a_payment": "more than 8",
    "green_runs": 67,
}
