"""The checks of the manifests: the manifests pass, and copies that are broken in one place do not."""
import functools
import pathlib
import subprocess
import sys
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(FOLDER))
import check  # noqa: E402
from kubernetes_validate import utils  # noqa: E402

# Megabytes of schemas, which would be read again for each object of each test.
utils.schema_contents = functools.cache(utils.schema_contents)
PATHS = sorted((check.ROOT / "deploy/kubernetes").glob("*.yaml"))
PROGRAM = check.program()


def manifests():
    return check.objects_of(PATHS)


def only(things, kind):
    return next(thing for thing in things if thing["kind"] == kind)


def pod(things, kind="Deployment"):
    return only(things, kind)["spec"]["template"]["spec"]


def container(things, kind="Deployment"):
    return pod(things, kind)["containers"][0]


def variable(things, name, kind="Deployment"):
    return next(variable for variable in container(things, kind)["env"] if variable["name"] == name)


def replace(things, labels, place):
    """Puts other labels at `place` alone, also where an anchor's object stands in many."""
    *path, last = place
    for key in path:
        things = things[key]
    things[last] = labels


OTHER = {"app.kubernetes.io/name": "other"}
BOTH = {"app.kubernetes.io/name": "breve"}

# What is broken, how, and words of what has to be said of it.
BROKEN = [
    ("an unknown field", lambda t: pod(t).update(gracePeriod=1), "gracePeriod"),
    ("an unknown field deep down", lambda t: container(t)["readinessProbe"]["httpGet"].update(url="/"), "url"),
    ("a number as text", lambda t: only(t, "Deployment")["spec"].update(replicas="2"), "replicas"),
    ("a variable's value as a number", lambda t: variable(t, "BREVE__SERVER__DRAIN_DELAY_S").update(value=10), "value"),
    ("a field that is needed", lambda t: only(t, "HorizontalPodAutoscaler")["spec"].pop("maxReplicas"), "maxReplicas"),
    ("a kind that no schema has", lambda t: only(t, "Service").update(kind="Sirvice"), "find schema"),
    ("a field of another version", lambda t: only(t, "Job").update(apiVersion="batch/v2"), "find schema"),
    ("a misspelt setting", lambda t: variable(t, "BREVE__LOG__FORMAT").update(name="BREVE__LOG__FORM"), "no setting"),
    ("a setting of another kind", lambda t: variable(t, "BREVE__SERVER__DRAIN_DELAY_S").update(value="10s"), "another kind"),
    ("a short grace period", lambda t: pod(t).update(terminationGracePeriodSeconds=70), "10 + 60 s"),
    ("no grace period", lambda t: pod(t).pop("terminationGracePeriodSeconds"), "is 30"),
    ("a longer drain", lambda t: variable(t, "BREVE__SERVER__DRAIN_DELAY_S").update(value="40"), "40 + 60 s"),
    ("more completions than parts", lambda t: only(t, "Job")["spec"].update(completions=5), "5 completions"),
    ("no part", lambda t: container(t, "Job").update(args=container(t, "Job")["args"][:3]), "1 parts"),
    ("the same part for all", lambda t: container(t, "Job")["args"].__setitem__(4, "0/4"), "0/4"),
    ("a job that is not indexed", lambda t: only(t, "Job")["spec"].update(completionMode="NonIndexed"), "Indexed"),
    ("one output for all", lambda t: container(t, "Job")["args"].__setitem__(2, "/articles/out.jsonl"), "all parts write"),
    ("labels are gone", lambda t: only(t, "Deployment")["spec"]["template"].pop("metadata"), "nothing"),
    ("no selector", lambda t: only(t, "Service")["spec"].pop("selector"), "nothing"),
    ("a batch without files", lambda t: container(t, "Job").update(args=["batch"]), "write to nothing"),
    ("a port without a name", lambda t: container(t)["ports"][0].pop("name"), "there is none"),
    ("no index", lambda t: container(t, "Job").update(env=[]), "would stay as it is"),
    ("another index", lambda t: variable(t, check.INDEX, "Job")["valueFrom"]["fieldRef"].update(
        fieldPath="metadata.name"), "metadata.name"),
    ("a Deployment that does not find its pods", lambda t: replace(
        only(t, "Deployment"), OTHER, ["spec", "selector", "matchLabels"]), "nothing"),
    ("a Service that finds the batch too", lambda t: replace(only(t, "Service"), BOTH, ["spec", "selector"]), "Job"),
    ("a budget for nothing", lambda t: replace(
        only(t, "PodDisruptionBudget"), OTHER, ["spec", "selector", "matchLabels"]), "nothing"),
    ("a spread over other pods", lambda t: replace(
        pod(t)["topologySpreadConstraints"][0], OTHER, ["labelSelector", "matchLabels"]), "topologySpread"),
    ("an autoscaler without a target", lambda t: only(t, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"].update(
        name="brief"), "no Deployment brief"),
    ("a probe of another port", lambda t: container(t)["livenessProbe"]["httpGet"].update(port="web"), "port web"),
    ("a probe of another route", lambda t: container(t)["startupProbe"]["httpGet"].update(path="/healthz"), "no route"),
    ("another port than the image's", lambda t: container(t)["ports"][0].update(containerPort=80), "port 80"),
    ("a Service to another port", lambda t: only(t, "Service")["spec"]["ports"][0].update(targetPort="web"), "to web"),
    ("another user", lambda t: pod(t)["securityContext"].update(runAsUser=1000), "runs as 1000"),
    ("another user of a container", lambda t: container(t, "Job")["securityContext"].update(runAsUser=0), "runs as 0"),
    ("root is not refused", lambda t: pod(t, "Job")["securityContext"].pop("runAsNonRoot"), "not root"),
    ("a root that can be written to", lambda t: container(t)["securityContext"].pop("readOnlyRootFilesystem"), "read-only"),
    ("capabilities", lambda t: container(t)["securityContext"]["capabilities"].update(add=["NET_RAW"]), "capabilities"),
    ("a mount without a volume", lambda t: container(t)["volumeMounts"][1].update(name="secrets"), "no volume secrets"),
    ("no place for data", lambda t: container(t)["volumeMounts"].pop(0), "/data"),
    ("a claim that nobody made", lambda t: only(t, "PersistentVolumeClaim")["metadata"].update(name="news"), "no claim"),
]


class Manifests(unittest.TestCase):
    def test_pass_as_they_are(self):
        self.assertEqual(list(filter(None, check.faults(manifests(), PROGRAM).values())), [])

    def test_do_not_pass_when_one_thing_is_broken(self):
        seen = set()
        for what, damage, words in BROKEN:
            things = manifests()
            damage(things)
            found = {name: wrong for name, wrong in check.faults(things, PROGRAM).items() if wrong}
            seen |= found.keys()
            with self.subTest(what):
                self.assertIn(words, "\n".join(sum(found.values(), [])))
        self.assertEqual(seen, set(check.CHECKS), "each check has found something")


class Command(unittest.TestCase):
    def run_on(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "broken.yaml")
            path.write_text(text, encoding="utf-8")
            return subprocess.run([sys.executable, FOLDER / "check.py", path], capture_output=True, text=True, check=False)

    def test_ends_with_1_and_says_why(self):
        text = (check.ROOT / "deploy/kubernetes/service.yaml").read_text(encoding="utf-8")
        ended = self.run_on(text.replace("terminationGracePeriodSeconds: 90", "terminationGracePeriodSeconds: 20"))
        self.assertEqual((ended.returncode, ended.stderr), (1, ""))
        self.assertIn("FAILED: the grace period", ended.stdout)

    def test_nothing_to_check_is_a_failure(self):
        self.assertEqual(self.run_on("# nothing\n").returncode, 1)


class Facts(unittest.TestCase):
    def test_of_this_repository(self):
        self.assertEqual((PROGRAM.user, PROGRAM.port), (10001, 8080))
        self.assertEqual(PROGRAM.settings["BREVE__SERVER__SHUTDOWN_TIMEOUT_S"], 65)


if __name__ == "__main__":
    unittest.main()
