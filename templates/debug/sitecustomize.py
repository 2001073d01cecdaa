# Read by every Python of this image, which is for developing alone: a process begins to listen to debuggers when it is
# asked to by a signal, and costs nothing until then.
import signal
import threading


def _listen(*_):
    import os

    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    import debugpy

    if not debugpy.is_client_connected():
        try:
            debugpy.listen(("127.0.0.1", 5678))
        except (OSError, RuntimeError):
            pass  # another process of this container listens already


if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGRTMIN + 7, _listen)
