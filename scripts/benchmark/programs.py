"""Prints NAME=PATH of every program that `cargo build --message-format=json` names on standard input."""
import json
import sys

for line in sys.stdin:
    message = json.loads(line)
    if message.get("executable"):
        print(f"{message['target']['name']}={message['executable']}")
