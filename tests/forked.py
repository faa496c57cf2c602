"""A program ``cecli`` that starts in a fiftieth of a second: a child of a process that has imported everything.

What it does is what ``cecli`` does, from ``cecli.__main__.script`` on, with the arguments, environment, directory and
standard descriptors of its caller. It does not take limits or signals: where the process is what is tested, run
``python -m cecli``.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

PRELOADED = [
    "numpy",
    "scipy.special",
    "scipy.stats",
    "pyarrow",
    "pyarrow.csv",
    "pyarrow.parquet",
    "rich.console",
    "statistics",
]

CLIENT = f"""#!{sys.executable} -IS
import os, signal, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({{address!r}})
    socket.send_fds(server, [b"x"], [0, 1, 2])
    words = [os.getcwdb(), str(len(sys.argv) - 1).encode(), *map(os.fsencode, sys.argv[1:])]
    words += [name + b"=" + value for name, value in os.environb.items()]
    server.sendall(b"\\0".join(words))
    server.shutdown(socket.SHUT_WR)
    status = int(server.recv(16) or 70)
if status < 0:
    signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
sys.exit(status)
"""


@functools.cache
def programs():
    """The folder with the program, for the front of a PATH; that of this Python where processes do not fork."""
    if not hasattr(os, "fork"):
        return Path(sys.executable).parent
    folder = Path(tempfile.mkdtemp(prefix="cecli-forked-"))  # of pytest's the paths may be too long for a socket
    address = str(folder / "socket")
    server = subprocess.Popen(
        [sys.executable, __file__, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )
    atexit.register(_stop, server, folder)
    assert server.stdout.read(5) == b"ready", "no server of forks"
    program = folder / "cecli"
    program.write_text(CLIENT.format(address=address))
    program.chmod(0o755)
    return folder


def _stop(server, folder):
    server.stdin.close()  # which it ends with, so that it does if this process is killed, too
    server.wait()
    server.stdout.close()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def serve(address):
    """Fork for every caller, until standard input is closed."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.path.insert(0, os.getcwd())
    main = _imported()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        os.write(1, b"ready")
        while listener in select.select([listener, 0], [], [])[0]:
            caller, _ = listener.accept()
            if not os.fork():
                listener.close()
                with contextlib.suppress(BrokenPipeError):
                    caller.sendall(str(_answer(caller, main)).encode())
                os._exit(0)
            caller.close()
            _reap()


def _imported():
    """``cecli.__main__``, with everything that a call may import in memory."""
    import cecli

    names = [module.name for module in pkgutil.walk_packages(cecli.__path__, "cecli.")]
    for name in [*PRELOADED, *names]:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what the collector never visits, the children share
    return sys.modules["cecli.__main__"]


def _reap():
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _answer(caller, main):
    """The status with which the program ends for a caller: negative, the signal that ended it."""
    _, files, _, _ = socket.recv_fds(caller, 1, 3)
    with caller.makefile("rb") as request:
        folder, count, *words = request.read().split(b"\0")
    child = os.fork()
    if not child:
        caller.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(folder)
        os.environb.clear()
        os.environb.update(word.split(b"=", 1) for word in words[int(count) :])
        _become(main, [os.fsdecode(word) for word in words[: int(count)]])
    for file in files:
        os.close(file)  # or whoever reads what the child writes would wait for this process
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _become(main, arguments):
    """Be ``python -m cecli``."""
    sys.argv, sys.path[0], sys.modules["__main__"] = [main.__file__, *arguments], os.getcwd(), main
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        old, buffering = getattr(sys, name), 1 if number == 2 or os.isatty(number) else -1
        new = open(  # noqa: SIM115
            number, "w" if number else "r", buffering, encoding=old.encoding, errors=old.errors, closefd=False
        )
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)
    main.script()


if __name__ == "__main__":
    serve(sys.argv[1])
