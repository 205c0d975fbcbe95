#!/usr/bin/env python3
"""Check an exported audit trail of crmdesk with nothing but Python: `check_trail.py trail.jsonl [HEAD]`.

Every entry must be what its own hash says, follow the one before it, and carry its own number. What was emptied because
a person asked to be erased has no text any more; its hash stays, and an entry `erase` must name it. HEAD is a head that
was kept outside earlier (`crmdesk-server audit head`): it must be in the chain, else that was cut or written anew.
"""

import hashlib
import json
import sys


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def faults(lines: list[str], head: str) -> list[str]:
    found, previous, heads = [], "0" * 64, {"0:" + "0" * 64}
    emptied, named = set(), set()
    for number, line in enumerate(lines, 1):
        entry = json.loads(line)
        content = json.loads(entry["content"] or "{}")
        emptied |= {number} if not content else set()
        if content.get("action") == "erase":
            named.update(content["changes"]["entries"][1])
        whole = not content or (sha256(entry["content"]) == entry["content_hash"] and content["seq"] == number)
        if not whole or entry["seq"] != number:
            found.append(f"entry {number} is not what it was")
        if entry["prev_hash"] != previous or sha256(f"{previous}\n{entry['content_hash']}") != entry["hash"]:
            found.append(f"entry {number} does not follow the one before it")
        previous = entry["hash"]
        heads.add(f"{number}:{previous}")
    found += [f"entry {number} was emptied, and nothing says why" for number in sorted(emptied - named)]
    if head and head not in heads:
        found.append("the head that was kept is not in this chain: it was cut or written anew")
    return found


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = file.read().splitlines()
    found = faults(lines, sys.argv[2] if len(sys.argv) > 2 else "")
    sys.stdout.write("\n".join(found or [f"sound: {len(lines)} entries"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
