#!/usr/bin/env python3
"""Measure the most that one request of each kind costs the daemon and the database, in CPU.

Usage: bench/costs.py

Starts a demo in a temporary directory, fills its database as `pages.py` does (10,000 messages), and sends each request as an
attacker would make it dear: as long, as deep, about as many as it may be. Prints a row for each: milliseconds of CPU that the
daemon and the database took for one, on average of REPEATS after as many that warm Java up, and milliseconds until its answer
(median). The ticks of CPU are of 10 ms: what costs little is a mean of many. Prints the rows as a table in Markdown.

Needs the mariadb client.
"""
import http.client, itertools, json, os, ssl, tempfile
from pathlib import Path

os.environ["CHATD_RATES_CHANGES"] = os.environ["CHATD_GROUPS_MADE"] = os.environ["CHATD_GROUPS_RENAMES"] = "0"
os.environ["CHATD_RATES_MENTIONS"] = os.environ["CHATD_RATES_REGISTERED_TEXT_BYTES"] = "0"
os.environ["CHATD_GROUPS_MADE"] = os.environ["CHATD_GROUPS_MOST"] = "10000"
import pages
from pages import FIRST, OTHERS, Session, filled, login, measure

REPEATS, MESSAGES = 40, 10_000
numbers = itertools.count()


def sent(session, kind, receive, info):
    """Send a message with an identifier, and wait until it is answered or refused."""
    said = {"type": kind, "id": f"i{next(numbers)}", "receive": receive, "info": info}
    session.socket.sendall(json.dumps(said, ensure_ascii=False).encode() + b"\n")
    answered(session, said["id"])


def answered(session, number=None):
    while True:
        answer = json.loads(session.lines.readline())
        if answer["type"] in (17, 18) and (number is None or answer["info"].get("id") == number):
            return answer


def raw(session, line):
    session.socket.sendall(line.encode() + b"\n")
    answered(session)


def requests(demo, session, me, token):
    others = [f"U{FIRST + i}" for i in range(OTHERS)]
    names = " ".join(f"@zz{i}" for i in range(OTHERS))
    parts = "[" + ",".join("{}" for _ in range(9_000)) + "]"
    yield "a handshake of TLS, and its end", lambda: Session(demo.facts).close()

    def wrong():
        other = Session(demo.facts)
        other.ask(1, {"user_id": f"nobody{next(numbers)}", "user_pwd": "not-the-password"}, 2)
        other.close()

    yield "that and a login that is refused (a hash of 19 MiB)", wrong
    yield "a message that is refused", lambda: sent(session, 3, "U999999", "x")
    yield "one of 128 KiB of blanks", lambda: raw(session, '{"type":3,' + " " * (126 << 10) + '"receive":"U999999","info":"x"}')
    yield "a text of 100 bytes, to oneself", lambda: sent(session, 3, me, "x" * 100)
    yield "one of 64 KiB", lambda: sent(session, 3, me, "x" * 65_000)
    yield "one of 21,000 Chinese characters", lambda: sent(session, 3, me, "的" * 21_000)
    yield "one of 64 KiB that mentions 100 users, to everyone", lambda: sent(session, 4, "", (names + " ") * 100)
    yield "one of 64 KiB of @, to everyone", lambda: sent(session, 4, "", "@z" * 32_000)
    yield "a page of 200 texts", lambda: session.ask(19, {"limit": 200}, 20)
    yield "the conversations, 200 of them", lambda: session.ask(37, {"limit": 200}, 38)
    yield "people found by one letter", lambda: session.ask(28, {"text": "z", "limit": 50}, 29)
    yield "the members of a group of 101", lambda: session.ask(23, {"op": "members", "group_id": "G1", "limit": 1000}, 24)
    yield "a search for a word", lambda: session.ask(27, {"text": "hello"}, 20)
    yield "one for a phrase of 60 characters, each in 40 long texts", lambda: session.ask(27, {"text": '"' + "的" * 60 + '"'}, 20)
    yield "one for 32 beginnings of words", lambda: session.ask(27, {"text": " ".join("abcdefghijklmnopqrstuvwxyz123456")}, 20)
    yield "settings of 9,000 objects", lambda: raw(session, '{"id":"s","type":26,"info":' + parts + "}")
    yield "settings of 1 MB", lambda: raw(session, '{"id":"s","type":26,"info":"' + "x" * 1_000_000 + '"}')
    yield "a group made of 101", lambda: sent(session, 23, "", {"op": "create", "name": "many", "members": others})
    yield "a file of 4 MiB, sent over HTTP", lambda: file(demo, token, "POST", f"/files?to={me}&name=a&size={4 << 20}", os.urandom(4 << 20))
    yield "one fetched", lambda: file(demo, token, "GET", fetched[0])
    yield "a preference", lambda: sent(session, 35, "", {"calls": next(kinds)})


fetched = []


def file(demo, token, method, path, body=None):
    context = ssl.create_default_context(cafile=demo.facts["CHAT_CA"])
    context.set_alpn_protocols(["http/1.1"])
    connection = http.client.HTTPSConnection(demo.facts["CHAT_HOST"], int(demo.facts["CHAT_PORT"]), context=context)
    connection.request(method, path, body, {"Authorization": "Bearer " + token})
    said = connection.getresponse()
    got = said.read()
    if said.status // 100 != 2:
        raise SystemExit(f"{method}: {said.status} {got}")
    if method == "POST":
        fetched[:] = [f"/files/{json.loads(got)['file']}"]
    connection.close()


kinds = itertools.cycle(["friends", "everyone"])


with tempfile.TemporaryDirectory(prefix="chatd-costs-") as directory:
    demo, password = filled(MESSAGES, Path(directory))
    try:
        session, answer = login(demo, {"user_id": "alice", "user_pwd": password})
        pages.indexed(demo)
        print("| request | daemon + database, ms of CPU | ms until the answer |\n| --- | --- | --- |")
        for name, once in requests(demo, session, answer["user_id"], answer["token"]):
            for _ in range(REPEATS):
                once()
            took, daemon, database = measure(demo, REPEATS, once)
            print(f"| {name} | {daemon:.1f} + {database:.1f} | {took:.1f} |", flush=True)
    finally:
        demo.stop()
