"""Run a program under pdb, with the commands of a file: ``python replay.py SESSION PROGRAM [ARGUMENT ...]``.

It prints what you would see if you typed the commands yourself. Lines of the file that are blank, or that
begin with ``#``, are left out, and ``;;`` separates commands. As with ``python -m pdb``, the session starts
before the first line of the program, and goes on after an error, post mortem. It ends with the file, or with
the program.

With ``--record FILE`` in front it also writes down, as JSON, what happened where: the suite reads that.
"""

import json
import os
import pdb
import sys
import types
from pathlib import Path

ENOUGH = 400_000
"""The number of characters after which a session is stopped that prints without end."""


class Replay(pdb.Pdb):
    """A debugger that types the commands of a file, and notes what it shows, and where it waits."""

    def __init__(self, commands):
        super().__init__(stdin=self, stdout=self, nosigint=True, readrc=False)
        self._commands = iter(commands)
        self._frames = []
        self._moment = self._printed = 0
        self.events = []
        self.calls = []
        self.gave_up = False

    def readline(self):
        """Give the debugger its next command (it reads from this object); nothing is the end of the file."""
        line = next(self._commands, "")
        self._note("waits", line)
        sys.__stdout__.write(f"{line}\n")
        return f"{line}\n" if line else ""

    def write(self, text):
        """Show and note what the debugger prints (it writes to this object)."""
        self._note("prints", text)
        self._printed += len(text)
        sys.__stdout__.write(text)
        if self._printed > ENOUGH:
            sys.__stdout__.flush()
            os._exit(1)

    def flush(self):
        """Do as a file does."""
        sys.__stdout__.flush()

    def set_quit(self):
        """Note that the session ends before the program does."""
        self.gave_up = True
        super().set_quit()

    def user_call(self, frame, argument_list):
        """Count the moments at which the program can be looked at."""
        self._moment += 1
        super().user_call(frame, argument_list)

    def user_line(self, frame):
        """Count the moments at which the program can be looked at."""
        self._moment += 1
        super().user_line(frame)

    def user_return(self, frame, return_value):
        """Count the moments at which the program can be looked at."""
        self._moment += 1
        super().user_return(frame, return_value)

    def user_exception(self, frame, exc_info):
        """Count the moments at which the program can be looked at."""
        self._moment += 1
        super().user_exception(frame, exc_info)

    def look_back(self, error):
        """Start the session after an error."""
        sys.__stdout__.write(f"{type(error).__name__}: {error}\n")
        self._moment = -1
        self.reset()
        self.interaction(None, error.__traceback__)

    def _note(self, kind, text):
        """Note an event: its kind and text, where the program is, and which frame is looked at."""
        frame, stack = getattr(self, "curframe", None), getattr(self, "stack", None)
        if frame is None or not stack:
            return
        stopped = stack[-1][0]
        if stopped not in self._frames:
            self._frames.append(stopped)
            self.calls.append({name: repr(value)[:200] for name, value in stopped.f_locals.items()})
        self.events.append(
            {
                "kind": kind,
                "text": text,
                "moment": self._moment,
                "call": self._frames.index(stopped),
                "stopped": stopped.f_code.co_name,
                "frame": frame.f_code.co_name,
            }
        )


def replay(commands, program):
    """Run a program and return what is on record of the session, and how the program ended."""
    session = Replay(commands)
    module = types.ModuleType("__main__")
    module.__file__ = str(program)
    sys.modules["__main__"] = module
    code = compile(program.read_bytes(), str(program), "exec")
    ended = "finished"
    try:
        session.run(code, module.__dict__)
        ended = "quit" if session.gave_up else "finished"
    except Exception as error:
        ended = "failed"
        session.look_back(error)
    return {"events": session.events, "calls": session.calls, "ended": ended}


def main():
    """Read the arguments and do it."""
    record = None
    if sys.argv[1:2] == ["--record"]:
        record, sys.argv = Path(sys.argv[2]), [sys.argv[0], *sys.argv[3:]]
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    session, program = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
    text = session.read_text(encoding="utf-8", errors="replace")
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    sys.argv = [str(program), *sys.argv[3:]]
    sys.path[0] = str(program.parent)
    seen = replay([part.strip() for line in lines for part in line.split(";;")], program)
    if record:
        record.write_text(json.dumps(seen), encoding="utf-8")


if __name__ == "__main__":
    main()
