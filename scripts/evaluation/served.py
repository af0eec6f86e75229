"""`breve serve` with the user's own models and settings, and what the stages ask of it."""
import json
import os
import pathlib
import subprocess
import sys

import sets

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "benchmark"))
import breve  # noqa: E402

BATCH = 50  # texts in one request for translation
PROBE = "The city council approved the plan on Monday. Works begin in May. Nobody left the room."


class Failed(Exception):
    """Why a stage has no figures, in words for the user."""


class Service(breve.Service):
    """A running service on a free port of this machine."""

    def __init__(self, program, log, summarizer, translator):
        self.port = breve.free_port()
        environment = {
            **os.environ, "BREVE__SERVER__BIND": f"127.0.0.1:{self.port}", "BREVE__LOG__LEVEL": "warn",
            "BREVE__LIMITS__REQUEST_TIMEOUT_MS": "600000",
            # What is measured is work: the same article comes more than once.
            "BREVE__LIMITS__CACHE_MIB": "0",
        }
        if summarizer:
            environment["BREVE__MODELS__SUMMARIZER"] = summarizer
        if translator:
            environment["BREVE__MODELS__TRANSLATORS"] = translator
        self._log = open(log, "w+", encoding="utf-8")
        self._process = subprocess.Popen([program, "serve"], env=environment, stdout=self._log, stderr=self._log)
        try:
            self._wait(timeout_s=600)
        except BaseException:
            self.close()
            raise


class Breve:
    """The answers of a service; each set is asked for once, whatever stages use it."""

    def __init__(self, options, service, say):
        self.options, self.say = options, say
        self._client = breve.Client(service.port)
        self._summaries, self._translations = {}, {}
        self._probe()

    def _probe(self):
        """Which switches this breve has, and which models answer."""
        answer = self._post("/v1/summarize", self.summary_request(PROBE, 1))
        self.models = {name: answer["models"].get(name) for name in ("summarizer", "translator")}
        for name, model in self.models.items():
            wanted = getattr(self.options, name)
            if wanted and (model or "").split("@")[0] != wanted:
                raise Failed(f"{name} {wanted} was asked for and {model} answers: is it installed? `breve models list`")
        asked = [(path, field) for path in ("summarize", "translate") for field in ("checks", "strict")]
        self.switches = {(path, field): self._has(path, field) for path, field in asked}

    def _has(self, path, field):
        request = self.summary_request(PROBE, 1) if path == "summarize" else self.translation_request(PROBE)
        status, answer, _, _ = self._client.post(f"/v1/{path}", {**request, field: True})
        if status not in (200, 400):
            raise Failed(f"POST /v1/{path} with `{field}` answered {status}: {json.dumps(answer, ensure_ascii=False)}")
        return status == 200

    def need(self, path, field):
        if not self.switches[path, field]:
            raise Failed(f"this breve refuses `{field}` in POST /v1/{path}")

    def summary_request(self, text, sentences, **more):
        model = {"model": self.options.summarizer} if self.options.summarizer else {}
        return {"text": text, "source": "en", "targets": ["en", "es"], "sentences": sentences, **model, **more}

    def translation_request(self, text, **more):
        model = {"model": self.options.translator} if self.options.translator else {}
        return {"text": text, "source": "en", "target": "es", **model, **more}

    def _post(self, path, body):
        return self.timed(path, body)[0]

    def timed(self, path, body):
        """The answer and the seconds that it took."""
        status, answer, seconds, _ = self._client.post(path, body)
        if isinstance(status, str):
            # The service closes connections that were not used for a while, as they are not while answers are scored.
            status, answer, seconds, _ = self._client.post(path, body)
        if status != 200:
            raise Failed(f"POST {path} answered {status}: {json.dumps(answer, ensure_ascii=False)}")
        return answer, seconds

    def items(self, name):
        path = self.options.evaluation / "summarization" / f"{name}.jsonl"
        if not path.is_file():
            raise Failed(f"there is no {path}: name the evaluation folder with --evaluation")
        return sets.read(path)[:self.options.limit]

    def lines(self, name, language):
        path = self.options.evaluation / "translation" / f"{name}.{language}"
        if not path.is_file():
            raise Failed(f"there is no {path}: name the evaluation folder with --evaluation")
        return path.read_text(encoding="utf-8").splitlines()[:self.options.limit]

    def summaries(self, name, strict=False):
        """The answers for a set of articles, in order."""
        if (name, strict) not in self._summaries:
            if strict:
                self.need("summarize", "strict")
            more = {"strict": True} if strict else {}
            if self.switches["summarize", "checks"]:
                more["checks"] = True
            items, answers = self.items(name), []
            for item in items:
                request = self.summary_request(item["article"], sets.SETS[name], **more)
                answers.append(self._post("/v1/summarize", request))
                if len(answers) % 50 == 0 or len(answers) == len(items):
                    self.say(f"{name}{', strict' if strict else ''}: {len(answers)} of {len(items)} articles")
            self._summaries[name, strict] = answers
        return self._summaries[name, strict]

    def translations(self, name, checks):
        """The Spanish lines for a set; `checks` is None for a breve that has no such switch."""
        return [translation["text"] for translation in self.translated(name, checks)]

    def translated(self, name, checks):
        """The same as the service answers it: each line with its sentences, and what was found of them."""
        if (name, checks) not in self._translations:
            lines, found = self.lines(name, "en"), []
            more = {} if checks is None else {"checks": checks}
            for start in range(0, len(lines), BATCH):
                answer = self._post("/v1/translate", self.translation_request(lines[start:start + BATCH], **more))
                found += answer["translations"]
                if len(found) % 500 == 0 or len(found) == len(lines):
                    self.say(f"{name}: {len(found)} of {len(lines)} lines")
            self.models["translator"] = next(iter(answer["models"]), None)
            self._translations[name, checks] = found
        return self._translations[name, checks]

    def default_checks(self):
        return True if self.switches["translate", "checks"] else None


def sentences(answer, language):
    """The sentences of a summary in one language; one that is missing there is empty."""
    return [sentence.get(language) or "" for sentence in answer.get("sentences", [])]
