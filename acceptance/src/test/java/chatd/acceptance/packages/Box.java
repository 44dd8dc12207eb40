package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.BuiltOnce;
import chatd.acceptance.kit.ProcessResult;
import chatd.fixtures.TestTimeout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * A Debian system booted by systemd, with MariaDB and no network: started from a tree that is built
 * once, changed only in memory, and gone when it is closed. On a machine that can't boot one, the
 * tests that need it are skipped and say why.
 */
final class Box implements AutoCloseable {
    /** The output of {@code ./chat package}, mounted in the box as {@code /ci}. */
    static final Path PACKAGES = ProcessResult.ROOT.resolve("systemd/target/dist");

    private static final Path TREES = ProcessResult.ROOT.resolve("acceptance/target/trees");
    private static final List<String> PROGRAMS =
            List.of("mmdebstrap", "systemd-nspawn", "nsenter", "unshare", "setpriv");

    private final String name;
    private final Process process;
    private final Path output;
    private final Path cgroup;
    private final long leader;

    private Box(String name, Process process, Path output, Path cgroup, long leader) {
        this.name = name;
        this.process = process;
        this.output = output;
        this.cgroup = cgroup;
        this.leader = leader;
    }

    /**
     * Boots a box.
     *
     * @param release {@code bookworm} or {@code trixie}
     * @param packages to install besides systemd and MariaDB
     * @throws TestAbortedException if this machine can't boot one
     */
    static Box boot(String release, String... packages) {
        require(ProcessHandle.current().info().user().filter("root"::equals).isPresent(), "it needs root");
        for (String program : PROGRAMS) {
            require(has(program), "there is no " + program);
        }
        Path cgroupRoot = cgroupRoot();
        try {
            Path tree = tree(release, packages);
            // Always a new name: a run that was killed leaves its control group behind.
            Path cgroup = Files.createTempDirectory(cgroupRoot, "chatd-" + release);
            String name = cgroup.getFileName().toString();
            Path output = Files.createTempFile(name, ".out");
            List<String> command = List.of(
                    "sh",
                    "-c",
                    "echo $$ >" + cgroup + "/cgroup.procs && exec setpriv --pdeathsig KILL unshare --mount --pid --fork"
                            + " --kill-child --mount-proc env SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -q"
                            + " --register=no --keep-unit --private-network --machine=" + name + " -D " + tree
                            + " --volatile=overlay --boot --console=passive --link-journal=no --resolv-conf=off"
                            + " --timezone=off --capability=CAP_BPF --system-call-filter=bpf --bind-ro=" + PACKAGES
                            + ":/ci");
            Process process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            await().until(() -> !process.isAlive() || init(process).findFirst().isPresent());
            if (!process.isAlive()) {
                Files.deleteIfExists(cgroup);
                throw new TestAbortedException(warn("it does not boot: " + Files.readString(output)));
            }
            Box box = new Box(
                    name,
                    process,
                    output,
                    cgroup,
                    init(process).findFirst().orElseThrow().pid());
            assertThat(box.leader).isGreaterThan(1);
            await().until(() -> box.run("systemctl", "is-system-running").out().matches("(running|degraded)\\s*"));
            return box;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<ProcessHandle> init(Process process) {
        return process.descendants()
                .filter(each -> each.info().command().orElse("").endsWith("/systemd"));
    }

    private static boolean has(String program) {
        return ProcessResult.program(List.of("sh", "-c", "command -v " + program))
                        .exit()
                == 0;
    }

    private static void require(boolean isMet, String otherwise) {
        if (!isMet) {
            throw new TestAbortedException(warn(otherwise));
        }
    }

    private static String warn(String why) {
        String said = "NOT TESTED on a booted Debian: " + why;
        System.err.println(said);
        return said;
    }

    /** Returns where control groups, version 2, are mounted. */
    private static Path cgroupRoot() {
        try (Stream<String> mounts = Files.lines(Path.of("/proc/mounts"))) {
            return mounts.map(line -> line.split(" ", -1))
                    .filter(mount -> mount[2].equals("cgroup2"))
                    .map(mount -> Path.of(mount[1]))
                    .findFirst()
                    .orElseThrow(() -> new TestAbortedException(warn("there are no control groups, version 2")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the tree of a release with these packages, built on first use from the mirror that
     * this machine uses.
     */
    private static Path tree(String release, String... packages) throws IOException {
        String name = release + "-" + Integer.toHexString(List.of(packages).hashCode());
        return BuiltOnce.get(TREES, name, tree -> buildTree(release, tree, packages));
    }

    private static void buildTree(String release, Path tree, String... packages) {
        ProcessResult made = ProcessResult.programWithin(
                Duration.ofMinutes(10),
                List.of(
                        "sh",
                        "-c",
                        """
                        set -e
                        of() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E "$1/?\\$" | sort -u | head -n 1; }
                        main=$(of /debian) security=$(of /debian-security)
                        rm -rf "$2"
                        mmdebstrap --quiet --variant=minbase --essential-hook='mkdir -p "$1/usr/share/man/man1"' \
                          --include=systemd-sysv,systemd,dbus,libpam-systemd,libnss-systemd,iproute2,procps,openssl,mariadb-server,libargon2-1$3 \
                          "$1" "$2" "deb $main $1 main" "deb $main $1-updates main" "deb $security $1-security main"
                        printf '127.0.0.1 localhost\\n127.0.1.1 box\\n::1 localhost\\n' >"$2/etc/hosts"
                        echo box >"$2/etc/hostname"
                        rm -f "$2/etc/resolv.conf"
                        """,
                        "sh",
                        release,
                        tree.toString(),
                        packages.length == 0 ? "" : "," + String.join(",", packages)));
        require(made.exit() == 0, "the tree of " + release + " can't be made: " + made.err());
    }

    /** Runs a program in the box, as root. */
    ProcessResult run(String... command) {
        List<String> all = new ArrayList<>(List.of(
                "setsid",
                "-w",
                "nsenter",
                "-t",
                Long.toString(leader),
                "-a",
                "env",
                "-i",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "HOME=/root",
                "LANG=C.UTF-8",
                "DEBIAN_FRONTEND=noninteractive"));
        all.addAll(List.of(command));
        return ProcessResult.program(all);
    }

    /** Runs a shell command in the box, as root. */
    ProcessResult sh(String line) {
        return run("sh", "-c", line);
    }

    /** Renews the daemon's certificate by the hook as printed on the page, which certbot's package would run. */
    void renewByHook() {
        sh("""
                set -e
                sed -n '/^#!\\/bin\\/sh/,/^```/p' /usr/share/doc/chatd/operations/certificates.md | sed '$d' >/root/hook
                mkdir /root/lineage
                chat-admin cert dev --name chat.example.org --name localhost /root/lineage
                mv /root/lineage/server.pem /root/lineage/fullchain.pem
                mv /root/lineage/server.key /root/lineage/privkey.pem
                RENEWED_LINEAGE=/root/lineage sh /root/hook
                """).exits(0);
    }

    /** Returns the daemon's entries in systemd's journal, with these options of {@code journalctl}. */
    String journal(String... options) {
        List<String> all = new ArrayList<>(List.of("journalctl", "--no-pager", "-o", "cat", "-u", "chatd"));
        all.addAll(List.of(options));
        run("journalctl", "--sync");
        return run(all.toArray(String[]::new)).out();
    }

    /** Returns a property of the daemon's unit. */
    String unit(String property) {
        return run("systemctl", "show", "-P", property, "chatd").out().strip();
    }

    @Override
    public void close() {
        try {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            process.waitFor(TestTimeout.LONG);
            if (Files.exists(cgroup)) {
                Files.writeString(cgroup.resolve("cgroup.kill"), "1", StandardOpenOption.WRITE);
                await().until(() -> ProcessResult.program(List.of(
                                        "find", cgroup.toString(), "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"))
                                .exit()
                        == 0);
            }
            Files.deleteIfExists(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
