"""The articles of an evaluation set as the extractor reads them: articles.py SET.jsonl > articles.jsonl"""
import json
import sys

for line in open(sys.argv[1], encoding="utf-8"):
    print(json.dumps({"text": json.loads(line)["article"]}))
