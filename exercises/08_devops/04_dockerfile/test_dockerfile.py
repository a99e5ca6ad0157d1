"""An image for a Flask app: it is read, linted and replayed; an engine builds it if there is one."""

import copy
import fnmatch
import http.client
import importlib.util
import json
import os
import posixpath
import re
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.parse
import uuid
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

SECRET_NAME = re.compile(r"(_|^)(apikey|auth|credential|key|passwd|password|secret|token)s?(_|$)", re.I)
MUST_STAY_OUT = re.compile(r"^\.git/|^\.venv/|(^|/)__pycache__/|\.pyc$|(^|/)\.env(\.[^/]*)?$|\.pem$")
MORE_OF_THE_SAME = {
    "tools/.env": 60,
    "app/static/.env.local": 70,
    "app/jobs/__pycache__/sweep.cpython-313.pyc": 2000,
    "app/jobs/__pycache__/sweep.cpython-313.pyc.94712": 2000,  # cut off while it was written
    "app/jobs/old.pyc": 1500,
    "app/certs/ca.pem": 1700,
    ".git/hooks/pre-commit": 400,
    ".venv/bin/python": 14000,
}
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
PACKAGES = ("flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click", "blinker")
NO_ENGINE = "No engine has the images that the Dockerfile names: it was judged by reading and replaying."
NO_BUILD = "The engine cannot build a Dockerfile of ours either: yours was judged by reading and replaying."
NOT_READY = "The image would not work, as tasks 1, 3 and 4 tell: it was judged by reading and replaying."
INSTALLS = re.compile(r"\b(pip[\d.]*|uv)\b.*\b(install|sync|wheel|download|add)\b", re.S)
TOO_SLOW = 124
INITS = ("tini", "dumb-init", "catatonit", "docker-init")
PORT = 8000


@pytest.mark.task(1)
def test_the_final_stage_takes_from_an_earlier_one(check, exercise, hand_in):
    """The Dockerfile has at least two stages, and the last one takes something from an earlier one."""
    stages = replayed(check, exercise, hand_in).stages
    check.at_least(2, len(stages), "the number of FROM instructions in Dockerfile")
    check.that(
        bool(stages[-1].taken),
        f"the last stage, FROM {stages[-1].base}",
        "a COPY --from=… or RUN --mount=from=… that names an earlier stage",
        "none",
    )


@pytest.mark.task(1)
def test_every_image_is_pinned(check, exercise, hand_in):
    """Every image that the Dockerfile names carries a version or a digest."""
    images = replayed(check, exercise, hand_in).images
    check.at_least(1, len(images), "the number of images that Dockerfile names")
    for image in images:
        check.that(is_pinned(image), f"the image {image}", "a version such as 3.13, or a digest", image)


@pytest.mark.task(1)
def test_the_packages_arrive_without_the_development_tools(check, exercise, hand_in):
    """requirements.txt is installed and reaches the last stage; nothing of requirements-dev.txt does."""
    build = replayed(check, exercise, hand_in)
    arrived = build.installed(build.stages[-1])
    call = "what is installed in the last stage and in the stages that it takes from"
    told = ", ".join(sorted(arrived)) or "no RUN that installs from a requirements file"
    check.that(RUNTIME in arrived or DEVELOPMENT in arrived, call, RUNTIME, told)
    check.that(DEVELOPMENT not in arrived, call, f"{RUNTIME} and no development tools", told)


@pytest.mark.task(1)
def test_the_app_arrives_whole(check, exercise, hand_in):
    """Every file of app/ that belongs to the program is in the last stage, in its place beside the others."""
    last = replayed(check, exercise, hand_in).stages[-1]
    wanted = sorted(name for name in given_files(exercise) if name.startswith("app/"))
    folders = {
        path.removesuffix(name.removeprefix("app")) for path, name in last.files.items() if name in wanted
    }
    whole = [
        folder
        for folder in folders
        if all(last.files.get(folder + name.removeprefix("app")) == name for name in wanted)
    ]
    check.that(
        bool(whole),
        "the files of the last stage",
        f"a folder with {', '.join(name.removeprefix('app/') for name in wanted)}",
        ", ".join(sorted(last.files)) or "nothing that COPY or ADD brought from the context",
    )


@pytest.mark.task(2)
def test_only_requirements_come_before_the_packages(check, exercise, hand_in):
    """A change of the source leaves the layer that installs the packages as it is."""
    build = replayed(check, exercise, hand_in)
    runs = [run for stage in build.stages for run in stage.runs if run.installs]
    check.at_least(1, len(runs), "the number of RUN instructions that install from a requirements file")
    for run in runs:
        early = sorted(run.inputs - {RUNTIME, DEVELOPMENT})
        check.that(
            not early,
            f"Dockerfile line {run.line}: RUN {run.text}",
            "no file but the requirements comes before it: the layer is built again when one of them changes",
            f"{len(early)} other files come before it: {', '.join(early[:4])}",
        )


@pytest.mark.task(3)
def test_the_user_is_not_root(check, exercise, hand_in):
    """The last USER of the final stage is somebody other than root, and exists in the image."""
    last = replayed(check, exercise, hand_in).stages[-1]
    name = last.user.partition(":")[0]
    call = f"the user that the image runs as: USER {last.user}" if name else "the user that the image runs as"
    check.that(name not in ("", "root", "0"), call, "a USER that is not root", name or "no USER: root")
    check.that(
        name.isdecimal() or last.knows_user(name),
        call,
        "a number, or a name that a RUN of this stage creates",
        f"nothing creates {name}: the container would not start",
    )


@pytest.mark.task(3)
def test_the_command_is_in_exec_form(check, exercise, hand_in):
    """ENTRYPOINT and CMD are in exec form, and the first program is Python or an init, not a shell."""
    last = replayed(check, exercise, hand_in).stages[-1]
    for step in (last.entrypoint, last.command):
        check.that(
            step is None or step.argv is not None,
            f"Dockerfile line {step.line if step else 0}: {step}",
            "exec form, a JSON list of strings: a shell would be process 1 and keep SIGTERM to itself",
            "shell form",
        )
    runs_python(check, last)


@pytest.mark.task(3)
def test_the_command_serves_and_ends_when_told(check, exercise, hand_in, stand_in):
    """The command, run among the files of the last stage, serves the board; SIGTERM ends it with code 0."""
    last = replayed(check, exercise, hand_in).stages[-1]
    runs_python(check, last)
    program = stand_in.serve(last, exercise)
    program.wait_for_line("listening")
    port = stand_in.port_of(PORT)
    check.equal(
        (200, True), stand_in.ask(port, "/"), f"GET http://localhost:{PORT}/: status, and the board is shown"
    )
    check.equal(0, program.stop(signal.SIGTERM), "SIGTERM, then the exit code of the command")


@pytest.mark.task(4)
@pytest.mark.parametrize(
    ("state", "healthy"), [("well", True), ("ill", False), ("down", False)], ids=["well", "ill", "down"]
)
def test_the_health_check_tells_the_truth(check, exercise, hand_in, stand_in, http_server, state, healthy):
    """The health check succeeds while /health answers 200, and fails at 503 or when nobody listens."""
    last = replayed(check, exercise, hand_in).stages[-1]
    check.that(
        last.health is not None and last.health.text.upper() != "NONE",
        "the health check of the last stage",
        "HEALTHCHECK … CMD …",
        "none",
    )
    answer = SimpleNamespace(status=200 if state == "well" else 503, body=b'{"status": "..."}', headers={})
    http_server.add("/", b"Notice board")
    http_server.add("/health", lambda request: answer)
    port = None if state == "down" else urllib.parse.urlsplit(http_server.url()).port
    code, output = stand_in.probe(last, port)
    check.that(
        (code == 0) is healthy,
        f"Dockerfile line {last.health.line}: {last.health} (while the app is {state})",
        "exit code 0" if healthy else "an exit code other than 0",
        f"exit code {code}; it printed: {output[-400:] or 'nothing'}",
    )


@pytest.mark.task(5)
def test_the_context_holds_what_the_build_needs(check, exercise, hand_in):
    """requirements.txt and the files of app/ are in the build context, and so is all that COPY names."""
    context = build_context(exercise, hand_in)
    missing = sorted(name for name in given_files(exercise) if name not in context and name != DEVELOPMENT)
    check.that(
        not missing, "the build context", f"it holds {RUNTIME} and app/", f"without {', '.join(missing)}"
    )
    build = replayed(check, exercise, hand_in)
    check.that(
        not build.missing, "the build", "each COPY finds its files in the context", "; ".join(build.missing)
    )


@pytest.mark.task(5)
def test_the_context_is_small_and_clean(check, exercise, hand_in):
    """No secret, history, environment or cache is in the build context, and it is at most 100,000 bytes."""
    context = build_context(exercise, hand_in)
    unwanted = sorted(name for name in context if MUST_STAY_OUT.search(name))
    call = "the build context that .dockerignore leaves of the working copy"
    check.that(
        not unwanted, call, "no .git, .venv, __pycache__, .env or .pem, at any depth", ", ".join(unwanted)
    )
    large = sorted(context, key=context.__getitem__, reverse=True)[:3]
    check.that(
        sum(context.values()) <= 100_000,
        call,
        "at most 100,000 bytes",
        f"{sum(context.values()):,} bytes; the largest are {', '.join(large)}",
    )


@pytest.mark.task(5)
def test_no_secret_is_in_the_image(check, exercise, hand_in):
    """No ARG or ENV has the name of a secret: both can be read from the finished image."""
    build = replayed(check, exercise, hand_in)
    check.at_least(1, len(build.stages), "the number of stages")
    for line, word, name in build.named:
        call = f"Dockerfile line {line}: {word} {name}"
        check.that(
            not SECRET_NAME.search(name), call, "secrets come when the container starts", f"{word} {name}"
        )


@pytest.mark.task(6)
def test_hadolint_has_nothing_to_say(check, hand_in, tmp_path):
    """Running hadolint finds nothing of level warning or error (but for the rules that the README names)."""
    (tmp_path / "hadolint.yaml").write_text("ignored: [DL3008, DL3018, DL3025]\n", encoding="utf-8")
    program = shutil.which("hadolint", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    command = [
        program,
        "--config",
        "hadolint.yaml",
        "--disable-ignore-pragma",
        "--no-fail",
        "--format",
        "json",
        "-",
    ]
    linter = subprocess.run(
        command, cwd=tmp_path, input=source_of(hand_in).encode(), capture_output=True, check=False, timeout=30
    )
    findings = [
        f"line {finding['line']}: {finding['code']} {finding['message']}"
        for finding in json.loads(linter.stdout)
        if finding["level"] in ("error", "warning")
    ]
    check.that(bool(source_of(hand_in).strip()), "Dockerfile", "a Dockerfile", "an empty file")
    check.that(not findings, "hadolint Dockerfile", "no warning and no error", "\n  ".join(findings))


@pytest.mark.task(6)
def test_the_image_works(check, exercise, hand_in, tmp_path, stand_in, http_server):
    """The build has all it needs; an engine that has the images builds, runs and stops it for real."""
    build = replayed(check, exercise, hand_in)
    check.that(
        not build.missing, "the build", "each COPY finds its files in the context", "; ".join(build.missing)
    )
    check.that(bool(build.stages[-1].argv), "the last stage", "a CMD or an ENTRYPOINT", "neither")
    engine = engine_with(build.images, tmp_path / "engine")
    if engine is None:
        print(NO_ENGINE)  # noqa: T201 - shown by pytest -rP
        return
    try:
        test_the_packages_arrive_without_the_development_tools(check, exercise, hand_in)
        test_the_app_arrives_whole(check, exercise, hand_in)
        test_the_user_is_not_root(check, exercise, hand_in)
        test_the_command_is_in_exec_form(check, exercise, hand_in)
        test_the_command_serves_and_ends_when_told(check, exercise, hand_in, stand_in)
        test_the_health_check_tells_the_truth(check, exercise, hand_in, stand_in, http_server, "well", True)
    except AssertionError:
        print(NOT_READY)  # noqa: T201
        return
    image = f"katas-dockerfile-{uuid.uuid4().hex}"
    before = engine.cache()
    try:
        built = engine.build(image, write_context(tmp_path / "context", exercise, hand_in), 70)
        if built.returncode:
            ours = write_control(tmp_path / "control", exercise, build, source_of(hand_in))
            if built.returncode == TOO_SLOW or engine.build(f"{image}-control", ours, 40).returncode:
                print(NO_BUILD)  # noqa: T201
                return
        check.equal(0, built.returncode, f"the build, which ended with\n{built.stderr[-1500:]}")
        run_for_real(check, engine, image, build.stages[-1])
    finally:
        engine.run("rmi", "--force", image, f"{image}-control")
        engine.forget(before)


def run_for_real(check, engine: "Engine", image: str, last: "Stage") -> None:
    """Start a container, wait until its health check succeeds, stop it."""
    name = f"{image}-running"
    probe = last.health.argv or [*last.shell, last.health.text]
    try:
        started = engine.run("run", "--detach", "--name", name, "--env", "SECRET_KEY=for-this-run", image)
        healthy = any(engine.run("exec", name, *probe).returncode == 0 for _ in range(50))
        logs = engine.run("logs", name)
        story = f"{started.stderr}{logs.stdout}{logs.stderr}"[-1500:]
        check.that(healthy, f"{last.health} in the container", "exit code 0", story)
        engine.run("stop", "-t", "10", name)
        code = engine.run("inspect", "--format", "{{.State.ExitCode}}", name).stdout.strip()
        check.equal("0", code, "the exit code of the container after SIGTERM (137: it had to be killed)")
    finally:
        engine.run("rm", "--force", name)


@dataclass(frozen=True)
class Engine:
    """Builds and runs images: docker with BuildKit, or podman. In ``folder`` docker notes what it built."""

    program: str
    folder: Path

    def run(self, *arguments: str, seconds: float = 20) -> subprocess.CompletedProcess[str]:
        """Run one command of the engine; the exit code is ``TOO_SLOW`` if it does not end in time."""
        command = [self.program, *arguments]
        try:
            return subprocess.run(
                command,
                env=os.environ | {"DOCKER_BUILDKIT": "1", "BUILDX_CONFIG": str(self.folder)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            return subprocess.CompletedProcess(command, TOO_SLOW, "", str(error))

    def build(self, image: str, context: Path, seconds: float) -> subprocess.CompletedProcess[str]:
        """Build an image; podman is told to keep no layers of it."""
        podman = "podman" in self.run("--version").stdout
        options = ["--layers=false", "--force-rm"] if podman else []
        return self.run("build", *options, "--tag", image, str(context), seconds=seconds)

    def cache(self) -> set[str]:
        """Return the ids of what docker keeps of builds; podman keeps nothing of ours."""
        row = "{{range .BuildCache}}{{println .ID}}{{end}}"
        return set(self.run("system", "df", "--verbose", "--format", row).stdout.split())

    def forget(self, before: set[str]) -> None:
        """Remove what came to the cache since ``before``; a stopped build lets go of it in the end."""
        for _ in range(5):
            ours = sorted(self.cache() - before)
            if not ours:
                return
            self.run("builder", "prune", "--all", "--force", "--filter", f"id={'|'.join(ours)}")


def engine_with(images: list[str], folder: Path) -> Engine | None:
    """Return the engine that has all these images, if there is one; nothing is ever pulled."""
    for name in ("docker", "podman"):
        engine = Engine(shutil.which(name) or "", folder)
        if engine.program and engine.run("image", "inspect", *images, seconds=5).returncode == 0:
            return engine
    return None


def write_control(folder: Path, exercise: Path, build: "Build", source: str) -> Path:
    """Write a context with a Dockerfile that asks the same of the engine: bases, network, and features."""
    folder.mkdir()
    for name in (RUNTIME, DEVELOPMENT):
        shutil.copyfile(exercise / name, folder / name)
    lines: list[str] = []
    stages = iter(build.stages)
    for step in steps_of(source):
        if step.word == "FROM":
            lines += [
                f"FROM {next(stages).image} AS tried{lines.count('USER 0')}",
                "USER 0",
                "COPY . /tried/",
            ]
        elif lines:
            lines += trial_of(step)
    last = [f"COPY --from=tried{number} /tried /{number}" for number in range(len(build.stages))]
    (folder / "Dockerfile").write_text("\n".join([*lines, "FROM scratch", *last]), encoding="utf-8")
    return folder


def trial_of(step: "Step") -> list[str]:
    """Return instructions that succeed where the engine has the network and the features that a step uses."""
    flags = [f"--{name}={value}" if value else f"--{name}" for name, value in step.flags]
    given = " ".join(flag for flag in flags if not re.match("--(from|chown|mount)=", flag))
    document = [f"{step.word} <<END{' /tried/' if step.word != 'RUN' else ''}\ntrue\nEND"] * bool(
        step.documents
    )
    match step.word:
        case "COPY" | "ADD":
            fetched = [f"ADD {word} /tried/" for word in step.words if "://" in word]
            return document + fetched + [f"{step.word} {given} {RUNTIME} /tried/"] * bool(given)
        case "HEALTHCHECK":
            return [f"HEALTHCHECK {given} CMD true"] * bool(given)
        case "RUN":
            text = " ".join([step.text, *(body for _, body in step.documents)])
            fetch = [f"python -m pip download --dest /fetched -r /tried/{DEVELOPMENT}"]
            lists = [tool for tool in ("apt-get", "apk") if re.search(rf"\b{tool}\s", text)]
            commands = [f"{tool} update" for tool in lists] + fetch * bool(INSTALLS.search(text))
            mounts = [mount for name, mount in step.flags if name == "mount"]
            flagged = " ".join(["RUN", given, *map(trial_of_a_mount, mounts), "true"])
            return [*document, flagged, *(f"RUN {one}" for one in commands)]
    return []


def trial_of_a_mount(mount: str) -> str:
    """Return a mount of the same type; nobody hands in a secret, so one that asks for it is refused."""
    kind = dict(part.partition("=")[::2] for part in mount.split(",")).get("type", "bind")
    return f"--mount=type={kind},target=/mounted" + (",required=true" if kind in ("secret", "ssh") else "")


def runs_python(check: object, last: "Stage") -> None:
    """Require that no shell stands between the engine and Python."""
    program = posixpath.basename((last.process or ["nothing"])[0])
    check.that(
        program.startswith("python"),
        f"ENTRYPOINT and CMD together: {last.argv}",
        f"the first program is python, or one of {', '.join(INITS)} and then python",
        program,
    )


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory):
    """The Python of the image: one that has the packages of requirements.txt and no others."""
    folder = tmp_path_factory.mktemp("image") / "venv"
    venv.EnvBuilder(symlinks=True).create(folder)
    site = next(folder.glob("lib/python*/site-packages"))
    for name in PACKAGES:
        package = Path(importlib.util.find_spec(name).origin).parent
        (site / name).symlink_to(package)
        for metadata in package.parent.glob(f"{name}-*.dist-info"):
            (site / metadata.name).symlink_to(metadata)
    (site / "sitecustomize.py").write_text(SITE_CUSTOMIZE, encoding="utf-8")
    return folder / "bin" / "python"


@pytest.fixture
def stand_in(tmp_path, programs, interpreter):
    """Plays the image where no engine is: its files, its variables and its programs."""
    return StandIn(tmp_path, programs, interpreter)


class StandIn:
    """A folder that stands for the image's file system, and programs that stand for the image's programs.

    Whatever binds a port gets a free one instead; a connection to port 8000 goes where the suite
    says; all others are refused.
    """

    def __init__(self, folder: Path, programs: object, interpreter: Path) -> None:
        self.root, self.bin, self.ports = folder / "root", folder / "bin", folder / "ports"
        self.programs, self.interpreter = programs, interpreter
        self.root.mkdir()
        self.bin.mkdir()
        for name in ("python", "python3", *(f"python3.{minor}" for minor in range(9, 20))):
            self.script(name, f'exec "{interpreter}" "$@"')
        for name in ("sh", "grep", "cat", "head", "sed", "tr", "env", "timeout", "test", "true", "false"):
            if found := shutil.which(name):
                (self.bin / name).symlink_to(found)

    def serve(self, stage: "Stage", exercise: Path) -> object:
        """Lay out the files of the stage and start its command among them."""
        for path, origin in stage.files.items():
            target = self.root / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            given = exercise / origin
            target.write_bytes(given.read_bytes() if origin in given_files(exercise) else origin.encode())
        return self.programs.start(
            [str(self.interpreter), *map(self.place, stage.process[1:])], *self.surroundings(stage, None)
        )

    def port_of(self, port: int) -> int:
        """Return the port that stands for ``port`` of the container."""
        pairs = (line.split() for line in self.ports.read_text(encoding="utf-8").splitlines())
        return int(next((real for declared, real in pairs if int(declared) == port), 0))

    def ask(self, port: int, path: str) -> tuple[int, bool]:
        """Send a GET and tell the status, and whether the board came back."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, b"Notice board" in answer.read()
        finally:
            connection.close()

    def probe(self, stage: "Stage", port: int | None) -> tuple[int, str]:
        """Run the health check of the stage; port 8000 is ``port``, or closed."""
        (self.root / "fetch.py").write_text(FETCH, encoding="utf-8")
        for tool in ("curl", "wget"):
            if stage.has_tool(tool):
                self.script(tool, f'exec "{self.interpreter}" "{self.root}/fetch.py" {tool} "$@"')
        argv = stage.health.argv or [*stage.shell, stage.health.text]
        if "alpine" not in stage.image or stage.has_tool("bash"):
            (self.bin / "bash").symlink_to(shutil.which("bash") or "/bin/sh")
        program = self.bin / posixpath.basename(argv[0])
        if not program.exists() or (program.name in ("sh", "bash") and "distroless" in stage.image):
            return (
                127,
                f"{argv[0]}: not found in the image {stage.image} or in what the last stage adds to it",
            )
        arguments = [
            PROGRAM_PATH.sub(r"\1", one) if program.name in ("sh", "bash") else one for one in argv[1:]
        ]
        running = self.programs.start([str(program), *arguments], *self.surroundings(stage, port))
        try:
            return running.stop(0), running.output
        except AssertionError:
            return 0 if port is None else 1, "it did not end within 10 s"

    def script(self, name: str, text: str) -> None:
        """Put a shell script among the programs."""
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def place(self, path: str) -> str:
        """Return where a path of the image lies; other arguments stay as they are."""
        target = self.root / path.lstrip("/")
        return str(target) if path.startswith("/") and target.exists() else path

    def surroundings(self, stage: "Stage", port: int | None) -> tuple[Path, dict[str, str]]:
        """Return the working directory and the variables of a process of the image."""
        folder = self.root / stage.workdir.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        variables = {**stage.env, "SECRET_KEY": "for-this-run", "PATH": str(self.bin)}
        if "PYTHONPATH" in variables:
            variables["PYTHONPATH"] = ":".join(map(self.place, variables["PYTHONPATH"].split(":")))
        return folder, variables | {"STAND_IN_PORTS": str(self.ports), "STAND_IN_PORT": str(port or "")}


SITE_CUSTOMIZE = """
import os, socket
connect_for_real, bind_for_real = socket.socket.connect, socket.socket.bind
def bind(self, address):
    bind_for_real(self, ("127.0.0.1", 0) if self.family == socket.AF_INET else address)
    with open(os.environ["STAND_IN_PORTS"], "a") as ports:
        ports.write(f"{address[1]} {self.getsockname()[1]}\\n")
def connect(self, address):
    port = os.environ["STAND_IN_PORT"]
    if self.family != socket.AF_INET or address[1] != 8000 or not port:
        raise ConnectionRefusedError(111, f"nobody listens at {address}")
    connect_for_real(self, ("127.0.0.1", int(port)))
def connect_ex(self, address):
    try:
        self.connect(address)
    except OSError as error:
        return error.errno
    return 0
socket.socket.bind, socket.socket.connect, socket.socket.connect_ex = bind, connect, connect_ex
"""

FETCH = """
import re, sys, urllib.error, urllib.request
url = next(one for one in sys.argv[2:] if re.match(r"https?://|localhost|127\\.|0\\.", one))
try:
    print(urllib.request.urlopen(url if "//" in url else "http://" + url).read().decode())
except urllib.error.HTTPError as error:
    fail = any(re.match(r"--fail|-[a-zA-Z]*f", one) for one in sys.argv[2:])
    sys.exit(8 if sys.argv[1] == "wget" else 22 if fail else 0)
except OSError as error:
    sys.exit(f"{error}")
"""

PROGRAM_PATH = re.compile(r"(?:/[\w.+-]+)+/(python[\d.]*|curl|wget)\b")


def given_files(exercise: Path) -> dict[str, int]:
    """Return the sizes of the files that the exercise gives: the requirements and the program."""
    found = [exercise / RUNTIME, exercise / DEVELOPMENT, *(exercise / "app").rglob("*")]
    return {
        path.relative_to(exercise).as_posix(): path.stat().st_size
        for path in found
        if path.is_file() and not MUST_STAY_OUT.search(path.relative_to(exercise).as_posix())
    }


def working_copy(exercise: Path) -> dict[str, int]:
    """Return path and size of all that lies in the author's working copy."""
    lines = (exercise / "checkout.txt").read_text(encoding="utf-8").splitlines()
    listed = (line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#"))
    return given_files(exercise) | {path: int(size) for size, path in listed} | MORE_OF_THE_SAME


def build_context(exercise: Path, hand_in: Path) -> dict[str, int]:
    """Return what of the working copy is sent to the builder."""
    file = hand_in / ".dockerignore"
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    patterns = ignore_patterns(text)
    return {path: size for path, size in working_copy(exercise).items() if not is_ignored(path, patterns)}


def write_context(folder: Path, exercise: Path, hand_in: Path) -> Path:
    """Lay out the working copy, with empty files in place of the listed ones, and what is handed in."""
    for name in working_copy(exercise):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        given = exercise / name
        (folder / name).write_bytes(given.read_bytes() if name in given_files(exercise) else b"")
    if (hand_in / ".dockerignore").is_file():
        shutil.copyfile(hand_in / ".dockerignore", folder / ".dockerignore")
    # "# syntax=" would pull an image: without it the engine reads the file with what it brings along
    source = re.sub(r"\A((?:#.*\n)*?)#\s*syntax\s*=.*\n", r"\1", source_of(hand_in), flags=re.I)
    (folder / "Dockerfile").write_text(source, encoding="utf-8")
    return folder


def ignore_patterns(text: str) -> list[tuple[bool, re.Pattern[str]]]:
    """Return the patterns of a .dockerignore in order, each with whether it takes back (``!``)."""
    patterns = []
    for line in text.splitlines():
        pattern = line.strip()
        if not pattern or line.startswith("#"):
            continue
        back, pattern = pattern.startswith("!"), pattern.removeprefix("!").strip()
        pattern = posixpath.normpath(pattern).lstrip("/")
        translated = ""
        for piece in re.findall(r"\*\*/|\*\*|\*|\?|\[[^\]]*\]|\\\\.|.", pattern):
            wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
            translated += wild.get(piece) or (piece if piece[0] in "[\\" and piece[1:] else re.escape(piece))
        try:
            patterns.append((back, re.compile(translated)))
        except (re.error, FutureWarning):
            call = f".dockerignore: {line}"
            raise AssertionError(f"called:   {call}\nexpected: a pattern\ngot:      no pattern") from None
    return patterns


def is_ignored(path: str, patterns: list[tuple[bool, re.Pattern[str]]]) -> bool:
    """Tell whether the path stays out; the last pattern that matches it or a folder above it decides."""
    steps = path.split("/")
    ways = ["/".join(steps[:count]) for count in range(1, len(steps) + 1)]
    ignored = False
    for back, pattern in patterns:
        if any(pattern.fullmatch(way) for way in ways):
            ignored = not back
    return ignored


@dataclass(frozen=True)
class Step:
    """One instruction; ``COPY --link a /b`` has word COPY, flags ``(("link", ""),)`` and text ``a /b``."""

    line: int
    word: str
    flags: tuple[tuple[str, str], ...]
    text: str
    documents: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.word} {self.text}"

    @property
    def argv(self) -> list[str] | None:
        """The strings of an instruction in exec (JSON) form, otherwise ``None``."""
        try:
            values = json.loads(self.text)
        except ValueError:
            return None
        return values if isinstance(values, list) and all(isinstance(one, str) for one in values) else None

    @property
    def words(self) -> list[str]:
        """The text split as the builder splits it."""
        try:
            return self.argv or shlex.split(self.text)
        except ValueError:
            return self.text.split()


def source_of(hand_in: Path) -> str:
    """Return the text of the Dockerfile, empty if there is none."""
    file = hand_in / "Dockerfile"
    return file.read_text(encoding="utf-8", errors="replace").replace("\0", " ") if file.is_file() else ""


def directives_of(source: str) -> dict[str, str]:
    """Return the parser directives (``# syntax=…``, ``# escape=…``) that the file starts with."""
    found = {}
    for line in source.splitlines():
        directive = re.fullmatch(r"#\s*(\w+)\s*=\s*(\S+)\s*", line)
        if not directive:
            break
        found[directive[1].lower()] = directive[2]
    return found


def steps_of(source: str) -> Iterator[Step]:
    """Read the instructions: comments, continued lines, flags and here-documents."""
    escape = directives_of(source).get("escape", "\\")
    lines = enumerate(source.splitlines(), 1)
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        text = line.strip()
        while text.endswith(escape):
            more = next(
                (next_ for _, next_ in lines if next_.strip() and not next_.lstrip().startswith("#")), ""
            )
            text = text.removesuffix(escape) + more.rstrip()
        word, _, rest = text.replace("\t", " ").partition(" ")
        flags = []
        while flag := re.match(r"\s*--([a-z-]+)(?:=(\S*))?(?:\s+|$)", rest):
            flags.append((flag[1], flag[2] or ""))
            rest = rest[flag.end() :]
        marks = re.findall(r"<<(-?)[\"']?(\w+)[\"']?", rest) if word.upper() in ("RUN", "COPY", "ADD") else []
        documents = tuple((mark, document(lines, mark, bool(dash))) for dash, mark in marks)
        yield Step(number, word.upper(), tuple(flags), rest.strip(), documents)


def document(lines: Iterator[tuple[int, str]], mark: str, tabs: bool) -> str:
    """Read a here-document up to its mark."""
    body = []
    for _, line in lines:
        if (line.lstrip("\t") if tabs else line) == mark:
            break
        body.append(f"{line}\n")
    return "".join(body)


def expand(text: str, values: Mapping[str, str]) -> str:
    """Put variables in: ``$a``, ``${a}``, ``${a:-default}``, ``${a:+other}``."""

    def value(found: re.Match[str]) -> str:
        known = values.get(found[1] or found[4], "")
        if found[2]:
            return expand(found[3], values) if (found[2] == "-") is not bool(known) else known
        return known

    return re.sub(r"(?<!\\)\$(?:\{(\w+)(?::?([-+])([^}]*))?\}|(\w+))", value, text)


def is_pinned(image: str) -> bool:
    """Tell whether an image has a digest, or a tag with a version of at least two numbers."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return bool(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) or re.search(r"(?<!\d)\d+\.\d+", tag))


@dataclass(frozen=True)
class Run:
    """A RUN: what it installs from, and the context files that its layer depends on."""

    line: int
    text: str
    installs: frozenset[str]
    inputs: frozenset[str]


@dataclass
class Stage:
    """What a stage has after the instructions so far. ``files`` are those that COPY and ADD brought."""

    name: str
    base: str
    image: str
    workdir: str = "/"
    user: str = ""
    shell: list[str] = field(default_factory=lambda: ["/bin/sh", "-c"])
    command: Step | None = None
    entrypoint: Step | None = None
    health: Step | None = None
    env: dict[str, str] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {"/"})
    inputs: set[str] = field(default_factory=set)
    runs: list[Run] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    copied: list[str] = field(default_factory=list)

    @property
    def argv(self) -> list[str]:
        """ENTRYPOINT and CMD together, as the engine starts them."""
        parts = [
            step.argv or ["/bin/sh", "-c", step.text] for step in (self.entrypoint, self.command) if step
        ]
        return [one for part in parts for one in part]

    @property
    def process(self) -> list[str]:
        """What becomes of ``argv`` behind an init such as tini, if there is one."""
        argv = self.argv
        if argv and posixpath.basename(argv[0]) in INITS:
            argv = argv[1:]
            while len(argv) > 1 and argv[0].startswith("-"):
                argv = argv[1:]
        return argv

    def expand(self, text: str) -> str:
        """Put the variables of this stage in."""
        return expand(text, {**self.args, **self.env})

    def path(self, text: str) -> str:
        """Return an absolute path, as seen from the working directory."""
        return posixpath.normpath(posixpath.join(self.workdir, text))

    def knows_user(self, name: str) -> bool:
        """Tell whether the image has this user: from its base, or by a RUN or a COPY of this stage."""
        made = any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", run.text) for run in self.runs)
        return made or name in ("nobody", "www-data", "daemon", "nonroot") or "/etc/passwd" in self.copied

    def has_tool(self, tool: str) -> bool:
        """Tell whether the image has curl or wget: from its base, installed, or copied from elsewhere."""
        repository, _, tag = self.image.partition("@")[0].rpartition("/")[2].partition(":")
        full = repository in ("python", "buildpack-deps") and not re.search("slim|alpine", tag)
        install = rf"\b(apt-get|apt|apk|dnf|microdnf|yum)\b[^;&|]*\b(install|add)\b[^;&|]*\b{tool}\b"
        return (
            full
            or ("alpine" in self.image and tool == "wget")
            or any(re.search(install, run.text) for run in self.runs)
            or any(posixpath.basename(path) == tool for path in self.copied)
        )

    def put(self, sources: list[str], target: str, tree: Mapping[str, str]) -> list[str]:
        """Copy files of ``tree`` (path to origin) as COPY does; return the sources that matched nothing."""
        empty = []
        into = self.path(target)
        for source in sources:
            steps = [step for step in source.split("/") if step not in ("", ".")]
            found = {
                path: path.split("/")[len(steps) :]
                for path in tree
                if path.count("/") + 1 >= len(steps) and all(map(fnmatch.fnmatchcase, path.split("/"), steps))
            }
            folder = len(sources) > 1 or len(found) > 1 or target.endswith(("/", ".")) or into in self.folders
            for path, rest in found.items():
                below = rest or ([posixpath.basename(path)] if folder else [])
                place = posixpath.join(into, *below)
                self.files[place] = tree[path]
                self.folders.add(posixpath.dirname(place))
            if not found:
                empty.append(source)
        return empty


@dataclass
class Build:
    """All stages of a Dockerfile, replayed on a build context without an engine."""

    context: Mapping[str, int]
    stages: list[Stage] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    named: list[tuple[int, str, str]] = field(default_factory=list)
    args: dict[str, str] = field(
        default_factory=lambda: {"TARGETPLATFORM": "linux/amd64", "TARGETARCH": "amd64"}
    )

    def installed(self, stage: Stage) -> set[str]:
        """Return the requirements files that were installed in a stage, or where it takes from."""
        own = {name for run in stage.runs for name in run.installs}
        return own.union(*(self.installed(self.stages[index]) for index in stage.taken))

    def replay(self, step: Step) -> None:
        """Do what one instruction does."""
        if step.word == "FROM":
            self.start(step)
        elif step.word == "ARG" and not self.stages:
            for name, _, value in (word.partition("=") for word in step.words):
                self.args[name] = expand(value, self.args)
                self.named.append((step.line, "ARG", name))
        elif self.stages:
            self.change(self.stages[-1], step)

    def start(self, step: Step) -> None:
        """Begin a stage, on an image or on an earlier stage."""
        base, _, name = [*step.words, "", "", ""][:3]
        base = expand(base, self.args)
        earlier = self.stage(base)
        if earlier is not None:
            stage = copy.deepcopy(self.stages[earlier])
            stage.name, stage.base, stage.args = name, base, {}
        else:
            stage = Stage(name, base, base)
            self.note(base)
        self.stages.append(stage)

    def stage(self, name: str, current: int = 0) -> int | None:
        """Return the index of the earlier stage with this name or number; ``current`` is 1 inside a stage."""
        names = [stage.name.lower() for stage in self.stages[: len(self.stages) - current]]
        if name and name.lower() in names:
            return names.index(name.lower())
        return int(name) if name.isdecimal() and int(name) < len(names) else None

    def note(self, image: str) -> None:
        """Remember an image of somebody else."""
        if image not in ("scratch", *self.images):
            self.images.append(image)

    def change(self, stage: Stage, step: Step) -> None:
        """Do what an instruction inside a stage does."""
        match step.word:
            case "ARG":
                for name, given, value in (word.partition("=") for word in step.words):
                    stage.args[name] = stage.expand(value) if given else self.args.get(name, "")
                    self.named.append((step.line, "ARG", name))
            case "ENV":
                words = step.words
                pairs = [word.split("=", 1) for word in words if "=" in word]
                if words and "=" not in words[0]:
                    pairs = [[words[0], " ".join(words[1:])]]
                stage.env.update({name: stage.expand(value) for name, value in pairs})
                self.named += [(step.line, "ENV", name) for name, _ in pairs]
            case "WORKDIR":
                stage.workdir = stage.path(stage.expand(step.text))
                stage.folders.add(stage.workdir)
            case "USER":
                stage.user = stage.expand(step.text)
            case "SHELL":
                stage.shell = step.argv or stage.shell
            case "CMD":
                stage.command = step
            case "ENTRYPOINT":
                stage.entrypoint = step
            case "HEALTHCHECK":
                test = re.sub(r"^CMD\s+", "", step.text, flags=re.I)
                stage.health = Step(
                    step.line, "HEALTHCHECK" if test == step.text else "HEALTHCHECK CMD", (), test
                )
            case "COPY" | "ADD":
                self.bring(stage, step)
            case "RUN":
                self.run(stage, step)

    def bring(self, stage: Stage, step: Step) -> None:
        """Do what COPY and ADD do."""
        *sources, target = [stage.expand(word) for word in step.words] or [""]
        stage.copied += [*sources, stage.path(target)]
        for mark, text in step.documents:
            stage.put([mark], target, {mark: text})
        sources = [source for source in sources if "://" not in source and not source.startswith("<<")]
        origin = expand(dict(step.flags).get("from", ""), self.args | stage.args)
        if not origin:
            before = set(stage.files)
            tree = {path: path for path in self.context}
            self.missing += [
                f"line {step.line}: {step}: the context has no {source}"
                for source in stage.put(sources, target, tree)
            ]
            stage.inputs |= {stage.files[path] for path in set(stage.files) - before}
        elif (index := self.stage(origin, 1)) is not None:
            stage.taken.add(index)
            tree = {path.lstrip("/"): file for path, file in self.stages[index].files.items()}
            before = set(stage.files)
            stage.put(sources, target, tree)
            stage.inputs |= {stage.files[path] for path in set(stage.files) - before}
        else:
            self.note(origin)

    def run(self, stage: Stage, step: Step) -> None:
        """Note what a RUN depends on and what it installs; what else it does is not followed."""
        known = {posixpath.basename(path): origin for path, origin in stage.files.items()}
        for flag, value in step.flags:
            mount = dict(part.partition("=")[::2] for part in value.split(","))
            if flag != "mount" or mount.get("type", "bind") not in ("bind", "cache"):
                continue
            origin = expand(mount.get("from", ""), self.args | stage.args)
            if origin and (index := self.stage(origin, 1)) is not None:
                stage.taken.add(index)
            elif origin:
                self.note(origin)
            elif mount.get("type", "bind") == "bind":
                source = (mount.get("source") or mount.get("src") or "").strip("/.")
                seen = {path for path in self.context if not source or f"{path}/".startswith(f"{source}/")}
                stage.inputs |= seen
                target = mount.get("target") or mount.get("dst") or mount.get("destination") or ""
                known |= {posixpath.basename(target if path == source else path): path for path in seen}
        text = stage.expand(" ".join([step.text, *(body for _, body in step.documents)]))
        installs = set()
        if INSTALLS.search(text):
            mentioned = {posixpath.basename(word.strip("\"',;()[]")) for word in re.split(r"[\s=<]+", text)}
            installs = {known.get(word, "") for word in mentioned} & {RUNTIME, DEVELOPMENT}
            if re.search(r"\b(install|add)\b.*\b(pytest|ruff)\b", text, re.S):
                installs.add(DEVELOPMENT)
        stage.runs.append(Run(step.line, text, frozenset(installs), frozenset(stage.inputs)))


def replayed(check: object, exercise: Path, hand_in: Path) -> Build:
    """Replay the hand-in; a Dockerfile without a stage is refused here."""
    source = source_of(hand_in)
    build = Build(build_context(exercise, hand_in))
    for step in steps_of(source):
        build.replay(step)
    check.that(bool(build.stages), "Dockerfile", "at least one FROM", "none")
    return build
