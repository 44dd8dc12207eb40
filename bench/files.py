#!/usr/bin/env python3
"""Measure files over HTTP: what a large one costs, and what downloads do to those who talk.

Usage: [RATE=1000] bench/files.py [LOADGEN]

Starts a demo in a temporary directory. First sends a file of 256 MiB and fetches it again, ROUNDS times, each time beside
nginx, which serves the same bytes from a file over TLS: seconds, CPU seconds of the server (daemon and database apart) and
its largest resident memory. With LOADGEN, the load generator that `./chat bench` compiles (bench/target/loadgen), then lets
2,500 write to 2,500 others, RATE messages a second together, and prints their latency in quiet and while 100 others fetch a
file of 16 MiB again and again, with 1 MiB/s each, and as fast as they can.

Needs curl, nginx and the mariadb client. Prints the rows as tables in Markdown.
"""
import os, re, shutil, signal, subprocess, sys, tempfile, time
from pathlib import Path

import pages

ROUNDS, LARGE, SMALL = 3, 256 << 20, 16 << 20
TOLD = ["p50_ms", "p99_ms", "delivered", "lost", "server_cpu_pct", "db_cpu_pct", "loadgen_cpu_pct", "other_cpu_pct", "rss_kib"]
TALKERS, RATE, FETCHERS, SECONDS = 5_000, int(os.environ.get("RATE", 1_000)), 100, 30

ACCOUNTS = """
insert into account (number, name, password_hash, must_change, state, everyone_after, created)
  select 5000 + seq, concat('b', seq), (select password_hash from account where name = 'alice'), 0, 0, 0, now(6)
  from seq_0_to_{last};
insert into account_name (name, account, since) select name, number, created from account where number >= 5000;
"""

NGINX = """
daemon off; master_process off; pid {directory}/nginx.pid; error_log {directory}/nginx.log;
events {{ }}
http {{
  access_log off; client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
  uwsgi_temp_path {directory}; scgi_temp_path {directory};
  server {{
    listen [::1]:{port} ssl; ssl_certificate {demo}/server.pem; ssl_certificate_key {demo}/server.key;
    root {directory}/www;
  }}
}}
"""


def cpu(pid):
    stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(stat[11]) + int(stat[12])) / pages.TICKS


def peak(pid):
    """Return the largest resident memory in MiB since the last call."""
    most = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return most


def curl(demo, *arguments, **more):
    return subprocess.run(
        ["curl", "-sS", "--fail", "--cacert", demo.facts["CHAT_CA"], *arguments], check=True, capture_output=True, text=True,
        **more).stdout


def costs(name, pids, once):
    """Do something once; print how long it took and what it cost these processes."""
    before = [cpu(pid) for pid in pids]
    [peak(pid) for pid in pids]
    begin = time.monotonic()
    said = once()
    took = time.monotonic() - begin
    used = ", ".join(f"{cpu(pid) - start:.2f}" for pid, start in zip(pids, before))
    most = ", ".join(f"{peak(pid):.0f}" for pid in pids)
    print(f"| {name} | {took:.2f} | {used} | {most} |", flush=True)
    return said


def send(demo, token, path, name):
    size = path.stat().st_size
    said = curl(
        demo, "-H", f"Authorization: Bearer {token}", "-T", str(path), "-X", "POST",
        f"https://localhost:{demo.facts['CHAT_PORT']}/files?to=alice&name={name}&size={size}")
    return int(re.search(r'"file":(\d+)', said)[1])


def url(demo, file):
    return f"https://localhost:{demo.facts['CHAT_PORT']}/files/{file}"


def large(demo, token, directory):
    www = directory / "www"
    www.mkdir()
    content = www / "large.bin"
    port = 18443
    configuration = directory / "nginx.conf"
    configuration.write_text(NGINX.format(directory=directory, demo=demo.directory, port=port))
    nginx = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(configuration), "-p", str(directory)])
    try:
        print("| 256 MiB | s | CPU s | MiB resident |\n| --- | --- | --- | --- |")
        ours = [demo.daemon, demo.database]
        for _ in range(ROUNDS):
            # The same content again would be removed while it is fetched.
            content.write_bytes(os.urandom(LARGE))
            file = costs("upload; daemon, database", ours, lambda: send(demo, token, content, "large.bin"))
            fetch = ["-o", "/dev/null", "-H", f"Authorization: Bearer {token}", url(demo, file)]
            costs("download; daemon, database", ours, lambda: curl(demo, *fetch))
            costs("download; nginx", [nginx.pid], lambda: curl(demo, "-o", "/dev/null", f"https://localhost:{port}/large.bin"))
    finally:
        nginx.terminate()
        nginx.wait()


def talked(demo, password, token, directory):
    content = directory / "small.bin"
    content.write_bytes(os.urandom(SMALL))
    file = send(demo, token, content, "small.bin")

    def fetch(rate):
        again = f"while curl -s --cacert {demo.facts['CHAT_CA']} --limit-rate {rate} -o /dev/null " \
                f"-H 'Authorization: Bearer {token}' {url(demo, file)}; do :; done"
        return subprocess.Popen(["bash", "-c", again], start_new_session=True)

    states = [("in quiet", None), ("beside 100 downloads of 1 MiB/s", "1M"), ("in quiet", None),
              ("beside 100 downloads", "1000M")]
    # A line for each measured window, as soon as that has ended.
    talkers = subprocess.Popen(
        ["stdbuf", "-oL", pages.LOADGEN, "-d", "chat", "-s", "pair", "-n", str(TALKERS), "-c", "4", "-P",
         demo.facts["CHAT_PORT"], "-w", password, "-p", str(demo.daemon), "-q", str(demo.database), "-W", "64", "-r",
         str(RATE), "-T", "20", "-t", str(SECONDS), "-j", str(len(states))], stdout=subprocess.PIPE, text=True)
    print(f"\n| 5,000 talk, {RATE} messages/s | {' | '.join(TOLD)} | MiB/s |\n| --- {'| --- ' * len(TOLD)}| --- |")
    try:
        for name, rate in states:
            fetchers = [fetch(rate) for _ in range(FETCHERS)] if rate else []
            try:
                begin, before = time.monotonic(), sent()
                line = next(line for line in talkers.stdout if "p99" in line)
                speed = (sent() - before) / (time.monotonic() - begin) / (1 << 20)
            finally:
                ended(fetchers)
            told = [pages.figure(line, key) for key in TOLD]
            print(f"| {name} | {' | '.join(f'{figure:,.1f}' for figure in told)} | {speed:.0f} |", flush=True)
    finally:
        talkers.kill()


def sent():
    """Return how many bytes were sent within this machine."""
    return int(re.search(r"lo:\s*(\d+)", Path("/proc/net/dev").read_text())[1])


def ended(fetchers):
    for one in fetchers:
        os.killpg(one.pid, signal.SIGKILL)
        one.wait()


def main():
    pages.LOADGEN = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        demo = pages.Demo(directory / "demo")
        if pages.LOADGEN:
            database = ["mariadb", "--no-defaults", "-u", "root", "-S", str(demo.directory / "mariadb.sock"), "chatd"]
            demo.stop()
            demo = pages.Demo(directory / "demo")
            subprocess.run(database, input=ACCOUNTS.format(last=TALKERS - 1), text=True, check=True)
            demo.stop()
            demo = pages.Demo(directory / "demo")
        try:
            password = (demo.directory / "alice.password").read_text().strip()
            session, answer = pages.login(demo, {"user_id": "alice", "user_pwd": password})
            token = answer["token"]
            large(demo, token, directory)
            if pages.LOADGEN:
                talked(demo, password, token, directory)
            session.close()
        finally:
            demo.stop()


if __name__ == "__main__":
    main()
