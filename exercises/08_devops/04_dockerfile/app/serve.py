"""Serve the notice board on port 8000 until somebody says stop: ``python serve.py``."""

import signal
import threading
from types import FrameType

from board import create_app
from werkzeug.serving import make_server

PORT = 8000


def main() -> None:
    """Serve; on SIGTERM finish the requests that are open, and end with exit code 0."""
    server = make_server("0.0.0.0", PORT, create_app(), threaded=True)

    def stop(number: int, frame: FrameType | None) -> None:
        # shutdown() waits for serve_forever(), which this very thread is running
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    print(f"listening on port {PORT}", flush=True)  # noqa: T201 - a server says when it is ready
    server.serve_forever()
    server.server_close()
    print("stopped", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
