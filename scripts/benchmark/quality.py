"""What fewer bits cost on trained weights: scripts/evaluate.sh --only precisions with the built-in model, once a precision."""
import json
import subprocess

PRECISIONS = ("f32", "bf16", "int8")


def measure(setting):
    if not (setting.evaluation / "flores-dev.en").is_file():
        setting.say(f"FAILED: there is no {setting.evaluation}/flores-dev.en; name its folder with --evaluation")
        return {"failures": {"all": "the evaluation text is not here"}}
    results = {"failures": {}}
    for precision in PRECISIONS:
        figures = setting.results / f"quality-{precision}.json"
        figures.unlink(missing_ok=True)
        command = ["scripts/evaluate.sh", "--only", "precisions", "--precision", precision, "--figures", str(figures),
                   str(setting.evaluation)]
        done = subprocess.run(command, cwd=setting.root, capture_output=True, text=True)
        if done.returncode != 0 or not figures.exists():
            lines = [line for line in done.stderr.strip().splitlines() if "error" in line] or ["it failed"]
            results["failures"][precision] = lines[0]
            setting.say(f"FAILED: quality in {precision}: {lines[0]}")
            continue
        results[precision] = json.loads(figures.read_text())
        setting.say(f"{precision}: {results[precision]}")
    return results
