"""The desk as an application: a request comes in as values, an answer goes out as values."""

import json
from collections.abc import Callable, Mapping
from datetime import date

from vouchers.domain import Refused, Voucher
from vouchers.store import Store

Answer = tuple[int, dict[str, str], bytes]
App = Callable[[str, str, Mapping[str, str], bytes], Answer]


def make_app(store: Store, today: Callable[[], date]) -> App:
    """Return the application; ``today`` is asked at each request."""

    def app(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            status, content = respond(store, today(), method, path, body)
        except KeyError:
            status, content = 404, {"error": "there is nothing here"}
        except Refused as refusal:
            status, content = 409, {"error": str(refusal)}
        except ValueError:
            status, content = 400, {"error": "the body is not as it should be"}
        text = json.dumps(content, ensure_ascii=False)
        data = text.encode()
        sent = {"Content-Type": "application/json", "Content-Length": str(len(data))}
        if status == 201:
            sent["Location"] = f"http://{headers['host']}/vouchers/{content['code']}"
        return status, sent, data

    return app


def respond(store: Store, day: date, method: str, path: str, body: bytes) -> tuple[int, dict[str, object]]:
    """Return status and content of the answer to one request."""
    match method, path.strip("/").split("/"):
        case "POST", ["vouchers"]:
            order = read(body)
            return 201, shown(store.issue(order["cents"], day, str(order.get("note", ""))))
        case "GET", ["vouchers", code]:
            return 200, shown(store.get(code))
        case "POST", ["vouchers", code, "payments"]:
            return 200, shown(store.redeem(code, read(body)["cents"], day))
    raise KeyError(path)


def read(body: bytes) -> dict:
    """Return the JSON object that came with a request; its ``cents`` are a positive number."""
    order = json.loads(body)
    if type(order) is not dict or type(order.get("cents")) is not int or order["cents"] < 1:
        raise ValueError("cents")
    return order


def shown(voucher: Voucher) -> dict[str, object]:
    """Return a voucher as JSON knows it."""
    return voucher._asdict() | {"expires": voucher.expires.isoformat()}
