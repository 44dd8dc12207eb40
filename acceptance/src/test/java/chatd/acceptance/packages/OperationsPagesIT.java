package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.ProcessResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The commands of {@code docs/operations}, block by block as they are printed there, on a booted Debian 13. Each step
 * prepares what the page takes for granted.
 */
@Tag("processes")
@Tag("booted")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperationsPagesIT {
    private static final Path PAGES = ProcessResult.ROOT.resolve("docs/operations");
    private static final Pattern BLOCK =
            Pattern.compile("^( *)```sh\n(.*?)^ *```$", Pattern.DOTALL | Pattern.MULTILINE);

    /**
     * Begins a block that is not played: it needs an authority on the internet that can reach this
     * machine.
     */
    private static final String CERTBOT = "apt install certbot";

    private final Set<String> unplayed = new LinkedHashSet<>();
    private Box box;
    private String fingerprint = "";

    @BeforeAll
    void boot() throws IOException {
        try (Stream<Path> pages = Files.list(PAGES)) {
            for (Path page : pages.sorted().toList()) {
                unplayed.addAll(blocks(page));
            }
        }
        box = Box.boot(
                "trixie", "openjdk-25-jre-headless", "python3", "age", "zstd", "curl", "rsyslog", "rsyslog-openssl");
        box.sh("""
                echo 'APT::Get::Assume-Yes "true";' >/etc/apt/apt.conf.d/99yes
                mkdir /srv/packages /mnt/elsewhere
                cp /ci/*.deb /srv/packages
                useradd heidi
                """).exits(0);
    }

    @AfterAll
    void shutDown() {
        if (box != null) {
            box.close();
        }
    }

    private static List<String> blocks(Path page) throws IOException {
        return BLOCK.matcher(Files.readString(page))
                .results()
                .map(block -> block.group(2).indent(-block.group(1).length()))
                .toList();
    }

    /** Runs the block with this beginning, in a directory of the box; it must succeed. */
    private ProcessResult play(String begin, String directory) {
        return box.sh("set -e; cd " + directory + "\n" + take(begin)).exits(0);
    }

    /** Returns the block with this beginning, to be played. */
    private String take(String begin) {
        List<String> found =
                unplayed.stream().filter(block -> block.startsWith(begin)).toList();
        assertThat(found).as("%s", begin).hasSize(1);
        unplayed.remove(found.getFirst());
        return found.getFirst();
    }

    private void awaitServing() {
        await().until(() -> box.run("chat-admin", "stats").out().contains("listening"));
    }

    private ProcessResult client(String name, String command) {
        return box.sh("chat-client --password-file /root/" + name + ".pw --fingerprint " + fingerprint + " " + name
                + "@localhost " + command);
    }

    private String history() {
        return client("alice", "history").exits(0).out();
    }

    @Test
    @Order(1)
    void theGroupsAreMadeByHand() {
        play("groupadd --system chatadmin", "/root");
        assertThat(box.run("id", "-nG", "chatd").out()).isEqualTo("chatd chatadmin chathelp chatmod chataudit\n");
    }

    @Test
    @Order(2)
    void thePackagesAreInstalledAndTheFirstUserAdded() {
        // As on a Debian that has no Java of its own; then as on one that has.
        play("apt install mariadb-server ./chatd_0.1.0_amd64.deb ./chatd-runtime_0.1.0_amd64.deb", "/srv/packages");
        play("apt install mariadb-server ./chatd_0.1.0_amd64.deb\n", "/srv/packages");
        awaitServing();
        String output = play("systemctl status chatd", "/root").out();
        assertThat(output).contains("Status: \"0 users online\"", "One-time password");
        assertThat(box.run("id", "-nG", "heidi").out()).contains("chatadmin");
        Matcher hex = Pattern.compile("\"fingerprint\" ?: ?\"([0-9a-f]{64})\"")
                .matcher(box.run("chat-admin", "-o", "json", "cert", "show").out());
        assertThat(hex.find()).isTrue();
        fingerprint = hex.group(1);
        Matcher password = Pattern.compile("UTC: (\\S+)\\n").matcher(output);
        assertThat(password.find()).as(output).isTrue();
        box.sh("echo " + password.group(1) + " >/root/alice.pw; echo sturdy-enough-1 >/root/new.pw")
                .exits(0);
        client("alice", "passwd --new-password-file /root/new.pw").exits(0);
        box.sh("mv /root/new.pw /root/alice.pw").exits(0);
        client("alice", "send --all -- before-the-backup").exits(0);
    }

    @Test
    @Order(3)
    void backupsAreMadeEveryNightEncryptedAndTried() {
        box.sh("mkdir -p /etc/systemd/system/chatd.service.d && printf '[Service]\\nRestartSec=4s\\n'"
                        + " >/etc/systemd/system/chatd.service.d/mine.conf && echo 'CHAT_HEAP=300m' >>/etc/default/chatd"
                        + " && systemctl daemon-reload && systemctl restart chatd && chat-admin log key >/root/seal.pem"
                        + " && mkdir -p /var/backups && systemctl is-enabled chatd-backup.timer"
                        // Off until there is a directory.
                        + " && systemctl start chatd-backup && ! ls /var/backups/chatd")
                .exits(0);
        awaitServing();
        assertThat(play("chat-admin backup /var/backups/before.backup", "/root").out())
                .contains("It is not encrypted", "/var/lib/chatd/seal.key");
        play("cp -a /var/lib/chatd/seal.key /var/lib/chatd/tls/server.key", "/root");
        play("age-keygen -o", "/root");
        assertThat(play("chat-admin config set backup.directory", "/root").out())
                .contains(".backup", "all but keys", "1 recipient");
        assertThat(box.run("chat-admin", "stats", "--check").err()).doesNotContain("backup");
        assertThat(play("chat-admin backup verify", "/root").out())
                .contains("It can be restored.", "1 message as logged", "not included: ");
        // What can't be written is a failure that somebody is told of.
        box.sh("chattr +i /var/backups/chatd 2>/dev/null || mount --bind -o ro /var/backups/chatd /var/backups/chatd")
                .exits(0);
        assertThat(box.sh("systemctl start chatd-backup").exit()).isNotZero();
        assertThat(box.sh("chat-admin stats --check").exits(1).out()
                        + box.sh("chat-admin stats --check").err())
                .contains("The last backup, to /var/backups/chatd");
        box.sh(
                        "chattr -i /var/backups/chatd 2>/dev/null || umount /var/backups/chatd; systemctl reset-failed chatd-backup")
                .exits(0);
        client("alice", "send --all -- in-the-last-backup").exits(0);
        box.sh("chat-admin log anchor >/root/anchor && systemctl start chatd-backup")
                .exits(0);
        everyFileIsInTheBackupOrLeftOutForAReason();
        client("alice", "send --all -- after-the-backup").exits(0);
    }

    /** Files of the daemon that a backup does not have, as patterns, and why. */
    private static final Map<String, String> LEFT_OUT = Map.of(
            "/var/lib/chatd/(seal\\.key|tls/.*\\.key)", "a key: only with --with-keys",
            "/var/lib/chatd/clock", "how long this machine has been running",
            "/var/lib/chatd/backup\\.key", "of the notes beside the backups: without it the next one has all contents",
            "/var/log/chatd/audit\\.xml", "made of audit.part",
            "/var/log/chatd/(audit\\.(lock|reserve|xsd|css)|names\\.(xml|css))", "every start makes them",
            "/var/cache/chatd/.*", "the index, which is built anew, and archives of classes");

    private void everyFileIsInTheBackupOrLeftOutForAReason() {
        Set<String> backedUp = box.sh(
                        "age -d -i /mnt/elsewhere/age.key $(ls /var/backups/chatd/chatd-*.backup | tail -n 1)"
                                + " | zstd -dc | tar -t")
                .exits(0)
                .out()
                .lines()
                .map(entry -> entry.replaceFirst("^machine/", "/").replaceFirst("^log/", "/var/log/chatd/"))
                .collect(Collectors.toSet());
        List<String> files = box.sh(
                        "find /etc/chatd /etc/default/chatd /etc/systemd/system/chatd* /var/lib/chatd /var/log/chatd"
                                + " /var/cache/chatd -type f")
                .exits(0)
                .out()
                .lines()
                .toList();
        assertThat(files).contains("/etc/chatd/chatd.toml", "/var/lib/chatd/seal.key", "/var/log/chatd/audit.part");
        for (String file : files) {
            assertThat(backedUp.contains(file) || LEFT_OUT.keySet().stream().anyMatch(file::matches))
                    .as("%s is in the backup, or left out for a reason", file)
                    .isTrue();
        }
        assertThat(backedUp).noneMatch(file -> file.endsWith(".key"));
    }

    /** Everything is lost but the copy of the backups and the keys: a new machine, with nothing but the packages. */
    @Test
    @Order(4)
    void theMachineIsGoneAndEverybodyGoesOn() {
        box.sh("""
                set -e
                cp -a /var/backups/chatd /mnt/elsewhere/chatd
                echo chatd chatd/delete-log boolean true | debconf-set-selections
                apt-get purge chatd
                rm -r /etc/systemd/system/chatd.service.d /var/lib/chatd /var/log/chatd /var/backups/chatd || true
                mariadb -e 'drop database chatd; drop user chatd@localhost'
                gpasswd -d heidi chatadmin
                apt-get install /srv/packages/chatd_0.1.0_amd64.deb
                """).exits(0);
        awaitServing();
        String newest = box.sh("basename $(ls /mnt/elsewhere/chatd/chatd-*.backup | tail -n 1)")
                .exits(0)
                .out()
                .strip();
        box.sh("cd /mnt/elsewhere/chatd && ln -s " + newest + " chatd-20261130T023000Z.backup")
                .exits(0);
        // The keys of this daemon, which the new machine lacks, are with what was kept elsewhere.
        String restored = play("systemctl stop chatd.socket chatd\nchat-admin restore", "/root")
                .out();
        assertThat(restored)
                .contains("Restored as of ", "2 messages", "Moved aside: /var/log/chatd.before-")
                .doesNotContain("Not in the backup, and not here");
        awaitServing();
        // The same server to those who know its key; the same people, the same texts, the same log.
        assertThat(history())
                .contains("before-the-backup", "in-the-last-backup")
                .doesNotContain("after-the-backup");
        assertThat(client("alice", "--protocol chat/1 history").exits(0).out()).contains("in-the-last-backup");
        assertThat(box.run("id", "-nG", "heidi").out()).contains("chatadmin");
        assertThat(box.sh("cat /etc/default/chatd /etc/systemd/system/chatd.service.d/mine.conf")
                        .out())
                .contains("CHAT_HEAP=300m", "RestartSec=4s");
        assertThat(box.run(
                                "chat-admin",
                                "log",
                                "verify",
                                "--messages",
                                "--key",
                                "/root/seal.pem",
                                "--anchor",
                                "/root/anchor")
                        .exits(0)
                        .out())
                .contains("genuine")
                .doesNotContain("WRONG");
        assertThat(box.run("chat-admin", "log", "query", "--type", "restore", "-o", "xml")
                        .exits(0)
                        .out())
                .contains("from the backup of ", "<lost kind=\"message\"");
        // Modes and owners are as the package makes them.
        assertThat(box.sh("stat -c '%U %G %a %n' /var/log/chatd /var/log/chatd/audit.xml /var/lib/chatd"
                                + " /var/lib/chatd/seal.key /etc/chatd/chatd.toml")
                        .out())
                .isEqualTo("""
                        chatd chataudit 2750 /var/log/chatd
                        chatd chataudit 640 /var/log/chatd/audit.xml
                        chatd chatd 700 /var/lib/chatd
                        chatd chatd 600 /var/lib/chatd/seal.key
                        root root 644 /etc/chatd/chatd.toml
                        """);
        client("alice", "send --all -- after-the-restore").exits(0);
        box.sh("chat-admin backup /srv/packages/before.backup").exits(0);
        client("alice", "send --all -- after-the-upgrade").exits(0);
    }

    /** An older version takes the database back to the backup before the upgrade, but not the log. */
    @Test
    @Order(5)
    void goingBackReportsWhatIsLost() {
        box.sh("""
                set -e
                cd /srv/packages
                dpkg-deb -R chatd_0.1.0_amd64.deb tree
                sed -i 's/^Version: .*/Version: 0.0.9/' tree/DEBIAN/control
                dpkg-deb --root-owner-group -Znone -b tree chatd_OLD_amd64.deb
                rm -r tree
                """).exits(0);
        assertThat(play("sh -euc '\n  ls before.backup chatd_OLD", "/srv/packages")
                        .out())
                .contains("The log of this machine goes on");
        awaitServing();
        assertThat(box.journal()).contains("the database was restored from the backup of ", "Lost: messages ");
        assertThat(box.run("chat-admin", "log", "query", "--type", "restore", "--last", "1")
                        .exits(0)
                        .out())
                .isNotEmpty();
        assertThat(history()).contains("after-the-restore").doesNotContain("after-the-upgrade");
        box.sh("apt-get install /srv/packages/chatd_0.1.0_amd64.deb").exits(0);
        awaitServing();
    }

    @Test
    @Order(6)
    void withACertificateOfTheOrganisationTheJournalHasNoWarnings() {
        box.sh("printf '[tls]\\ncertificate = \"/etc/chatd/tls/server.pem\"\\nkey = \"/etc/chatd/tls/server.key\"\\n'"
                        + " >/etc/chatd/chatd.toml")
                .exits(0);
        assertThat(box.run("chat-admin", "config", "check").exits(1).out())
                .contains("tls.certificate", "/etc/chatd/tls/server.pem");
        play("cd /etc/chatd/tls\nchat-admin cert csr", "/root");
        box.sh("""
                set -e
                cd /root
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 \
                  -subj /CN=authority -addext basicConstraints=critical,CA:TRUE
                openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -copy_extensions copy -days 30 \
                  -out /etc/chatd/tls/server.pem
                cat ca.pem >>/etc/chatd/tls/server.pem
                """).exits(0);
        box.run("chat-admin", "config", "check").exits(0);
        box.sh("systemctl restart chatd && echo 127.0.0.1 chat.example.org >>/etc/hosts")
                .exits(0);
        awaitServing();
        assertThat(box.sh(
                                "chat-client --ca /root/ca.pem --password-file /root/alice.pw alice@chat.example.org send --all"
                                        + " -- certified")
                        .exits(0)
                        .err())
                .isEmpty();
        // What each of its lines says, DoctorPageIT shows.
        assertThat(box.sh(take("chat-admin doctor")).out())
                .contains("ok      service ", "ok      certificate.chain ", "ok      database.privileges ");
        box.sh("cp -a /etc/chatd/chatd.toml /root").exits(0);
        assertThat(play("chat-admin config set metrics.listen", "/root").out()).endsWith("ready\n");
        box.sh("cp -a /root/chatd.toml /etc/chatd && systemctl restart chatd").exits(0);
        assertThat(box.run("journalctl", "-x", "-u", "chatd", "CODE=CHATD-118").out())
                .contains(
                        "CHATD-118 monitoring is answered on ",
                        "Subject: CHATD-118 monitoring",
                        "By metrics.listen (monitoring.md)");
        assertThat(box.journal("-o", "json").lines().filter(line -> line.contains("\"CHATD-")))
                .isNotEmpty()
                .allMatch(line -> line.matches(".*\"MESSAGE_ID\":\"bb298b9506e5499f86bb99593caf0\\d{3}\".*"));
        String start = box.unit("ExecMainStartTimestamp");
        assertThat(box.journal("-p", "warning", "--since", start.replaceFirst("^\\w+ ", ""))
                        .lines()
                        // The box's Java may be outdated.
                        .filter(line -> !line.startsWith("This Java is")))
                .isEmpty();
    }

    /** The hook, as certbot would run it, and a client that must show a certificate of its own. */
    @Test
    @Order(7)
    void certificatesAreRenewedAndClientCertificatesRequired() {
        box.renewByHook();
        unplayed.removeIf(block -> block.startsWith("#!/bin/sh\n# Hands a renewed certificate to chatd."));
        box.sh("""
                set -e
                cp /root/ca.pem /etc/chatd/tls/clients.pem
                printf 'client-ca = "/etc/chatd/tls/clients.pem"\\nclient-account = "named"\\n' >>/etc/chatd/chatd.toml
                systemctl reload chatd
                cd /root
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout alice.key -subj /CN=alice |
                  openssl x509 -req -CA ca.pem -CAkey ca.key -days 30 -out alice.pem
                """).exits(0);
        assertThat(box.sh(
                                "chat-client --ca /root/lineage/ca.pem --password-file /root/alice.pw alice@chat.example.org history")
                        .exit())
                .isNotZero();
        box.sh("cd /root && CHAT_CA=/root/lineage/ca.pem "
                        + take("chat-client --certificate")
                                .strip()
                                .replace("chat-client", "chat-client --password-file alice.pw")
                        + " send --all -- by-certificate")
                .exits(0);
        box.sh("sed -i '/^client-/d' /etc/chatd/chatd.toml && systemctl reload chatd")
                .exits(0);
    }

    @Test
    @Order(8)
    void systemdHoldsTheSockets() {
        play("systemctl stop chatd\nsystemctl enable chatd.socket", "/root");
        awaitServing();
        assertThat(box.run("systemctl", "is-active", "chatd.socket").out()).isEqualTo("active\n");
        box.sh("systemctl disable --now chatd.socket; systemctl restart chatd").exits(0);
        awaitServing();
    }

    @Test
    @Order(9)
    void theDatabaseMovesToAnotherMachine() {
        assertThat(play("mariadb -e \"select round(", "/root").out()).matches("(?s).*\n\\d+\n");
        box.sh("""
                set -e
                # Not a loopback address, which MariaDB calls localhost.
                ip address add 192.0.2.20/32 dev lo
                sed -i '1i 192.0.2.20 chat.example.org db.example.org' /etc/hosts
                mkdir /etc/mysql/tls
                chat-admin cert dev --name db.example.org /etc/mysql/tls
                chown -R mysql /etc/mysql/tls
                printf '[mariadbd]\\nssl_cert=/etc/mysql/tls/server.pem\\nssl_key=/etc/mysql/tls/server.key\\nbind-address=192.0.2.20\\n' \
                  >/etc/mysql/mariadb.conf.d/99-tls.cnf
                systemctl restart mariadb
                mariadb -e "create user root@chat.example.org identified by 'admins-own'; grant all on *.* to root@chat.example.org with grant option"
                cp /etc/mysql/tls/ca.pem /etc/chatd/tls/db-ca.pem
                """).exits(0);
        List<String> commands = unplayed.stream()
                .filter(block -> block.startsWith("chatd-setup --host"))
                .toList();
        assertThat(commands).hasSize(1);
        unplayed.removeAll(commands);
        box.sh("set -e; export MYSQL_PWD=admins-own\n" + commands.getFirst()).exits(0);
        awaitServing();
        assertThat(box.run("chat-admin", "config", "show", "--changed").out()).contains("db.example.org");
    }

    @Test
    @Order(10)
    void theLogIsForwardedAndFollowed() {
        box.sh("echo '::1 logs.example.org' >>/etc/hosts; chat-admin log key >/root/seal.pem")
                .exits(0);
        play("apt install rsyslog rsyslog-openssl", "/root");
        box.sh("""
                set -e
                page=/usr/share/doc/chatd/operations/forwarding.md
                sed -n '/^    global(/,/^    input(/p' $page | sed 's/^    //' >/etc/rsyslog.d/chatd.conf
                systemctl restart rsyslog
                """).exits(0);
        play("install -m 644 collector.pem", "/etc/ssl/certs");
        String seal = box.run("chat-admin", "log", "anchor").exits(0).out().strip();
        await().until(() -> box.run("grep", "-qF", seal, "/var/log/chatd.log").exit() == 0);
        assertThat(box.run("chat-admin", "stats").out())
                .contains("; forwarded to logs.example.org:6514, sent up to seq ");
        assertThat(box.run("stat", "-c", "%a", "/var/log/chatd.log").out()).isEqualTo("600\n");
        String follow = take("chat-admin log follow").replace("log follow", "log follow --once");
        assertThat(box.sh("cd /root; " + follow).exits(0).out()).contains("genuine up to the seal ");
        box.sh("chat-admin log verify --key /root/seal.pem --anchor /srv/chatd-log/anchors /srv/chatd-log")
                .exits(0);
        box.sh("chat-admin log verify --key /root/seal.pem --anchor /srv/chatd-log/anchors /var/log/chatd")
                .exits(0);
        box.sh("chat-admin config unset audit.forward.to audit.forward.ca; systemctl reload chatd")
                .exits(0);
    }

    @Test
    @Order(11)
    void theArchiveIsInstalledAsAService() {
        box.sh("""
                set -e
                apt-get purge -y chatd
                rm -r /etc/systemd/system/chatd.service.d
                tar -xzf /ci/chatd-0.1.0.tar.gz -C /srv
                """).exits(0);
        play("cp -R bin sbin lib share /usr/local/", "/srv/chatd-0.1.0");
        awaitServing();
        assertThat(box.sh("tr '\\0' ' ' </proc/$(systemctl show --value -p MainPID chatd)/cmdline")
                        .out())
                .contains("@/usr/local/share/chatd/");
        assertThat(box.sh("stat -c '%U %G %a' /run/chatd/*.sock").out())
                .isEqualTo("chatd chatadmin 660\nchatd chataudit 660\nchatd chathelp 660\nchatd chatmod 660\n");
        box.run("systemctl", "reload", "chatd").exits(0);
        box.run("systemctl", "restart", "chatd").exits(0);
        awaitServing();
    }

    /** A block that is added to a page must be played here, too. */
    @Test
    @Order(12)
    void everyBlockOfThePagesIsPlayed() {
        assertThat(unplayed).hasSize(1).allMatch(block -> block.startsWith(CERTBOT));
    }
}
