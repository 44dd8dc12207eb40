#!/usr/bin/env python3
"""Sends what is typed to one user, and prints what others say: a client of the JSON messages in eighty lines.

usage: client.py HOST:PORT CA.pem MYSELF OTHER        the first line of standard input is the password

When the connection is lost it goes on with its session. Nothing is lost then, and nothing comes twice: what had no answer
is sent again with the same id, and the server sends what was missed.
"""
import json, os, secrets, select, socket, ssl, sys, time

address, authority, myself, other = sys.argv[1:]
host, port = address.rsplit(":", 1)
context = ssl.create_default_context(cafile=authority)
context.set_alpn_protocols(["chat-json/1"])
typed, ended = b"", False  # what was typed of a line so far; whether standard input has ended
unanswered = {}  # texts that the server has not confirmed yet, by their id
me, token, seen = "", None, 0  # one's own number; with what the session goes on; the highest mid of it


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


def talk(tls):
    """Logs in, or goes on, and talks; returns whether everything was said, or raises OSError if the connection is lost."""
    global me, token, seen
    logged_in = False

    def send(kind, info, **more):
        tls.sendall(json.dumps({"type": kind, "info": info, **more}).encode() + b"\n")

    by_password = {"user_id": myself, "user_pwd": password, "device": "client.py"}
    send(1, {"token": token, "after": seen} if token else by_password)
    for message in messages(tls):
        kind, info = (message["type"], message["info"]) if message else (0, None)
        if kind == 0:
            new = {secrets.token_hex(16): text for text in read_typed()}
            unanswered.update(new)  # all of them, before sending fails
            for name, text in new.items() if logged_in else []:
                send(3, text, receive=other, id=name)
        elif kind == 2 and info["code"] == "ok":
            logged_in, me, token = True, info["user_id"], info["token"]
            if info.get("behind"):
                print("More was said meanwhile than can be shown here.", file=sys.stderr)
            if restored := info.get("restored"):
                print("The server was restored: what was said after", restored["time"], "is lost.", file=sys.stderr)
                seen = max(seen, restored["until"])
            for name, text in unanswered.items():
                send(3, text, receive=other, id=name)
        elif kind == 2 and token and info["code"] == "wrong-password":
            print("Away for too long: what was said meanwhile is not shown here.", file=sys.stderr)
            token, seen = None, 0
            send(1, by_password)
        elif kind == 2 and info["code"] == "throttled":
            return False
        elif kind == 2:
            sys.exit("not logged in: " + info["code"])
        elif kind in (17, 18):
            text = unanswered.pop(info.get("id"), "")
            seen = max(seen, info.get("mid", 0))
            if kind == 18:
                print(info["text"], "Not sent:", text, file=sys.stderr)
        elif "mid" in message:
            seen = message["mid"]
            if message["send"] != me:
                text = info if isinstance(info, str) else "a file: " + info["name"]
                print(message.get("name", "server") + ": " + text, flush=True)
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
