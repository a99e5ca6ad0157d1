"""The process that runs suites beside learner code.

It imports pytest and the libraries of the suites once, then forks a child for each job. It speaks JSON
lines: jobs come in on standard input, events go out on what was standard output when it started. It
imports nothing of the grader: what it needs to know is in the job.

* ``__main__``: the warm parent, which reads jobs and forwards events.
* ``supervisor``: starts one child, watches its deadlines, ends its whole process tree.
* ``session``: inside the child: the limits and one pytest run.
* ``reporter``: the pytest plugin that turns the run into events, which ``events`` writes.
* ``examples``: the run of a README's examples instead of a suite.
* ``explanation``: an exception as called / expected / got, with the learner's own lines.
* ``leftovers``: what a run left behind in its process.
"""
