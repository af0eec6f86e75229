#!/usr/bin/env python3
"""Checks every package of Cargo.lock against deny.toml: licence, banned names, and where it comes from.

Reads `cargo metadata`, so it needs no network once the packages are here. Exits with 1 and a line for each fault.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def rules():
    """The allowed licences and the banned names, from deny.toml."""
    text = (ROOT / "deny.toml").read_text(encoding="utf-8")
    try:
        import tomllib  # Python 3.11 or newer
    except ImportError:
        text = re.sub(r"(?m)^\s*#.*$", "", text)
        allow = re.search(r"(?ms)^allow = \[(.*?)\]", text).group(1)
        deny = re.search(r"(?ms)^deny = \[(.*?)^\]", text).group(1)
        return set(re.findall(r'"([^"]+)"', allow)), set(re.findall(r'crate = "([^"]+)"', deny))
    table = tomllib.loads(text)
    return set(table["licenses"]["allow"]), {ban["crate"] for ban in table["bans"]["deny"]}


def allowed(expression, licences):
    """Whether an SPDX expression can be met with `licences` alone. A slash is the old way to write OR."""
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def choice():
        met = every()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = every() or met
        return met

    def every():
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = one() and met
        return met

    def one():
        name = tokens.pop(0)
        if name == "(":
            met = choice()
            if not tokens or tokens.pop(0) != ")":
                raise ValueError(expression)
            return met
        if tokens and tokens[0] == "WITH":
            name = f"{name} {tokens.pop(0)} {tokens.pop(0)}"
        return name in licences

    met = choice()
    if tokens:
        raise ValueError(expression)
    return met


def self_test():
    """The evaluator itself, on what Cargo.lock holds kinds of."""
    only = {"MIT", "Apache-2.0 WITH LLVM-exception"}
    for expression, expected in [
        ("MIT", True), ("GPL-3.0", False), ("MIT/GPL-3.0", True), ("GPL-3.0 / MIT", True), ("MIT OR GPL-3.0", True),
        ("MIT AND GPL-3.0", False), ("(GPL-3.0 OR MIT) AND MIT", True), ("MIT AND (GPL-3.0 OR ISC)", False),
        ("GPL-3.0 OR MIT AND ISC", False), ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", True), ("Apache-2.0", False),
    ]:
        assert allowed(expression, only) is expected, expression


def fault(package, licences, banned):
    """What is wrong with one package, or None."""
    if package["name"] in banned:
        return "is banned"
    source = package["source"]
    if source is not None and not source.startswith("registry+"):
        return f"comes from {source}, not from a registry"
    if not package["license"]:
        return "states no licence expression"
    if not allowed(package["license"], licences):
        return f"has the licence {package['license']}, which deny.toml does not allow"
    return None


def main():
    self_test()
    licences, banned = rules()
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)["packages"]
    faults = [(package, fault(package, licences, banned)) for package in packages]
    for package, reason in faults:
        if reason:
            print(f"{package['name']} {package['version']} {reason}", file=sys.stderr)
    if any(reason for _, reason in faults):
        return 1
    print(f"{len(packages)} packages: licences, bans and sources are as deny.toml has them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
