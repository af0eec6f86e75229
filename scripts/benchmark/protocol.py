"""What the workers in Python have in common; benches/peers/protocol.rs is the same for those in Rust."""
import argparse
import json
import sys
import time


def arguments(*names):
    """The worker's flags: --model, --threads and `names`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    for name in names:
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


def serve(run):
    """Says that the worker is ready, then answers each line of standard input with a line until it ends."""
    say({"ready": True})
    for line in sys.stdin:
        job = json.loads(line)
        began = time.perf_counter()
        try:
            outputs = run(job)
        except Exception as error:  # whatever a peer throws is that job's failure, and the driver's to tell
            say({"error": f"{type(error).__name__}: {error}"})
        else:
            say({"seconds": time.perf_counter() - began, "outputs": outputs})


def say(message):
    print(json.dumps(message), flush=True)
