#!/usr/bin/env python3
"""Measure pages, counts, logins and searches of one user, with few and with many messages in the database.

Usage: bench/pages.py [MESSAGES…]

For each number of messages (10,000 and 1,000,000 by default) starts a demo in a temporary directory and fills its
database: alice writes with 100 others, is in 50 groups of 101, whose histories are alternately 'all' and 'joined', and
reads what goes to everyone; the messages are spread evenly over these 151 conversations. A fifth of them alice has never
read, in each of the others three messages are unread. One message in ten has a few words in Chinese, one in a thousand a rare
word. Then prints how long the index was built, its size, and a row for each request: milliseconds until the answer
(median of REPEATS), and milliseconds of CPU that the daemon and the database took for it, on average.

Needs the mariadb client. Prints the rows as a table in Markdown.
"""
import json, os, signal, socket, ssl, statistics, subprocess, sys, tempfile, time
from pathlib import Path

CHAT = str(Path(__file__).resolve().parent.parent / "chat")
REPEATS, LOGINS = 200, 20
OTHERS, GROUPS, FIRST = 100, 50, 1001
CONVERSATIONS = OTHERS + GROUPS + 1
TICKS = os.sysconf("SC_CLK_TCK")

FILL = """
set @base = (select greatest(coalesce((select max(number) from message), 0), (select max(number) from account_change)));
set @alice = (select number from account where name = 'alice');
insert into account (number, name, password_hash, must_change, state, everyone_after, created)
  select {first} + seq, concat('zz', seq), 'x', 0, 0, 0, now(6) from seq_0_to_{last_other};
insert into message (number, time, sender, receiver, text, salt, conversation)
  select @base + {groups} + seq, now(6),
    case when slot < {others} then if(seq % 3 = 0, @alice, {first} + slot) else {first} + seq % {others} end,
    case when slot < {others} then if(seq % 3 = 0, {first} + slot, @alice) when slot < {others} + {groups} then null else 0 end,
    concat('hello there, this is the text with the number ', seq, if(seq % 10 = 0, ' 我们明天下午开会', ''),
      if(seq % 1000 = 7, ' xylophone', '')), repeat('x', 16),
    case when slot < {others} then @alice << 32 | {first} + slot when slot < {others} + {groups} then 1 + slot - {others} else 0 end
  from (select seq, seq % {conversations} slot from seq_1_to_{messages}) numbered;
insert into message (number, time, conversation) select @base + seq, now(6), seq from seq_1_to_{groups};
insert into group_change (number, chat_group, kind, time, actor, name, whole_history, is_open)
  select @base + seq, seq, 0, now(6), @alice, concat('group ', seq), seq % 2, 0 from seq_1_to_{groups};
insert into chat_group select seq, concat('group ', seq), '', seq % 2, 0, 0, @alice, now(6) from seq_1_to_{groups};
insert into group_member (chat_group, account, since, from_mid, role, removed)
  select g.seq, a.number, @base + g.seq, if(g.seq % 2, 0, @base + g.seq), 0, 0
  from seq_1_to_{groups} g, account a where a.number >= {first} or a.number = @alice;
insert into party (account, conversation, read_mid)
  select @alice, c, if(seq % 5 = 0, 0, @base + {groups} + {messages} - 3 * {conversations})
  from (select seq, case when seq < {others} then @alice << 32 | {first} + seq
    when seq < {others} + {groups} then 1 + seq - {others} else 0 end c from seq_0_to_{last_conversation}) numbered
  on duplicate key update read_mid = values(read_mid);
analyze table message, party, group_member;
"""


class Session:
    def __init__(self, facts):
        context = ssl.create_default_context(cafile=facts["CHAT_CA"])
        context.set_alpn_protocols(["chat-json/1"])
        plain = socket.create_connection((facts["CHAT_HOST"], int(facts["CHAT_PORT"])))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname=facts["CHAT_HOST"])
        self.lines = self.socket.makefile("rb")

    def ask(self, kind, info, answer):
        self.socket.sendall(json.dumps({"type": kind, "info": info}).encode() + b"\n")
        while True:
            said = json.loads(self.lines.readline())
            if said["type"] == answer:
                return said["info"]
            if said["type"] == 18:
                sys.exit(f"refused: {said}")

    def close(self):
        self.socket.close()


class Demo:
    """A demo in a directory, as a process."""

    def __init__(self, directory):
        self.directory = directory
        self.process = subprocess.Popen(
            [CHAT, "demo", "--dir", str(directory), "--port", "0"], stdout=subprocess.PIPE, text=True)
        while "chatd is running" not in (line := self.process.stdout.readline()):
            if not line:
                sys.exit("the demo did not start")
        # Python does not read what follows; it fits into the pipe.
        facts = (directory / "demo.env").read_text().splitlines()
        self.facts = dict(fact.split("=", 1) for fact in facts)
        self.daemon = int(self.facts["CHAT_PID"])
        self.database = int(next((directory / "mariadb").glob("*.pid")).read_text())

    def cpu(self):
        """Return the CPU seconds that the daemon and the database have taken."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in (self.daemon, self.database)]
        return [(int(stat[11]) + int(stat[12])) / TICKS for stat in fields]

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


def measure(demo, times, once):
    """Return the median of the milliseconds, and the CPU milliseconds of daemon and database, each on average."""
    took, before = [], demo.cpu()
    for _ in range(times):
        begin = time.monotonic()
        once()
        took.append((time.monotonic() - begin) * 1000)
    used = [(after - start) * 1000 / times for start, after in zip(before, demo.cpu())]
    return [statistics.median(took), *used]


def indexed(demo):
    """Wait until all is indexed; return how long it took, and what for."""
    begin, before = time.monotonic(), demo.cpu()
    while True:
        said = subprocess.run(
            [CHAT, "admin", "--socket", demo.facts["CHAT_ADMIN_SOCKET"], "search", "status", "-o", "json"],
            check=True, capture_output=True, text=True).stdout
        status = json.loads(said)
        if status["upTo"] == status["newest"] > 0:
            break
        time.sleep(0.2)
    used = [(after - start) * 1000 for start, after in zip(before, demo.cpu())]
    name = f"index of {status['bytes'] / status['messages']:.0f} bytes a message built"
    return name, [(time.monotonic() - begin) * 1000, *used]


def login(demo, info):
    session = Session(demo.facts)
    answer = session.ask(1, {"device": "bench", "remember": True, **info}, 2)
    if not answer["success"]:
        sys.exit(f"no login: {answer['code']}")
    return session, answer


def measured(messages, directory):
    """Yield what was asked, and what it cost."""
    demo = Demo(directory)
    try:
        fill = FILL.format(
            first=FIRST, others=OTHERS, groups=GROUPS, conversations=CONVERSATIONS, messages=messages,
            last_other=OTHERS - 1, last_conversation=CONVERSATIONS - 1)
        database = ["mariadb", "--no-defaults", "-u", "root", "-S", str(directory / "mariadb.sock"), "chatd"]
        subprocess.run(database, input=fill, text=True, check=True, stdout=subprocess.DEVNULL)
        newest = int(subprocess.run(
            database + ["-N", "-e", "select max(number) from message"], check=True, capture_output=True, text=True).stdout)
    finally:
        demo.stop()
    demo = Demo(directory)
    try:
        password = (directory / "alice.password").read_text().strip()
        session, answer = login(demo, {"user_id": "alice", "user_pwd": password})
        counts = [unread["count"] for unread in answer["unread"].values()]
        if len(counts) != CONVERSATIONS:
            sys.exit(f"{len(counts)} of {CONVERSATIONS} conversations have something unread")
        older = newest - messages // 5
        yield indexed(demo)
        asked = [
            ("50 messages of a pair, the newest", 19, {"with": f"U{FIRST}"}, 20),
            ("… after four fifths", 19, {"with": f"U{FIRST}", "before": older}, 20),
            ("50 of a group, the newest", 19, {"with": "G2"}, 20),
            ("… after four fifths", 19, {"with": "G2", "before": older}, 20),
            ("50 to everyone", 19, {"with": ""}, 20),
            ("50 of all conversations", 19, {}, 20),
            ("50 conversations with their counts", 37, {}, 38),
            *[(f"search: {what}", 27, {"text": text}, 20) for what, text in {
                "a common word": "hello", "a rare word": "xylophone", "a prefix of one letter": "h",
                "a phrase": '"with the number"', "one Chinese character": "会", "two": "开会",
                "a word and a character": "hello 会"}.items()],
            ("search: a rare word of a group", 27, {"text": "xylophone", "with": "G2"}, 20),
        ]
        for name, kind, info, kind_of_answer in asked:
            def once():
                count = len(session.ask(kind, {"limit": 50, **info}, kind_of_answer)["items"])
                if count != 50 and not (kind == 27 and 0 < count < 50):
                    sys.exit(f"{count} items: {name}")
            measure(demo, REPEATS, once)  # warms Java up
            yield name, measure(demo, REPEATS, once)
        session.close()
        key = answer["key"]

        def by_key():
            nonlocal key
            again, told = login(demo, {"user_id": "alice", "key": key})
            key = told["key"]
            again.close()

        measure(demo, 5, by_key)
        yield f"login by a key, {sum(counts)} unread", measure(demo, LOGINS, by_key)
    finally:
        demo.stop()


if __name__ == "__main__":
    print("| | messages | ms | daemon, CPU ms | database, CPU ms |")
    print("| --- | --- | --- | --- | --- |")
    for messages in [int(argument) for argument in sys.argv[1:]] or [10_000, 1_000_000]:
        with tempfile.TemporaryDirectory() as directory:
            for name, (took, daemon, database) in measured(messages, Path(directory) / "demo"):
                print(f"| {name} | {messages:,} | {took:.2f} | {daemon:.2f} | {database:.2f} |", flush=True)
