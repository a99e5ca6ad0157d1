"""Five tests that are run where the network, the disk and new processes are barred (task 5)."""

import threading
from datetime import date
from http.client import HTTPConnection
from socketserver import BaseRequestHandler, TCPServer

import pytest
from vouchers.domain import make_code
from vouchers.store import Store
from vouchers.web import make_app


def test_file(tmp_path):
    Store(tmp_path / "desk.db").close()


def test_memory():
    store = Store(":memory:")
    code = store.issue(500, date(2027, 4, 5)).code
    assert store.get(code).cents == 500
    store.close()


def test_memory_opened_twice():
    first, second = Store(":memory:"), Store(":memory:")
    try:
        code = first.issue(500, date(2027, 4, 5)).code
        with pytest.raises(KeyError):
            second.get(code)
    finally:
        first.close()
        second.close()


def test_application():
    store = Store(":memory:")
    store.issue(500, date(2027, 4, 5))
    app = make_app(store, lambda: date(2027, 4, 5))
    assert app("GET", f"/vouchers/{make_code(1)}", {"host": "desk.example"}, b"")[0] == 200
    store.close()


def test_server_in_a_thread():
    with TCPServer(("127.0.0.1", 0), BaseRequestHandler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        HTTPConnection("127.0.0.1", server.server_address[1]).connect()
        thread.join()
