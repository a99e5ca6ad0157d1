"""Compiles a Cython module: ``python noise_build.py noise_cython.pyx build`` leaves it in ``build``."""

import os
import shlex
import shutil
import sys
import sysconfig
from pathlib import Path

from setuptools import Distribution, Extension

OPTIONS = ["-O0"]
"""No optimiser of the C compiler: what is fast is fast because of its types, and compiling is quick."""


def build(source: Path, folder: Path) -> Path:
    """Translate ``source`` to C, compile it, and return the module, which is left in ``folder``."""
    from Cython.Build import cythonize

    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:  # the one that Python was built with is not here
        os.environ.setdefault("CC", "cc")
    folder.mkdir(exist_ok=True)
    copy = Path(shutil.copy(source, folder))
    extension = Extension(source.stem, [str(copy)], extra_compile_args=OPTIONS)
    modules = cythonize([extension], quiet=True, force=True, language_level=3)
    for module in modules:  # also if the source asks for other options
        module.extra_compile_args = OPTIONS
    command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
    command.build_lib = command.build_temp = str(folder)
    command.ensure_finalized()
    command.run()
    return Path(command.get_ext_fullpath(source.stem))


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
