"""`breve serve` with both models, for the benchmarks that go through HTTP."""
import contextlib
import http.client
import json
import socket
import subprocess
import time

import machine
import shapes

_added = set()  # the homes whose models are known by name


class NotStarted(Exception):
    """Why the service is not there, in words for the user."""


def environment(setting):
    """None of the user's own models or settings take part."""
    kept = {name: value for name, value in machine.clean_environment().items() if not name.startswith(("BREVE_", "HF_"))}
    return {**kept, "HF_HOME": str(setting.home / "hub"), "XDG_CONFIG_HOME": str(setting.home / "no-settings")}


def configuration(setting, options):
    """A settings file: what every benchmark has, and `options`, by section and key."""
    sections = {
        "server": {}, "limits": {}, "log": {"level": "warn"},
        "models": {
            "data_directory": str(setting.home / "breve"), "threads": setting.threads,
            "load_at_start": [shape.name for shape in shapes.SHAPES],
            "summarizer": shapes.SUMMARIZER.name, "translators": [shapes.TRANSLATOR.name],
        },
    }
    for name, value in options.items():
        section, key = name.split(".")
        sections[section][key] = value
    lines = []
    for section, values in sections.items():
        # Strings, numbers, booleans and lists of strings look the same in TOML and JSON.
        lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    path = setting.home / "breve.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(setting, *arguments):
    command = [setting.programs["breve"], *map(str, arguments)]
    return subprocess.run(command, env=environment(setting), capture_output=True, text=True)


def knows(setting, key):
    """Whether this breve has the setting `key`, such as models.threads."""
    section, name = key.split(".")
    listing = run(setting, "config").stdout.split(f"[{section}]", 1)[-1].split("\n[", 1)[0]
    return any(line.startswith(f"{name} =") for line in listing.splitlines())


def add_models(setting):
    """Makes both shapes known by their names, once a run: a model may have been built again since the last."""
    if setting.home in _added:
        return
    settings = configuration(setting, {"models.load_at_start": [], "models.summarizer": "", "models.translators": []})
    for shape in shapes.SHAPES:
        added = run(setting, "--config", settings, "models", "add", setting.models / shape.name, "--id", shape.name)
        if added.returncode != 0:
            raise NotStarted(added.stderr.strip())
    _added.add(setting.home)


class Service:
    """A running service."""

    def __init__(self, setting, options):
        add_models(setting)
        self.port = free_port()
        own = {"server.bind": f"127.0.0.1:{self.port}"}
        if knows(setting, "limits.cache_mib"):
            own["limits.cache_mib"] = 0  # the same article comes more than once, and is to be work each time
        settings = configuration(setting, {**own, **options})
        self._log = open(setting.logs / "serve.log", "w+", encoding="utf-8")
        command = [setting.programs["breve"], "--config", str(settings), "serve"]
        began = time.monotonic()
        self._process = subprocess.Popen(command, env=environment(setting), stdout=self._log, stderr=self._log)
        try:
            self._wait(timeout_s=600)
        except BaseException:
            self.close()
            raise
        self.start_s = time.monotonic() - began

    def _wait(self, timeout_s):
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise NotStarted(self._last_line())
            with contextlib.suppress(OSError, http.client.HTTPException):
                with Client(self.port, timeout_s=5) as client:
                    if client.get("/health/ready") == 200:
                        return
            time.sleep(0.01)
        raise NotStarted(f"it was not ready within {timeout_s} s: {self._last_line()}")

    def _last_line(self):
        self._log.seek(0)
        lines = self._log.read().strip().splitlines()
        return lines[-1] if lines else f"it ended with exit code {self._process.poll()}"

    def memory(self):
        return machine.memory_mb(self._process.pid)

    def alive(self):
        return self._process.poll() is None

    def close(self):
        self._process.terminate()
        try:
            self._process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Client:
    """One connection that is kept open."""

    def __init__(self, port, timeout_s=900):
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)

    def get(self, path):
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        response.read()
        return response.status

    def post(self, path, body):
        """The status, the answer, the seconds it took, and what Retry-After says."""
        began = time.monotonic()
        try:
            self._connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            return f"no answer ({type(error).__name__})", None, time.monotonic() - began, None
        seconds = time.monotonic() - began
        return response.status, json.loads(text), seconds, response.getheader("retry-after")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# What random weights write would all be found at fault, and tried again: the models are timed, not the checks.
UNCHECKED = {"source": "en", "checks": False}


def summarize(text):
    body = {"text": text, "targets": ["en"], "mode": "abstractive", "model": shapes.SUMMARIZER.name, **UNCHECKED}
    return "/v1/summarize", body


def translate(text):
    return "/v1/translate", {"text": text, "target": "es", "model": shapes.TRANSLATOR.name, **UNCHECKED}
