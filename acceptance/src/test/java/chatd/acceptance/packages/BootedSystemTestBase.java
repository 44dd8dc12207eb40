package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.ProcessResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What an administrator does with the packages on their own Debian system, from installation to
 * purge. CI runs a shorter version; the steps tagged {@code whole} are left to the campaigns.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class BootedSystemTestBase {
    private final String release;
    private final String[] more;
    private final String packages;
    private String machineState = "";
    Box box;

    /**
     * @param more further Debian packages that the box has
     * @param packages our packages that are installed
     */
    BootedSystemTestBase(String release, String[] more, String packages) {
        this.release = release;
        this.more = more.clone();
        this.packages = packages;
    }

    @BeforeAll
    void boot() {
        machineState = machineState();
        box = Box.boot(release, more);
    }

    @AfterAll
    void shutDown() {
        if (box != null) {
            box.close();
            assertThat(machineState()).as("the machine is unchanged").isEqualTo(machineState);
        }
    }

    private static String machineState() {
        return ProcessResult.program(java.util.List.of(
                        "sh", "-c", "cat /proc/sys/fs/protected_*; stat -c %a /dev/null /dev/zero /dev/full"))
                .out();
    }

    void awaitActive() {
        await().until(() -> box.unit("ActiveState").equals("active")
                && box.unit("SubState").equals("running")
                && box.run("chat-admin", "stats").out().contains("listening"));
    }

    private String fingerprint() {
        Matcher hex = Pattern.compile("\"fingerprint\" ?: ?\"([0-9a-f]{64})\"")
                .matcher(box.run("chat-admin", "-o", "json", "cert", "show")
                        .exits(0)
                        .out());
        assertThat(hex.find()).isTrue();
        return hex.group(1);
    }

    private ProcessResult client(String name, String... arguments) {
        return box.sh("chat-client --password-file /root/" + name + ".pw --fingerprint " + fingerprint() + " " + name
                + "@localhost " + String.join(" ", arguments));
    }

    private void addUser(String name) {
        String once = box.run("chat-admin", "user", "add", name).exits(0).out();
        Matcher password = Pattern.compile(": (\\S+)\\s*$").matcher(once);
        assertThat(password.find()).as(once).isTrue();
        box.sh("echo " + password.group(1) + " >/root/" + name + ".pw; echo sturdy-enough-" + name + " >/root/new.pw")
                .exits(0);
        client(name, "passwd", "--new-password-file", "/root/new.pw").exits(0);
        box.sh("mv /root/new.pw /root/" + name + ".pw").exits(0);
    }

    void sendAsAlice(String text) {
        client("alice", "send", "bob", "--", text).exits(0);
    }

    /** Adds a drop-in of the administrator's own and restarts the daemon with it. */
    void configure(String name, String setting) {
        box.sh("""
                set -e
                mkdir -p /etc/systemd/system/chatd.service.d
                printf '[Service]\\n%s\\n' >/etc/systemd/system/chatd.service.d/%s.conf
                systemctl daemon-reload
                systemctl restart chatd
                """.formatted(setting, name)).exits(0);
    }

    private void verifyLog() {
        assertThat(box.run("chat-admin", "log", "verify", "--messages").exits(3).out())
                .contains("consistent in itself");
    }

    @Test
    @Order(1)
    void thePackagesInstallAndTheDaemonStarts() {
        box.sh("apt-get install -y --no-install-recommends " + packages).exits(0);
        awaitActive();
        assertThat(box.run("systemctl", "is-enabled", "chatd").out()).isEqualTo("enabled\n");
        assertThat(box.journal()).contains("no certificate is configured", "is ready after", "listening on [::]:7443");
        assertThat(box.journal("-p", "err")).doesNotContain("chatd:", "ERROR", "\tat ");
        assertThat(box.unit("StatusText")).isEqualTo("0 users online");
        assertThat(box.run("chatd", "--version").exits(0).out())
                .startsWith("chatd 0.")
                .contains("on Java 25");
        assertThat(box.sh("stat -c '%U %G %a %n' /var/log/chatd /var/log/chatd/audit.xml /run/chatd/*.sock"
                                + " /var/lib/chatd /var/lib/chatd/seal.key")
                        .out())
                .isEqualTo("""
                        chatd chataudit 2750 /var/log/chatd
                        chatd chataudit 640 /var/log/chatd/audit.xml
                        chatd chatadmin 660 /run/chatd/admin.sock
                        chatd chataudit 660 /run/chatd/audit.sock
                        chatd chathelp 660 /run/chatd/help.sock
                        chatd chatmod 660 /run/chatd/moderate.sock
                        chatd chatd 700 /var/lib/chatd
                        chatd chatd 600 /var/lib/chatd/seal.key
                        """);
    }

    @Test
    @Order(2)
    void theUnitIsSandboxed() {
        box.run("systemd-analyze", "security", "--threshold=15", "chatd.service")
                .exits(0);
        assertThat(box.run(
                                "systemd-analyze",
                                "verify",
                                "--man=no",
                                "chatd.service",
                                "chatd.socket",
                                "chatd-archive.service",
                                "chatd-backup.service",
                                "chatd-backup.timer")
                        .err())
                .doesNotContain("chatd");
        assertThat(box.sh("cat /proc/$(systemctl show -P MainPID chatd)/status").out())
                .containsPattern("CapBnd:\\s+0+\\n")
                .containsPattern("NoNewPrivs:\\s+1\\n");
    }

    private String archives() {
        return box.sh("cd /var/cache/chatd && ls -d chatd*").out();
    }

    /** Neither the daemon's start nor its stop waits for it, and one whose creation was interrupted is made again. */
    @Test
    @Order(3)
    void theClassArchiveIsMadeInTheBackground() {
        await().until(() -> archives().matches("chatd-\\d+-\\d+\\.jsa\\n"));
        assertThat(box.sh("systemctl restart chatd && rm /var/cache/chatd/*.jsa && systemctl restart chatd")
                        .exits(0)
                        .out())
                .isEmpty();
        await().until(() -> archives().contains(".jsa.new\n"));
        // Two busy loops occupy both processors of many machines.
        box.sh("""
                for i in 1 2; do (timeout 300 sh -c 'while :; do :; done' >/dev/null 2>&1 &); done
                systemctl restart chatd
                """).exits(0);
        assertThat(box.journal("-u", "chatd", "-u", "chatd-archive")).doesNotContain("timed out", "Failed with result");
        await().until(() -> archives().matches("chatd-\\d+-\\d+\\.jsa\\n"));
        box.sh("pkill -f '[w]hile :'; systemctl restart chatd").exits(0);
        assertThat(box.sh("tr '\\0' ' ' </proc/$(systemctl show -P MainPID chatd)/cmdline")
                        .out())
                .containsPattern("-XX:SharedArchiveFile=/var/cache/chatd/chatd-\\d+-\\d+\\.jsa ");
        awaitActive();
    }

    /** The daemon may use only its own database, and there is no password. */
    @Test
    @Order(4)
    void theDatabaseUserHasRightsOnItsOwnSchemaOnly() {
        assertThat(box.sh("mariadb -N -e 'show grants for chatd@localhost'").out())
                .contains("GRANT USAGE ON *.* TO `chatd`@`localhost` IDENTIFIED VIA unix_socket")
                .contains("GRANT ALL PRIVILEGES ON `chatd`.* TO `chatd`@`localhost`")
                .hasLineCount(2);
        for (int i = 0; i < 2; i++) {
            assertThat(box.run("chatd-setup").exits(0).out())
                    .contains("The database chatd and its user chatd are ready");
        }
        assertThat(box.run("chatd-setup", "--print-sql").exits(0).out()).contains("grant all privileges on `chatd`.*");
        assertThat(box.run("chatd-setup", "--host").exits(2).err()).contains("--host needs a value");
        assertThat(box.run("chatd-setup", "--socket", "/nowhere").exits(1).err())
                .contains("no MariaDB at /nowhere");
    }

    @Test
    @Order(5)
    void usersAreAddedAndTalk() {
        addUser("alice");
        addUser("bob");
        sendAsAlice("from-the-first-day");
        assertThat(client("bob", "history").exits(0).out()).contains("from-the-first-day");
        box.sh("useradd -G chatadmin heidi && useradd -G chataudit otto && useradd mallory")
                .exits(0);
        assertThat(box.sh("runuser -u heidi -- chat-admin user list").exits(0).out())
                .contains("alice", "bob");
        box.sh("runuser -u otto -- chat-admin user list").exits(0);
        box.sh("runuser -u otto -- chat-admin user disable bob").exits(3);
        box.sh("runuser -u otto -- chat-admin log verify /var/log/chatd").exits(3);
        box.sh("runuser -u mallory -- chat-admin stats").exits(3);
        box.sh("runuser -u mallory -- cat /var/log/chatd/audit.xml").exits(1);
        verifyLog();
    }

    @Test
    @Tag("whole")
    @Order(6)
    void aReloadLoadsACertificateAndDropsNobody() {
        String before = fingerprint();
        box.sh("(chat-client --password-file /root/bob.pw --fingerprint " + before
                        + " bob@localhost tail >/root/tail.out 2>&1 &)")
                .exits(0);
        await().until(() -> box.run("chat-admin", "session", "list").out().contains("bob"));
        box.sh("chat-admin cert dev --name chat.example.org --name localhost /etc/chatd/tls && chgrp chatd"
                        + " /etc/chatd/tls/server.key && chmod 640 /etc/chatd/tls/server.key && sed -i"
                        + " 's/^#certificate/certificate/; s/^#key/key/' /etc/chatd/chatd.toml")
                .exits(0);
        box.run("systemctl", "reload", "chatd").exits(0);
        String after = fingerprint();
        assertThat(after).isNotEqualTo(before);
        assertThat(box.journal()).contains("the certificate of CN=chat.example.org");
        sendAsAlice("after-the-reload");
        await().until(() -> box.sh("cat /root/tail.out").out().contains("after-the-reload"));
        // It is also loaded without a command, when the files change.
        box.sh(
                        "cd /etc/chatd/tls && chat-admin cert dev --replace --name localhost . && chgrp chatd server.key && chmod 640"
                                + " server.key")
                .exits(0);
        await().until(() -> !fingerprint().equals(after));
        sendAsAlice("after-the-renewal");
        await().until(() -> box.sh("cat /root/tail.out").out().contains("after-the-renewal"));
    }

    /** The hook as printed on the page, which certbot's package would run. */
    @Test
    @Tag("whole")
    @Order(7)
    void theHookOnThePageHandsARenewedCertificateToTheDaemon() {
        String before = fingerprint();
        box.renewByHook();
        assertThat(fingerprint()).isNotEqualTo(before);
        assertThat(box.sh("stat -c '%U %G %a' /etc/chatd/tls/server.key").out()).isEqualTo("root chatd 640\n");
    }

    @Test
    @Tag("whole")
    @Order(8)
    void aWrongConfigurationIsReportedAndThePreviousOneStays() {
        box.sh("cp -a /etc/chatd/chatd.toml /root/ && printf '[limits]\\ntext = \"many\"\\n' >>/etc/chatd/chatd.toml")
                .exits(0);
        assertThat(box.run("systemctl", "reload", "chatd").exit()).isNotZero();
        assertThat(box.journal()).contains("limits.text: expected a size");
        assertThat(box.unit("ActiveState")).isEqualTo("active");
        sendAsAlice("as-before");
        box.run("systemctl", "restart", "chatd");
        await().until(() -> box.unit("ActiveState").equals("failed"));
        assertThat(box.unit("ExecMainStatus")).isEqualTo("78");
        assertThat(box.journal("-p", "err")).contains("limits.text: expected a size");
        box.sh("cp -a /root/chatd.toml /etc/chatd/ && systemctl start chatd").exits(0);
        awaitActive();
    }

    @Test
    @Tag("whole")
    @Order(9)
    void aKilledDaemonRestartsAndItsLogIsIntact() {
        // Long enough to look at the log between the kill and the next start, however slow the
        // machine is.
        configure("restart", "RestartSec=1h");
        awaitActive();
        sendAsAlice("before-the-kill");
        kill();
        await().until(() -> box.unit("SubState").equals("auto-restart"));
        assertThat(box.sh("cat /var/log/chatd/audit.part; echo '</audit>'").out())
                .isEqualTo(box.sh("cat /var/log/chatd/audit.xml").out());
        box.run("chat-admin", "log", "verify", "/var/log/chatd").exits(3);
        configure("restart", "RestartSec=1s");
        awaitActive();
        String pid = kill();
        awaitActive();
        assertThat(box.unit("MainPID")).isNotEqualTo(pid);
        assertThat(client("bob", "history").out()).contains("before-the-kill");
        verifyLog();
    }

    /** Kills the daemon with {@code kill -9}; returns its process id. */
    private String kill() {
        String pid = box.unit("MainPID");
        assertThat(Long.parseLong(pid)).isGreaterThan(1);
        box.run("kill", "-9", pid).exits(0);
        return pid;
    }

    @Test
    @Tag("whole")
    @Order(10)
    void aHungDaemonIsKilledByTheWatchdogAndRestarted() {
        configure("watchdog", "WatchdogSec=6s");
        awaitActive();
        String pid = box.unit("MainPID");
        box.run("kill", "-STOP", pid).exits(0);
        await().until(() -> !box.unit("MainPID").equals(pid));
        // What follows may take longer on a slow machine.
        configure("watchdog", "");
        awaitActive();
        assertThat(box.journal()).containsIgnoringCase("watchdog timeout");
        verifyLog();
    }

    @Test
    @Tag("whole")
    @Order(11)
    void theDaemonSurvivesAStopAndAKillOfTheDatabase() {
        String pid = box.unit("MainPID");
        box.run("systemctl", "stop", "mariadb").exits(0);
        await().until(() -> box.unit("StatusText").contains("the database is unavailable"));
        assertThat(client("alice", "send", "bob", "--", "not-stored").exit()).isNotZero();
        box.run("systemctl", "start", "mariadb").exits(0);
        await().until(() -> client("alice", "send", "bob", "--", "stored-again").exit() == 0);
        box.run("pkill", "-9", "mariadbd").exits(0);
        await().until(() ->
                client("alice", "send", "bob", "--", "stored-a-third-time").exit() == 0);
        assertThat(box.unit("MainPID")).as("the same daemon").isEqualTo(pid);
        assertThat(client("bob", "history").out())
                .contains("stored-again", "stored-a-third-time")
                .doesNotContain("not-stored");
        verifyLog();
    }

    @Test
    @Tag("whole")
    @Order(12)
    void withoutItsDatabaseTheDaemonWaitsAndStartsWhenItIsThere() {
        box.sh("systemctl stop chatd mariadb && systemctl start chatd").exits(0);
        assertThat(box.unit("ActiveState")).isEqualTo("active");
        await().until(() -> box.unit("StatusText").startsWith("waiting for the database: "));
        box.run("systemctl", "start", "mariadb").exits(0);
        awaitActive();
        sendAsAlice("with-its-database");
    }

    @Test
    @Tag("whole")
    @Order(13)
    void withSocketActivationARestartRefusesNoConnection() {
        box.sh("systemctl stop chatd && systemctl enable chatd.socket && systemctl start chatd.socket chatd")
                .exits(0);
        awaitActive();
        ProcessResult connected = box.sh("""
                systemctl restart --no-block chatd
                refused=0 done=0
                end=$(($(date +%s) + 12))
                while [ "$(date +%s)" -lt $end ] || [ $done -le 5 ]; do
                  if timeout 30 openssl s_client -connect '[::1]:7443' -alpn chat/1 </dev/null 2>/dev/null | grep -q 'BEGIN CERTIFICATE'
                  then done=$((done + 1)); else refused=$((refused + 1)); fi
                done
                echo "$refused refused"
                """);
        assertThat(connected.exits(0).out()).isEqualTo("0 refused\n");
        awaitActive();
        sendAsAlice("over-the-socket-of-systemd");
        box.sh("mkdir /etc/systemd/system/chatd.socket.d && printf '[Socket]\\nListenStream=\\nListenStream=[::]:443\\n"
                        + "ListenStream=[::]:7443\\n' >/etc/systemd/system/chatd.socket.d/port.conf && systemctl"
                        + " daemon-reload && systemctl stop chatd.socket chatd && systemctl start chatd.socket chatd")
                .exits(0);
        awaitActive();
        assertThat(box.journal()).contains("listening on [::]:443, [::]:7443");
        client("alice", "send", "bob", "--", "still-on-7443").exits(0);
        box.sh("chat-client --password-file /root/alice.pw --fingerprint " + fingerprint()
                        + " alice@localhost:443 send bob -- over-443")
                .exits(0);
    }

    /** Builds a package with a newer version than the installed one, and the same content. */
    private void repack(String version) throws IOException {
        Path directory = Files.createTempDirectory("chatd-repack");
        ProcessResult.program(java.util.List.of(
                        "sh", "-c", """
                                set -e
                                dpkg-deb -R "$2"/chatd_0*_amd64.deb "$1/tree"
                                sed -i "s/^Version: .*/Version: $3/" "$1/tree/DEBIAN/control"
                                mkdir -p "$2/next"
                                dpkg-deb --root-owner-group -Znone -b "$1/tree" "$2/next/$4.deb" >/dev/null
                                rm -rf "$1"
                                """, "sh", directory.toString(), Box.PACKAGES.toString(), version, release))
                .exits(0);
    }

    @Test
    @Tag("whole")
    @Order(14)
    void anUpgradeKeepsTheDataAndClientsReconnect() throws IOException {
        repack("9:99");
        try {
            box.sh("echo '# mine' >>/etc/chatd/chatd.toml").exits(0);
            String pid = box.unit("MainPID");
            // A person in a terminal, who does nothing but read.
            box.sh("(sleep 300 | TERM=xterm script -qfc 'chat-client --password-file /root/bob.pw --fingerprint "
                            + fingerprint() + " bob@localhost' /root/talk.out >/dev/null 2>&1 &)")
                    .exits(0);
            await().until(() -> box.run("chat-admin", "session", "list").out().contains("bob"));
            assertThat(box.run("apt-get", "install", "-y", "/ci/next/" + release + ".deb")
                            .exits(0)
                            .out())
                    .doesNotContain("Configuration file '/etc");
            awaitActive();
            assertThat(box.unit("MainPID")).isNotEqualTo(pid);
            assertThat(box.sh("tail -n 1 /etc/chatd/chatd.toml").out()).isEqualTo("# mine\n");
            sendAsAlice("after-the-upgrade");
            await().until(() -> box.sh("cat /root/talk.out").out().contains("after-the-upgrade"));
            assertThat(client("bob", "history").out()).contains("from-the-first-day", "as-before");
            verifyLog();
        } finally {
            Files.deleteIfExists(Box.PACKAGES.resolve("next").resolve(release + ".deb"));
        }
    }

    @Test
    @Tag("whole")
    @Order(16)
    void aRemoteDatabaseIsReachedOverTlsWithAPasswordThatStaysSecret() {
        box.sh("""
                        set -e
                        echo 127.0.0.1 db.example.org >>/etc/hosts
                        mkdir /etc/mysql/tls
                        chat-admin cert dev --name db.example.org /etc/mysql/tls
                        chown -R mysql /etc/mysql/tls
                        printf '[mariadbd]\\nssl_cert=/etc/mysql/tls/server.pem\\nssl_key=/etc/mysql/tls/server.key\\nbind-address=127.0.0.1\\n' \
                          >/etc/mysql/mariadb.conf.d/99-tls.cnf
                        systemctl restart mariadb
                        mariadb -e "create user admin@localhost identified by 'admins-own'; grant all on *.* to admin@localhost with grant option"
                        cp /etc/mysql/tls/ca.pem /etc/chatd/tls/db-ca.pem
                        MYSQL_PWD=admins-own chatd-setup --host db.example.org --tls-ca /etc/chatd/tls/db-ca.pem --from localhost --admin admin
                        systemctl restart chatd
                        """).exits(0);
        awaitActive();
        assertThat(box.run("chat-admin", "config", "show", "--changed").exits(0).out())
                .contains(
                        "environment CHATD_DATABASE_HOST",
                        "db.example.org",
                        "/run/credentials/chatd.service/database.password");
        sendAsAlice("over-tls");
        String password = box.run("cat", "/etc/chatd/database.password").out();
        assertThat(password).hasSize(44);
        assertThat(box.sh("stat -c '%U %a' /etc/chatd/database.password").out()).isEqualTo("root 600\n");
        assertThat(box.journal()
                        + box.sh("cat /proc/*/cmdline; systemctl show chatd; cat /var/log/chatd/*.part")
                                .out())
                .doesNotContain(password);
        assertThat(box.run("chatd-setup", "--host", "db.example.org", "--print-sql")
                        .exits(0)
                        .out())
                .contains("identified by '" + password + "' require ssl");
        assertThat(box.sh(
                                "MYSQL_PWD=wrong chatd-setup --host db.example.org --tls-ca /etc/chatd/tls/db-ca.pem --admin admin")
                        .exits(1)
                        .err())
                .contains("could not be created");
        // And back: the database user that must connect over TLS connects over the socket again.
        assertThat(box.run("chatd-setup").exits(0).err()).contains("as long as");
        box.sh(
                        "rm /etc/systemd/system/chatd.service.d/database.conf && systemctl daemon-reload && systemctl restart chatd")
                .exits(0);
        awaitActive();
        sendAsAlice("over-the-socket-again");
    }

    @Test
    @Order(17)
    @Tag("whole")
    void removalKeepsTheDataAndReinstallationContinuesWithIt() {
        box.sh("apt-get remove -y chatd").exits(0);
        assertThat(box.sh("pgrep -u chatd").exit()).isEqualTo(1);
        assertThat(box.sh("ls /etc/chatd/chatd.toml /var/log/chatd/audit.xml /var/lib/chatd/seal.key")
                        .exit())
                .isZero();
        box.sh("apt-get install -y --no-install-recommends " + packages).exits(0);
        awaitActive();
        sendAsAlice("after-the-removal");
        verifyLog();
    }

    @Test
    @Order(18)
    void purgingLeavesNothingBehind() {
        // Those are the administrator's own.
        box.sh("rm -rf /etc/systemd/system/chatd.service.d /etc/systemd/system/chatd.socket.d")
                .exits(0);
        // Without an answer to the question, the log and its key are kept.
        assertThat(box.sh("apt-get purge -y chatd 2>&1").exits(0).out())
                .contains("kept the audit log, /var/log/chatd", "the database chatd is still there");
        assertThat(box.sh("cd / && find etc/chatd var/lib/chatd var/log/chatd -type f | sort | uniq")
                        .out())
                .contains("var/lib/chatd/seal.key", "var/log/chatd/audit.xml")
                .doesNotContain("etc/chatd", "var/lib/chatd/tls");
        box.sh("apt-get install -y --no-install-recommends " + packages).exits(0);
        awaitActive();
        verifyLog();
        box.sh("echo chatd chatd/delete-log boolean true | debconf-set-selections && apt-get purge -y chatd")
                .exits(0);
        assertThat(box.sh("debconf-show chatd").out()).isEmpty();
        assertThat(box.sh(
                                "find / -xdev \\( -path /proc -o -path /sys -o -path /ci -o -path /var/lib/mysql -o -path /usr"
                                        + " -o -path /root -o -path /tmp -o -path /home -o -path /var/log/journal \\) -prune -o"
                                        + " -name '*chatd*' -print | grep -v runtime")
                        .out())
                .isEmpty();
        assertThat(box.run("systemctl", "is-active", "chatd").out()).isEqualTo("inactive\n");
    }

    @Test
    @Order(19)
    @Tag("whole")
    void theDatabaseOutlivesThePackage() {
        box.sh("apt-get install -y --no-install-recommends " + packages).exits(0);
        awaitActive();
        assertThat(box.run("chat-admin", "user", "list").exits(0).out())
                .as("the database outlives the package")
                .contains("alice");
        // If MariaDB is installed later, its package's installation triggers the creation of the database.
        box.sh("systemctl stop chatd && mariadb -e 'drop user chatd@localhost' && systemctl start chatd")
                .exits(0);
        await().until(() -> box.unit("StatusText").startsWith("waiting for the database: "));
        box.sh(
                        "dpkg-trigger --no-await --by-package=mariadb-server /usr/sbin/mariadbd && dpkg --triggers-only --pending")
                .exits(0);
        awaitActive();
    }
}
