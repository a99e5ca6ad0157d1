"""The application as an object."""

import json
from collections.abc import Callable, Mapping
from datetime import date

from vouchers.domain import Refused, Voucher
from vouchers.store import Store


class Desk:
    def __init__(self, store: Store, today: Callable[[], date]) -> None:
        self._store = store
        self._today = today

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: bytes):
        more = {"Content-Type": "application/json; charset=utf-8"}
        try:
            status, voucher = self._done(method, path.split("/")[1:], body)
            content = {
                "note": voucher.note,
                "expires": str(voucher.expires),
                "cents": voucher.cents,
                "code": voucher.code,
            }
            if status == 201:
                more["Location"] = f"http://{headers['host']}/vouchers/{voucher.code}"
        except KeyError:
            status, content = 404, {"error": "unknown"}
        except Refused:
            status, content = 409, {"error": "refused"}
        except ValueError:
            status, content = 400, {"error": "bad"}
        data = json.dumps(content).encode("ascii")
        return status, {"Content-Length": str(len(data))} | more, data

    def _done(self, method: str, place: list[str], body: bytes) -> tuple[int, Voucher]:
        action = (method, place[0], *place[2:])
        if action == ("POST", "vouchers") and len(place) == 1:
            cents, note = self._order(body)
            return 201, self._store.issue(cents, self._today(), note)
        if action == ("GET", "vouchers") and len(place) == 2:
            return 200, self._store.get(place[1])
        if action == ("POST", "vouchers", "payments"):
            return 200, self._store.redeem(place[1], self._order(body)[0], self._today())
        raise KeyError(action)

    @staticmethod
    def _order(body: bytes) -> tuple[int, str]:
        match json.loads(body or b"null"):
            case {"cents": int(cents), **rest} if cents > 0 and cents is not True:
                return cents, rest.get("note", "")
        raise ValueError(body)


def make_app(store: Store, today: Callable[[], date]) -> Desk:
    return Desk(store, today)
