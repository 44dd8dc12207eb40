#!/usr/bin/env python3
"""Measure how fast a file goes directly from one chat-client to another, beside scp over the same way.

Usage: bench/direct.py [MEBIBYTES]

Starts a demo in a temporary directory, and two machines in network namespaces. Between them is either a link of the kernel
alone, or a relay of this program, which limits (packets wait for 50 ms at most, the rest is lost) and delays what passes, UDP
and TCP alike. Sends a file (256 MiB by default) over each way by `chat-client direct` and by scp, ROUNDS times in turn. The
speed is that from the first bytes that are on the receiver's disk to the last ones; its share of the link is that of the
file's bytes, headers not counted.

Needs root, iproute2, the mariadb client, and OpenSSH's server. Prints the rows as a table in Markdown.
"""
import fcntl, os, select, shutil, signal, struct, subprocess, sys, tempfile, time
from collections import deque
from multiprocessing import Process
from pathlib import Path

import pages

ROUNDS, QUEUE = 3, 0.05
HERE = Path(__file__).resolve().parent
WAYS = [("no limit", None, 0), ("100 Mbit/s, 10 ms each way", 100e6, 0.01), ("100 Mbit/s, 20 ms each way", 100e6, 0.02)]

ACCOUNT = """
insert into account (number, name, password_hash, must_change, state, everyone_after, created)
  select 5000, 'carol', (select password_hash from account where name = 'alice'), 0, 0, 0, now(6);
insert into account_name (name, account, since) select name, number, created from account where number = 5000;
"""


def run(*words, **more):
    return subprocess.run(words, check=True, capture_output=True, text=True, **more).stdout


class Machines:
    """Two machines that reach the daemon, each by a link of its own, and each other by one way alone."""

    def __init__(self):
        self.names = [f"bench{os.getpid()}{side}" for side in "ab"]
        for i, name in enumerate(self.names):
            run("ip", "netns", "add", name)
            self.inside(i, "ip", "link", "set", "lo", "up")
            run("ip", "link", "add", name, "type", "veth", "peer", "name", "wan", "netns", name)
            for inside, link, address in [(False, name, f"fd7b:{i}::1/64"), (True, "wan", f"fd7b:{i}::2/64")]:
                words = ["ip", "addr", "add", address, "dev", link, "nodad"]
                self.inside(i, *words) if inside else run(*words)
            run("ip", "link", "set", name, "up")
            self.inside(i, "ip", "link", "set", "wan", "up")
            hosts = Path("/etc/netns") / name / "hosts"
            hosts.parent.mkdir(parents=True)
            hosts.write_text(f"fd7b:{i}::1 localhost\n")
        self.relay = None

    def inside(self, i, *words):
        return run("ip", "netns", "exec", self.names[i], *words)

    def connect(self, rate, delay):
        """Lay the way between both."""
        if rate is None:
            run("ip", "link", "add", "way", "netns", self.names[0], "type", "veth",
                "peer", "name", "way", "netns", self.names[1])
        else:
            ends = [tunnel(name) for name in self.names]
            self.relay = Process(target=forward, args=(ends, rate, delay), daemon=True)
            self.relay.start()
            [os.close(end) for end in ends]
        for i in (0, 1):
            self.inside(i, "ip", "addr", "add", f"fd7c::{i + 1}/64", "dev", "way", "nodad")
            self.inside(i, "ip", "link", "set", "way", "up")

    def disconnect(self):
        if self.relay:
            self.relay.terminate()
            self.relay.join()
            self.relay = None
        else:
            self.inside(0, "ip", "link", "del", "way")

    def close(self):
        for name in self.names:
            subprocess.run(["ip", "link", "del", name])
            subprocess.run(["ip", "netns", "del", name])
            shutil.rmtree(Path("/etc/netns") / name, ignore_errors=True)


def tunnel(name):
    """Return one end of a link `way` whose other end is in a namespace."""
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    link = f"t{name[-8:]}"
    fcntl.ioctl(end, 0x400454CA, struct.pack("16sH", link.encode(), 0x1001))  # TUNSETIFF: IFF_TUN, IFF_NO_PI
    run("ip", "link", "set", link, "netns", name)
    run("ip", "netns", "exec", name, "ip", "link", "set", link, "name", "way")
    return end


def forward(ends, rate, delay):
    """Pass packets between two ends, each direction with a limit, a queue and a delay of its own."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    waiting, free = (deque(), deque()), [0.0, 0.0]
    while True:
        dues = [queue[0][0] for queue in waiting if queue]
        pause = max(0.0, min(dues) - time.monotonic()) if dues else None
        readable, _, _ = select.select(ends, [], [], pause)
        for end in readable:
            to = 1 - ends.index(end)
            try:
                for _ in range(64):
                    packet = os.read(end, 2048)
                    now = time.monotonic()
                    begin = max(now, free[to])
                    if begin - now <= QUEUE:
                        free[to] = begin + len(packet) * 8 / rate
                        waiting[to].append((free[to] + delay, packet))
            except BlockingIOError:
                pass
        now = time.monotonic()
        for to, queue in enumerate(waiting):
            while queue and queue[0][0] <= now:
                try:
                    os.write(ends[to], queue.popleft()[1])
                except OSError:
                    pass  # The link is not up yet, or its queue is full.


def speed(directory, size, transfer):
    """Start a transfer into an empty directory; return its bytes a second once it is through."""
    for old in directory.iterdir():
        old.unlink()
    processes = transfer()
    began = None
    while True:
        there = sum(path.stat().st_size for path in directory.iterdir() if path.exists())
        now = time.monotonic()
        if began is None and there > 0:
            began, first = now, there
        if there >= size:
            break
        if any(process.poll() not in (None, 0) for process in processes):
            sys.exit("a transfer failed: " + " ".join(processes[-1].args))
        time.sleep(0.002)
    for process in processes:
        if process.wait() != 0:
            sys.exit("a transfer failed: " + " ".join(process.args))
    return (size - first) / (now - began)


def main():
    size = int(sys.argv[1] if len(sys.argv) > 1 else 256) << 20
    work = Path(tempfile.mkdtemp(prefix="chatd-direct-"))
    into, file = work / "in", work / "file.bin"
    into.mkdir()
    file.write_bytes(os.urandom(size))
    os.environ |= {"CHATD_LISTEN_ADDRESSES": "[::]:0", "CHATD_LISTEN_UDP": "[::]:0", "CHATD_DIRECT_CALLS": "1000"}
    demo, machines, sshd = pages.Demo(work / "demo"), None, None
    try:
        subprocess.run(
            ["mariadb", "--no-defaults", "-u", "root", "-S", str(demo.directory / "mariadb.sock"), "chatd"],
            input=ACCOUNT, text=True, check=True)
        demo.stop()
        demo = pages.Demo(work / "demo")
        machines = Machines()
        password = demo.directory / "alice.password"
        carol, _ = pages.login(demo, {"user_id": "carol", "user_pwd": password.read_text().strip()})
        carol.ask(35, {"calls": "everyone"}, 35)

        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(work / "host"))
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(work / "key"))
        Path("/run/sshd").mkdir(exist_ok=True)
        sshd = subprocess.Popen(
            ["ip", "netns", "exec", machines.names[1], "/usr/sbin/sshd", "-D", "-f", "/dev/null", "-h", str(work / "host"),
             "-o", f"AuthorizedKeysFile={work}/key.pub", "-o", "StrictModes=no", "-o", "PermitRootLogin=yes",
             "-o", "UsePAM=no", "-o", "PidFile=none", "-o", "Subsystem=sftp internal-sftp"])

        def client(i, user, *words):
            return subprocess.Popen(
                ["ip", "netns", "exec", machines.names[i], pages.CHAT, "client", "--ca", demo.facts["CHAT_CA"],
                 "--password-file", str(password), f"{user}@localhost:{demo.facts['CHAT_PORT']}", "direct", *words])

        def direct():
            accept = client(1, "carol", "accept", "--from", "alice", "--into", str(into))
            time.sleep(3)  # until it is logged in
            return [accept, client(0, "alice", "send", "carol", str(file))]

        def scp():
            return [subprocess.Popen(
                ["ip", "netns", "exec", machines.names[0], "scp", "-q", "-i", str(work / "key"), "-o", "BatchMode=yes",
                 "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", str(file), f"root@[fd7c::2]:{into}/"])]

        print("| way | chat-client, MB/s | scp, MB/s | share of the link | scp's |\n| --- | --- | --- | --- | --- |")
        for name, rate, delay in WAYS:
            machines.connect(rate, delay)
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(speed(into, size, direct))
                theirs.append(speed(into, size, scp))
            machines.disconnect()
            cells = [" ".join(f"{each / 1e6:.1f}" for each in sorted(all)) for all in (ours, theirs)]
            shares = [f"{sorted(all)[ROUNDS // 2] * 8 / rate:.3f}" if rate else "–" for all in (ours, theirs)]
            print(f"| {name} | {' | '.join(cells + shares)} |", flush=True)
    finally:
        if sshd:
            sshd.kill()
        if machines:
            machines.close()
        demo.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    main()
