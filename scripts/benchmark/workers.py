"""A system under test as a process: started, asked, stopped, and held still while others are timed."""
import json
import os
import select
import signal
import subprocess
import time

import machine


class Failed(Exception):
    """What a worker could not do, in words for the user."""


class Worker:
    def __init__(self, system, command, log):
        self.system, self._log = system, log
        began = time.monotonic()
        self._errors = open(log, "w", encoding="utf-8")
        # A session of its own: signals then reach whatever it starts, and a Ctrl-C here does not reach it.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
            env=machine.clean_environment(), start_new_session=True)
        try:
            self._answer(timeout_s=600)
        except BaseException:
            self.close()
            raise
        self.start_s = time.monotonic() - began

    def ask(self, job, timeout_s=900):
        """The answer to `job`: its seconds and outputs. The process is awake only while it answers."""
        self._signal(signal.SIGCONT)
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
            return self._answer(timeout_s)
        except BrokenPipeError:
            raise Failed(self._last_words("it ended")) from None
        finally:
            self.hold()

    def hold(self):
        """Stops the process where it stands: threads that spin while they wait for work would slow down the others."""
        self._signal(signal.SIGSTOP)

    def memory(self):
        return machine.memory_mb(self._process.pid)

    def close(self):
        self._signal(signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            try:
                stream.close()
            except BrokenPipeError:
                pass

    def _signal(self, number):
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            pass

    def _answer(self, timeout_s):
        if not select.select([self._process.stdout], [], [], timeout_s)[0]:
            raise Failed(f"no answer within {timeout_s} s")
        line = self._process.stdout.readline()
        if not line:
            raise Failed(self._last_words("it ended"))
        answer = json.loads(line)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def _last_words(self, what):
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f"{what}: {lines[-1]}" if lines else what
