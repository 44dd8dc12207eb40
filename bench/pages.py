#!/usr/bin/env python3
"""Measure pages, counts, logins and searches of one user, with few and with many messages in the database.

Usage: bench/pages.py [--talk LOADGEN] [MESSAGES…]

For each number of messages (10,000 and 1,000,000 by default) starts a demo in a temporary directory and fills its
database: alice writes with 100 others, is in 50 groups of 101, whose histories are alternately 'all' and 'joined', and
reads what goes to everyone; the messages are spread evenly over these 151 conversations. A fifth of them alice has never
read, in each of the others three messages are unread. Each message has six words by
chance of a vocabulary of twenty thousand; one in ten has a few words in Chinese, one in a thousand a rare word. Then prints how long the index was built, its size, and a row for each request: milliseconds until the answer
(median of REPEATS), and milliseconds of CPU that the daemon and the database took for it, on average.

With --talk, measures searches alone, first in quiet and then while 50 others write to 50 others at half the top rate, with
the median and the 99th percentile of TALKED searches each, and the daemon's heap after a collection; LOADGEN is the load
generator that `./chat bench` compiles (bench/target/loadgen).

The environment variables OTHERS and GROUPS set how many others and groups alice has.

Needs the mariadb client. Prints the rows as a table in Markdown.
"""
import json, os, re, signal, socket, ssl, statistics, subprocess, sys, tempfile, time
from pathlib import Path

# Otherwise a user searches 60 times a minute.
for rate in ("SEARCHES", "ACCOUNT_BYTES", "TEXTS", "TEXT_BYTES"):
    os.environ.setdefault("CHATD_RATES_" + rate, "0")
CHAT = str(Path(__file__).resolve().parent.parent / "chat")
REPEATS, TALKED, LOGINS = 200, 500, 20
OTHERS, GROUPS, FIRST = int(os.environ.get("OTHERS", 100)), int(os.environ.get("GROUPS", 50)), 1001
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
    concat('hello there, this is the text with the number ', seq, ' ', {words}, if(seq % 10 = 0, ' 我们明天下午开会', ''),
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

SEARCHES = {
    "a common word": {"text": "hello"}, "a rare word": {"text": "xylophone"}, "a prefix of one letter": {"text": "h"},
    "a phrase": {"text": '"with the number"'}, "one Chinese character": {"text": "会"}, "two": {"text": "开会"},
    "a word and a character": {"text": "hello 会"}, "a rare word of a group": {"text": "xylophone", "with": "G2"},
}

# Six words by chance of twenty thousand, some much more frequent than others.
WORDS = ", ' ', ".join(f"conv(floor(pow(rand(seq * 6 + {i}), 3) * 20000) + 46656, 10, 36)" for i in range(6))

TALKERS = """
insert into account (number, name, password_hash, must_change, state, everyone_after, created)
  select 5000 + seq, concat('b', seq), (select password_hash from account where name = 'alice'), 0, 0, 0, now(6)
  from seq_0_to_99;
insert into account_name (name, account, since) select name, number, created from account where number between 5000 and 5099;
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
        self.process.send_signal(signal.SIGTERM)  # begun in the background, it ignores SIGINT
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


def status(demo):
    """Return how far the index is."""
    return json.loads(subprocess.run(
        [CHAT, "admin", "--socket", demo.facts["CHAT_ADMIN_SOCKET"], "search", "status", "-o", "json"],
        check=True, capture_output=True, text=True).stdout)


def indexed(demo):
    """Wait until all is indexed; return how long it took, and what for."""
    begin, before = time.monotonic(), demo.cpu()
    while True:
        now = status(demo)
        if now["upTo"] == now["newest"] > 0:
            break
        time.sleep(0.2)
    used = [(after - start) * 1000 for start, after in zip(before, demo.cpu())]
    name = f"index of {now['bytes'] / now['messages']:.0f} bytes a message built"
    return name, [(time.monotonic() - begin) * 1000, *used]


def login(demo, info):
    session = Session(demo.facts)
    answer = session.ask(1, {"device": "bench", "remember": True, **info}, 2)
    if not answer["success"]:
        sys.exit(f"no login: {answer['code']}")
    return session, answer


def load(demo, password, *arguments):
    """Start the load generator."""
    return subprocess.Popen(
        [LOADGEN, "-d", "chat", "-s", "pair", "-n", "100", "-c", "4", "-P", demo.facts["CHAT_PORT"], "-w", password,
         "-p", str(demo.daemon), *arguments], stdout=subprocess.PIPE, text=True)


def figure(said, key):
    return float(re.search(rf"\b{key}=(-?[0-9.]+)", said)[1])


def times(session):
    """Yield for each search its name, the median of its milliseconds, and their 99th percentile."""
    for name, info in SEARCHES.items():
        took = []
        for _ in range(TALKED):
            begin = time.monotonic()
            session.ask(27, {"limit": 50, **info}, 20)
            took.append((time.monotonic() - begin) * 1000)
        yield name, statistics.median(took), statistics.quantiles(took, n=100)[98]


def heap(demo):
    """Return the MiB of the daemon's heap that live after a collection."""
    subprocess.run(["jcmd", str(demo.daemon), "GC.run"], check=True, stdout=subprocess.DEVNULL)
    said = subprocess.run(["jcmd", str(demo.daemon), "GC.heap_info"], check=True, capture_output=True, text=True).stdout
    return sum(int(used) for used in re.findall(r" total \d+K, used (\d+)K \[", said)) / 1024


def talked(messages, directory):
    """Print what searches take in quiet and while others talk."""
    demo, password = filled(messages, directory, TALKERS)
    try:
        session, _ = login(demo, {"user_id": "alice", "user_pwd": password})
        indexed(demo)
        list(times(session))  # warms Java up
        quiet, live = list(times(session)), heap(demo)
        load(demo, password, "-W", "4", "-T", "40", "-t", "1").communicate()
        top = figure(load(demo, password, "-W", "4", "-T", "2", "-t", "10").communicate()[0], "per_s")
        talk = load(demo, password, "-W", "64", "-r", str(round(top / 2)), "-T", "10", "-t", "3600")
        try:
            time.sleep(10)
            busy = list(times(session))
            behind = status(demo)
        finally:
            talk.terminate()
        print(f"\nHeap: {live:.0f} MiB; top rate {top:,.0f} a second; the index then: {behind['state']}.\n")
        for (name, *before), (_, *after) in zip(quiet, busy):
            print(f"| {name} | {messages:,} | {before[0]:.1f}, {before[1]:.1f} | {after[0]:.1f}, {after[1]:.1f} |", flush=True)
    finally:
        demo.stop()


def filled(messages, directory, more=""):
    """Return a demo with its database filled, and alice's password."""
    demo = Demo(directory)
    try:
        fill = FILL.format(
            first=FIRST, others=OTHERS, groups=GROUPS, conversations=CONVERSATIONS, messages=messages, words=WORDS,
            last_other=OTHERS - 1, last_conversation=CONVERSATIONS - 1)
        database = ["mariadb", "--no-defaults", "-u", "root", "-S", str(directory / "mariadb.sock"), "chatd"]
        subprocess.run(database, input=fill + more, text=True, check=True, stdout=subprocess.DEVNULL)
    finally:
        demo.stop()
    return Demo(directory), (directory / "alice.password").read_text().strip()


def measured(messages, directory):
    """Yield what was asked, and what it cost."""
    demo, password = filled(messages, directory)
    try:
        session, answer = login(demo, {"user_id": "alice", "user_pwd": password})
        counts = [unread["count"] for unread in answer["unread"].values()]
        if len(counts) != min(CONVERSATIONS, 2000):  # as many as a login tells
            sys.exit(f"{len(counts)} of {CONVERSATIONS} conversations have something unread")
        yield indexed(demo)
        older = status(demo)["newest"] - messages // 5
        asked = [
            ("50 messages of a pair, the newest", 19, {"with": f"U{FIRST}"}, 20),
            ("… after four fifths", 19, {"with": f"U{FIRST}", "before": older}, 20),
            ("50 of a group, the newest", 19, {"with": "G2"}, 20),
            ("… after four fifths", 19, {"with": "G2", "before": older}, 20),
            ("50 to everyone", 19, {"with": ""}, 20),
            ("50 of all conversations", 19, {}, 20),
            ("50 conversations with their counts", 37, {}, 38),
            *[(f"search: {what}", 27, info, 20) for what, info in SEARCHES.items()],
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
    arguments = sys.argv[1:]
    LOADGEN = arguments[1] if arguments[:1] == ["--talk"] else None
    sizes = [int(argument) for argument in arguments[2 if LOADGEN else 0:]] or [10_000, 1_000_000]
    if LOADGEN:
        print("| search | messages | p50, p99 ms in quiet | p50, p99 ms at half the top rate |\n| --- | --- | --- | --- |")
    else:
        print("| | messages | ms | daemon, CPU ms | database, CPU ms |\n| --- | --- | --- | --- | --- |")
    for messages in sizes:
        with tempfile.TemporaryDirectory() as directory:
            if LOADGEN:
                talked(messages, Path(directory) / "demo")
                continue
            for name, (took, daemon, database) in measured(messages, Path(directory) / "demo"):
                print(f"| {name} | {messages:,} | {took:.2f} | {daemon:.2f} | {database:.2f} |", flush=True)
