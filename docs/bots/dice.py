#!/usr/bin/env python3
"""A bot: throws dice for who asks for it, such as "roll 2". usage: dice.py PASSWORD-FILE BOT@HOST[:PORT]"""
import json, random, subprocess, sys

chat = subprocess.Popen(["chat-client", "--password-file", sys.argv[1], sys.argv[2], "pipe"],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", bufsize=1)
me = sys.argv[2].split("@")[0]
for line in chat.stdout:
    event = json.loads(line)
    if event["type"] == "refused":
        print(event["text"], file=sys.stderr)
    words = event.get("text", "").split() if event["type"] == "text" and event["from"] != me else []
    if len(words) == 2 and words[0] == "roll" and words[1] in list("12345"):
        thrown = " ".join(random.choice("⚀⚁⚂⚃⚄⚅") for _ in range(int(words[1])))
        # With an id made from the number of what it answers, the answer is sent once, whatever happens in between.
        to = [event["from"]] if event["to"] else []
        answer = {"do": "send", "to": to, "re": event["mid"], "text": thrown, "id": f"dice-{event['mid']}"}
        print(json.dumps(answer), file=chat.stdin, flush=True)
sys.exit(chat.wait())
