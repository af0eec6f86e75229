"""What the benchmarks need to know of the machine, from /proc."""
import os
import pathlib
import platform
import subprocess
import sys

# What a user may have set for other programs would decide how a system's threads wait.
_THREAD_VARIABLES = ("OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "CT2_", "ATEN_")
_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "asimddp", "i8mm")


def clean_environment():
    """This process's variables without any that configure a library's threads."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_THREAD_VARIABLES)}


def cores():
    return len(os.sched_getaffinity(0))


def memory_mb(pid):
    """Resident memory in MB (of 1,000,000 bytes) now and at its highest, and how much of it is mapped files."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    def megabytes(name):
        return int(fields[name].split()[0]) * 1024 / 1e6
    return {"resident": megabytes("VmRSS"), "highest": megabytes("VmHWM"), "files": megabytes("RssFile")}


def describe():
    """The machine and its state, as the document names them."""
    cpu = [line.split(":", 1) for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if ":" in line]
    fields = {name.strip(): value.strip() for name, value in cpu}
    flags = fields.get("flags", fields.get("Features", "")).split()
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    identity = [f"{word} {fields[field]}" for word, field in
                (("family", "cpu family"), ("model", "model"), ("stepping", "stepping")) if field in fields]
    return {
        "cpu": fields.get("model name", platform.machine()), "identity": ", ".join(identity),
        "mhz": fields.get("cpu MHz", ""), "flags": [flag for flag in _FLAGS if flag in flags], "cores": cores(),
        "memory_gb": round(pages / 1e9), "system": f"{platform.system()} {platform.release()}",
        "load": round(os.getloadavg()[0], 2),
    }


def commit(root):
    """The commit of the program in the source tree `root`, and whether files of the program differ from it."""
    def git(*arguments):
        return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True).stdout.strip()
    program = ("src", "benches", "models", "Cargo.toml", "Cargo.lock")
    changed = " with uncommitted changes" if git("status", "--porcelain", "--", *program) else ""
    return f"{git('rev-parse', '--short', 'HEAD') or 'no commit'}{changed}"


def versions(root):
    """Of everything that is compared."""
    from importlib.metadata import version
    lock = (root / "Cargo.lock").read_text()
    def locked(name):
        return lock.split(f'name = "{name}"\nversion = "', 1)[1].split('"', 1)[0]
    return {
        "Breve": f"{locked('breve')} at {commit(root)}",
        "rust-bert": locked("rust-bert"), "tch": locked("tch"), "transformers": version("transformers"),
        "PyTorch": version("torch").split("+")[0], "CTranslate2": version("ctranslate2"),
        "Python": ".".join(map(str, sys.version_info[:3])),
    }
