"""Holds manifests of Kubernetes to its schemas, and to what no schema knows: check.py [MANIFEST.yaml ...]

Without names: those in deploy/kubernetes. Says what it checks and what is wrong; ends with 1 where something is. Needs no
cluster and no network: the schemas are those of the package kubernetes-validate.
"""
import collections
import json
import pathlib
import re
import sys
import tomllib

import kubernetes_validate
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The oldest that knows what the manifests use without a feature gate, and the newest that the package knows.
KUBERNETES = ["1.29", "1.37"]
INDEX, INDEX_PATH = "JOB_COMPLETION_INDEX", "metadata.annotations['batch.kubernetes.io/job-completion-index']"
# The kubelet's own, where a pod says nothing.
DEFAULT_GRACE_S = 30

# Of this repository: settings by their variables with their defaults, the user and the port of the image, routes.
Program = collections.namedtuple("Program", "settings user port paths")
# What a Deployment or a Job starts.
Pod = collections.namedtuple("Pod", "where kind labels spec owner")


def program(root=ROOT):
    tables = tomllib.loads((root / "config/breve.toml").read_text(encoding="utf-8"))
    rows = [(section, key, value) for section, keys in tables.items() for key, value in keys.items()]
    known = {f"BREVE__{section}__{key}".upper(): value for section, key, value in rows}
    dockerfile = (root / "deploy/Dockerfile").read_text(encoding="utf-8")
    name = re.findall(r"(?m)^USER (\S+)", dockerfile)[-1]
    user = name if name.isdigit() else re.search(rf"useradd .*--uid (\d+) .*\b{name}\s*$", dockerfile, re.MULTILINE)[1]
    port = int(re.search(r"(?m)^EXPOSE (\d+)", dockerfile)[1])
    paths = json.loads((root / "docs/openapi.json").read_text(encoding="utf-8"))["paths"]
    return Program(known, int(user), port, set(paths))


def objects_of(paths):
    """The objects of manifests."""
    return [thing for path in paths for thing in yaml.safe_load_all(path.read_text(encoding="utf-8")) if thing]


def where(thing):
    return f"{thing['kind']} {thing['metadata']['name']}"


def pods(things):
    for thing in things:
        template = thing["spec"].get("template") if thing["kind"] in ("Deployment", "Job") else None
        if template:
            labels = template.get("metadata", {}).get("labels", {})
            yield Pod(where(thing), thing["kind"], labels, template["spec"], thing)


def containers(things):
    for pod in pods(things):
        for container in pod.spec["containers"]:
            yield pod, container


def variables(container):
    return {variable["name"]: variable for variable in container.get("env", [])}


def selects(selector, labels):
    return bool(selector) and selector.items() <= labels.items()


def schemas(things, _):
    for thing in things:
        for version in KUBERNETES:
            try:
                kubernetes_validate.validate(thing, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                place = ".".join(map(str, error.path))
                yield f"{where(thing)}, Kubernetes {version}: {place}: {error.message[:300]}"
            except kubernetes_validate.SchemaNotFoundError as error:
                yield f"{where(thing)}: {error.message}"


def settings(things, known):
    for pod, container in containers(things):
        for name, variable in variables(container).items():
            if not name.startswith("BREVE__"):
                continue
            if name not in known.settings:
                yield f"{pod.where}: {name} is no setting of config/breve.toml"
            elif "value" in variable and not fits(variable["value"], known.settings[name]):
                default = known.settings[name]
                yield f"{pod.where}: {name} = {variable['value']!r}: the default, {default!r}, is of another kind"


def fits(value, default):
    """Whether the text of a variable can be of the kind that the setting's default is."""
    if isinstance(default, bool):
        return value in ("true", "false")
    return not isinstance(default, int) or value.isdigit()


def grace(things, known):
    for pod, container in containers(things):
        if container.get("args", ["serve"])[0] != "serve":
            continue
        drain = seconds(container, known, "BREVE__SERVER__DRAIN_DELAY_S")
        finish = seconds(container, known, "BREVE__SERVER__SHUTDOWN_TIMEOUT_S")
        given = pod.spec.get("terminationGracePeriodSeconds", DEFAULT_GRACE_S)
        if given <= drain + finish:
            yield f"{pod.where}: terminationGracePeriodSeconds is {given}, and stopping takes up to {drain} + {finish} s"


def seconds(container, known, name):
    return int(variables(container).get(name, {}).get("value", known.settings[name]))


def shards(things, _):
    for pod, container in containers(things):
        args = container.get("args", [])
        if args[:1] != ["batch"]:
            continue
        shard = args[args.index("--shard") + 1] if "--shard" in args[:-1] else "0/1"
        index, _, count = shard.partition("/")
        if (pod.owner["spec"].get("completionMode"), index) != ("Indexed", f"$({INDEX})"):
            yield f"{pod.where}: the part {shard} is not $({INDEX}) of an Indexed job"
        if count != str(pod.owner["spec"].get("completions")):
            yield f"{pod.where}: {count} parts in --shard, and {pod.owner['spec'].get('completions')} completions"
        if f"$({INDEX})" not in "".join(args[2:3]):
            yield f"{pod.where}: all parts write to {''.join(args[2:3]) or 'nothing'}"
        source = variables(container).get(INDEX, {}).get("valueFrom", {}).get("fieldRef", {}).get("fieldPath")
        if source != INDEX_PATH:
            yield f"{pod.where}: {INDEX} comes from {source}, not from {INDEX_PATH}"


def expansions(things, _):
    for pod, container in containers(things):
        words = " ".join(container.get("command", []) + container.get("args", []))
        for name in sorted(set(re.findall(r"\$\((\w+)\)", words)) - variables(container).keys()):
            yield f"{pod.where}: $({name}) is not in the container's env, and would stay as it is"


def selectors(things, _):
    started = list(pods(things))
    for thing in things:
        spec = thing["spec"]
        if thing["kind"] == "Service":
            yield from selects_deployment(thing, spec.get("selector"), started)
        if thing["kind"] in ("Deployment", "PodDisruptionBudget"):
            yield from selects_deployment(thing, spec.get("selector", {}).get("matchLabels"), started)
        if thing["kind"] == "HorizontalPodAutoscaler":
            target = f"{spec['scaleTargetRef']['kind']} {spec['scaleTargetRef']['name']}"
            if target not in [pod.where for pod in started]:
                yield f"{where(thing)}: there is no {target}"
    for pod in started:
        for constraint in pod.spec.get("topologySpreadConstraints", []):
            if not selects(constraint.get("labelSelector", {}).get("matchLabels"), pod.labels):
                yield f"{pod.where}: topologySpreadConstraints do not select its own pods"


def selects_deployment(thing, selector, started):
    """Pods of one Deployment, and of nothing else; a Deployment's selector its own."""
    found = [pod.where for pod in started if selects(selector, pod.labels)]
    wanted = [where(thing)] if thing["kind"] == "Deployment" else [pod.where for pod in started if pod.kind == "Deployment"]
    if found != wanted:
        yield f"{where(thing)}: its selector finds the pods of {', '.join(found) or 'nothing'}, not of {', '.join(wanted)}"


def ports(things, known):
    for pod, container in containers(things):
        here = {port.get("name"): port["containerPort"] for port in container.get("ports", [])}
        wrong = [port for port in here.values() if port != known.port]
        yield from (f"{pod.where}: port {port} is not the image's, {known.port}" for port in wrong)
        here.pop(None, None)
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            asked = container.get(probe, {}).get("httpGet")
            if asked and asked["port"] not in here:
                yield f"{pod.where}: {probe} asks port {asked['port']}, and there is {', '.join(here) or 'none'}"
            if asked and asked["path"] not in known.paths:
                yield f"{pod.where}: {probe} asks {asked['path']}, which is no route"
    for thing in things:
        if thing["kind"] == "Service":
            yield from target_ports(thing, things)


def target_ports(service, things):
    selector = service["spec"].get("selector")
    chosen = [container for pod, container in containers(things) if selects(selector, pod.labels)]
    names = {port.get("name") for container in chosen for port in container.get("ports", [])} - {None}
    for port in service["spec"].get("ports", []):
        if port.get("targetPort") not in names:
            there = ", ".join(names) or "none"
            yield f"{where(service)}: port {port['port']} leads to {port.get('targetPort')}, and there is {there}"


def users(things, known):
    for pod, container in containers(things):
        context = {**pod.spec.get("securityContext", {}), **container.get("securityContext", {})}
        if context.get("runAsUser") != known.user or not context.get("runAsNonRoot"):
            yield f"{pod.where}: runs as {context.get('runAsUser')}, and the image is made for {known.user}, not root"
        if not context.get("readOnlyRootFilesystem") or context.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{pod.where}: its root is not read-only, or it keeps capabilities"


def volumes(things, _):
    claims = {thing["metadata"]["name"] for thing in things if thing["kind"] == "PersistentVolumeClaim"}
    for pod, container in containers(things):
        here = pod.spec.get("volumes", [])
        names = {volume["name"] for volume in here}
        mounts = {mount["name"]: mount["mountPath"] for mount in container.get("volumeMounts", [])}
        yield from (f"{pod.where}: there is no volume {name}" for name in mounts.keys() - names)
        if "/data" not in mounts.values():
            yield f"{pod.where}: nothing that can be written to is mounted at /data"
        wanted = {volume["persistentVolumeClaim"]["claimName"] for volume in here if "persistentVolumeClaim" in volume}
        yield from (f"{pod.where}: there is no claim {claim}" for claim in wanted - claims)


CHECKS = {
    f"schemas of Kubernetes {' and '.join(KUBERNETES)}, unknown fields refused": schemas,
    "variables BREVE__… are settings of config/breve.toml, with values of their kind": settings,
    "the grace period is longer than drain delay and shutdown timeout together": grace,
    "the parts of a batch are its job's completions, and each has an output of its own": shards,
    "each $(NAME) in a command line is a variable of its container": expansions,
    "selectors find the pods that they are for, and the autoscaler its target": selectors,
    "probes and the Service ask ports and routes that exist": ports,
    "pods run as the image's user, on a root that is read-only, without capabilities": users,
    "what is mounted exists, and /data can be written to": volumes,
}


def faults(things, known):
    """What is wrong, under each thing that was looked at.

    After fields or settings that there are not, the other checks are left out: they count on both.
    """
    found = {}
    for name, check in CHECKS.items():
        found[name] = list(check(things, known))
        if check in (schemas, settings) and found[name]:
            break
    return found


def main(names):
    paths = [pathlib.Path(name) for name in names] or sorted((ROOT / "deploy/kubernetes").glob("*.yaml"))
    things = objects_of(paths)
    print(f"{', '.join(path.name for path in paths)}: {', '.join(map(where, things)) or 'no objects'}")
    found = faults(things, program())
    for name, wrong in found.items():
        print(f"{'FAILED' if wrong else 'ok'}: {name}")
        for fault in wrong:
            print(f"    {fault}")
    sys.exit(not things or any(found.values()))


if __name__ == "__main__":
    main(sys.argv[1:])
