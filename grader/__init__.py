"""The grader: it finds exercises, runs their suites against hand-ins, and scores the results."""
