#!/usr/bin/env python3
"""Sends what is typed to one user, and prints what others say: a client of the JSON messages in a hundred lines.

usage: client.py HOST:PORT CA.pem MYSELF OTHER        the first line of standard input is the password

When the connection is lost it connects again. Nothing is lost then, and nothing comes twice: what had no answer is sent
again with the same id, and what was said meanwhile is read from the history.
"""
import json, os, secrets, select, socket, ssl, sys, time

address, authority, myself, other = sys.argv[1:]
host, port = address.rsplit(":", 1)
context = ssl.create_default_context(cafile=authority)
context.set_alpn_protocols(["chat-json/1"])
typed, ended = b"", False  # what was typed of a line so far; whether standard input has ended
unanswered = {}  # texts that the server has not confirmed yet, by their id
me, newest = "", None  # one's own number; the highest mid that was shown


def read_typed():
    """Returns the whole lines that were typed; waits for at least some input."""
    global typed, ended
    some = os.read(0, 1 << 16)
    *lines, typed = (typed + some).split(b"\n")
    ended = not some
    return [line.decode() for line in lines]


def messages(tls):
    """Yields the server's messages; None when something was typed. Ends with the connection."""
    rest = b""
    while True:
        ready = [tls] if tls.pending() else select.select([tls] if ended else [tls, 0], [], [])[0]
        if 0 in ready:
            yield None
        elif received := tls.recv(1 << 16):
            *lines, rest = (rest + received).split(b"\n")
            yield from map(json.loads, lines)
        else:
            return


def show(message):
    global newest
    newest = message["mid"]
    if message["send"] == me:
        return
    text = message["info"] if isinstance(message["info"], str) else "a file: " + message["info"]["name"]
    print(message.get("name", "server") + ": " + text, flush=True)


def talk(tls):
    """Logs in and talks; returns whether everything was said, or raises OSError if the connection is lost."""
    global me, newest
    logged_in, waiting = False, []  # what is said while the history is read waits, so that all comes in order

    def send(kind, info, **more):
        tls.sendall(json.dumps({"type": kind, "info": info, **more}).encode() + b"\n")

    send(1, {"user_id": myself, "user_pwd": password, "device": "client.py"})
    for message in messages(tls):
        kind, info = (message["type"], message["info"]) if message else (0, None)
        if kind == 0:
            new = {secrets.token_hex(16): text for text in read_typed()}
            unanswered.update(new)  # all of them, before sending fails
            for name, text in new.items() if logged_in else []:
                send(3, text, receive=other, id=name)
        elif kind == 2:
            if info["code"] != "ok":
                sys.exit("not logged in: " + info["code"])
            logged_in, me = True, info["user_id"]
            send(19, {"limit": 1} if newest is None else {"after": newest})
            for name, text in unanswered.items():
                send(3, text, receive=other, id=name)
        elif kind in (17, 18):
            unanswered.pop(info.get("id"), None)
            if kind == 18:
                print(info["text"], file=sys.stderr)
        elif kind == 20:
            for item in info["items"] if newest is not None else []:
                show(item)
            if newest is None:  # the first time, what was said before is not shown
                newest = info["items"][-1]["mid"] if info["items"] else 0
            elif info["more"]:
                send(19, {"after": newest})
                continue
            for item in waiting:
                show(item) if item["mid"] > newest else None
            waiting = None
        elif "mid" in message:
            show(message) if waiting is None else waiting.append(message)
        if ended and not unanswered:
            return True
    return False


first = []
while not first and not ended:
    first = read_typed()
password = first[0] if first else sys.exit("the first line has to be the password")
unanswered.update((secrets.token_hex(16), text) for text in first[1:])
while True:
    try:
        with socket.create_connection((host, int(port))) as raw, context.wrap_socket(raw, server_hostname=host) as tls:
            if talk(tls):
                break
    except OSError as lost:
        print(f"{lost}; connecting again", file=sys.stderr)
    time.sleep(0.5 + secrets.randbelow(1000) / 1000)
