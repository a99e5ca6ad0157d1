"""The group of commands: it answers a mistyped name with the nearest one."""

import difflib

import click

from grader.errors import UsageError


class Commands(click.Group):
    """A group that answers a mistyped command with the nearest one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which was meant."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            guess = f" Did you mean {close[0]!r}?" if close else ""
            raise UsageError(f"There is no command {args[0]!r}.{guess}", "see them all: kata --help")
        return super().resolve_command(ctx, args)
