"""How fast this machine is just now: a budget of seconds means nothing without it."""

import subprocess
import sys

USUAL_SECONDS = 0.21
"""The CPU that the work takes on the machine for which the budgets were set: two cores, Python 3.11, idle."""
TRIES = 3
WORK = """
import argparse, ast, inspect, json, os, time
source = inspect.getsource(argparse)
for _ in range(3):
    compile(ast.parse(source), "argparse", "exec")
    for _ in range(20):
        json.loads(json.dumps(list(range(2000))))
        if os.name == "posix":
            child = os.fork()
            if child == 0:
                os._exit(0)
            os.waitpid(child, 0)
print(time.process_time() + sum(os.times()[2:4]))
"""
"""What suites do: parse and compile, handle data, start processes. It takes no input and has no other use."""


def slowness() -> float:
    """Return how many times as long as usual a fixed piece of work takes now; 1 if it takes less."""
    command = [sys.executable, "-I", "-c", WORK]
    seconds = [float(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(TRIES)]
    return max(1.0, min(seconds) / USUAL_SECONDS)
