"""Servers on the loopback, processes of their own: a Dask cluster, and a store that speaks S3."""

import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager


class Cluster:
    """A scheduler and its workers, processes of their own."""

    def __init__(self, environment, folder):
        self.environment, self.folder = environment, folder
        self.log = (folder / "log").open("wb")
        file = folder / "scheduler.json"
        self.scheduler = self.call("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", file)
        self.workers = []
        for _ in range(600):
            if file.exists() and file.read_text().endswith("}"):
                break
            time.sleep(0.05)
        self.address = re.search(r'"address": "([^"]+)"', file.read_text())[1]

    def call(self, what, *options):
        arguments = [sys.executable, "-W", "ignore", "-m", "dask", what, *map(str, options)]
        return subprocess.Popen(
            arguments, stdout=self.log, stderr=self.log, env=self.environment, cwd=self.folder, start_new_session=True
        )

    def start(self):
        worker = self.call("worker", self.address, "--nthreads", 1, "--no-dashboard", "--no-nanny")
        self.workers.append(worker)
        return worker

    def tasks(self):
        """How many tasks the scheduler knows of."""
        import distributed

        with distributed.Client(self.address, set_as_default=False) as client:
            return client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))

    def wait_for(self, workers):
        import distributed

        with distributed.Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)

    def stop(self):
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()
        self.log.close()


@contextmanager
def s3_server(environment, folder):
    """The environment that leads to a store; its logs are in ``folder``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "log").open("wb")
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                              stdout=log, stderr=log, env=environment)  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/moto-api/").close()
                break
            except OSError:
                assert server.poll() is None, "moto did not start"
                time.sleep(0.1)
        yield {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    finally:
        server.terminate()
        server.wait()
        log.close()


def put_all(url, bucket, folder):
    """Make a bucket of the files of a folder."""
    put(f"{url}/{bucket}")
    for file in folder.glob("**/*"):
        if file.is_file():
            put(f"{url}/{bucket}/{file.relative_to(folder)}", file.read_bytes())


def put(url, data=b""):
    """Store an object, or make a bucket."""
    head = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request",
        "Content-Type": "application/octet-stream",
    }
    request = urllib.request.Request(url, data=data, method="PUT", headers=head)
    urllib.request.urlopen(request).close()
