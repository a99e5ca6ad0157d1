"""The learner's WSGI applications, each served from a process of its own."""

import json
import re
import socket
import subprocess
import sys
import threading

import pytest
import requests

from grader.checks import Mismatch
from grader.fixtures.programs import Programs
from grader.fixtures.sites import ANSWER, Hosts, Sites

APPLICATION = """
import os, sys
print("imported")
VISITS = []

def create_app(greeting="hello"):
    def app(environ, start_response):
        VISITS.append(1)
        print("visit", len(VISITS))
        path = environ["PATH_INFO"]
        headers = [("Content-Type", "text/plain"), ("Set-Cookie", "a=1")]
        if path == "/away":
            start_response("302 Found", [("Location", "/")])
            return [b""]
        if path == "/end":
            os._exit(3)
        start_response("200 OK", headers)
        told = [greeting, len(VISITS), os.getcwd(), environ.get("HTTP_COOKIE"), os.getpid()]
        return [repr(told).encode()]
    return app

def broken(**arguments):
    print("about to fail")
    raise ValueError("no such application")
"""


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    """The hosts of a suite whose hand-in has an application, and modules that cannot be imported."""
    folder = tmp_path_factory.mktemp("hand_in")
    (folder / "application.py").write_text(APPLICATION, encoding="utf-8")
    (folder / "mistaken.py").write_text("import nothing_like_that\n", encoding="utf-8")
    with Programs(tmp_path_factory.mktemp("hosts")) as programs:
        yield Hosts(programs, folder)


@pytest.fixture
def sites(hosts, tmp_path):
    """What one case of a suite uses."""
    yield Sites(hosts, tmp_path)
    hosts.end_case()


def told(site, path="/"):
    """Return what the application tells: greeting, visits, folder, cookie, process."""
    answer = site.request("GET", path)
    assert 200 == answer.status_code
    return eval(answer.text)


def test_an_application_is_served_in_the_folder_of_the_case(sites, tmp_path):
    """Its arguments cross, and what it writes lands below tmp_path."""
    greeting, visits, folder, cookie, _ = told(sites.serve("application", greeting="good day"))
    assert ("good day", 1, str(tmp_path.resolve()), None) == (greeting, visits, folder, cookie)


def test_two_applications_share_nothing(sites):
    """Each has its own process, and the state of one is not seen by the other."""
    one, other = sites.serve("application"), sites.serve("application")
    assert one.url != other.url
    assert [1, 2, 3] == [told(one)[1] for _ in range(3)]
    assert 1 == told(other)[1]
    assert told(one)[4] != told(other)[4]


def test_cookies_are_not_kept_and_redirects_not_followed(sites):
    """A request says only what the suite says."""
    site = sites.serve("application")
    assert [None, None] == [told(site)[3] for _ in range(2)]
    assert "b=2" == eval(site.request("GET", "/", headers={"Cookie": "b=2"}).text)[3]
    assert 302 == site.request("GET", "/away").status_code
    assert 200 == site.request("GET", "/away", allow_redirects=True).status_code


def test_several_threads_may_ask(sites):
    """An application is served by as many threads as ask."""
    site = sites.serve("application")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(told(site))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 4 == len(answers)


def test_a_site_that_is_stopped_is_gone(sites):
    """Stopping one does not touch the other, and stopping again is no mistake."""
    one, other = sites.serve("application"), sites.serve("application")
    one.stop()
    one.stop()
    with pytest.raises(requests.ConnectionError):
        one.request("GET", "/")
    assert 1 == told(other)[1]


def test_a_site_that_ended_by_itself_is_no_trouble(sites):
    """An application may leave in the middle of a request; the next one is served."""
    site = sites.serve("application")
    with pytest.raises(requests.ConnectionError):
        site.request("GET", "/end")
    assert 1 == told(sites.serve("application"))[1]


def test_what_an_application_printed_is_shown_with_the_case(hosts, tmp_path, capsys):
    """Output belongs to the case that made it, without the lines of the host itself."""
    told(Sites(hosts, tmp_path).serve("application"))
    hosts.end_case()
    assert "visit 1\n" in capsys.readouterr().out.replace("imported\n", "")
    hosts.end_case()
    assert "" == capsys.readouterr().out


def test_a_factory_that_fails_says_what_it_printed(sites):
    """The failure names the call and ends with the exception; another application is served."""
    with pytest.raises(Mismatch) as caught:
        sites.serve("application", "broken", size=3)
    message = str(caught.value)
    assert message.startswith(
        "called:   application.broken(size=3)\nexpected: it returns a WSGI application\n"
    )
    assert message.endswith("  ValueError: no such application")
    assert 1 == told(sites.serve("application"))[1]


def test_a_module_that_cannot_be_imported_says_why_and_is_not_tried_again(sites):
    """The second case of a suite fails at once, with the same words."""
    messages = []
    for _ in range(2):
        with pytest.raises(Mismatch) as caught:
            sites.serve("mistaken")
        messages.append(str(caught.value))
    assert "No module named 'nothing_like_that'" in messages[0]
    assert messages[0] == messages[1]


def test_a_host_ends_with_its_input(hosts, tmp_path):
    """Applications that nobody stopped end with their host."""
    orders = [
        {"number": 1, "factory": "create_app", "arguments": {}, "folder": str(tmp_path)},
        {"number": 2, "factory": "broken", "arguments": {}, "folder": str(tmp_path)},
        {"number": 3, "stop": 1},
        {"number": 4, "factory": "create_app", "arguments": {}, "folder": str(tmp_path)},
    ]
    command = [sys.executable, "-I", "-m", "grader.fixtures.sites", str(hosts._hand_in), "application"]
    lines = "".join(json.dumps(order) + "\n" for order in orders)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=60)
    answers = [line.removeprefix(ANSWER) for line in done.stdout.splitlines() if line.startswith(ANSWER)]
    assert ["ready", "1", "2 failed", "3 stopped", "4"] == [re.sub(r" \d+$", "", line) for line in answers]
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", int(answers[-1].split()[1])))


def test_a_host_that_is_gone_is_started_anew(hosts, tmp_path):
    """A host that somebody killed costs one case and not the suite."""
    sites = Sites(hosts, tmp_path)
    sites.serve("application")
    hosts.get("application")._program.kill()
    with pytest.raises(Mismatch, match="ended with exit code"):
        sites.serve("application")
    hosts.end_case()
    assert 1 == told(sites.serve("application"))[1]
    hosts.end_case()
