package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The checks of {@code chat-admin doctor}, on a booted Debian 13: each is made to fail by what makes it fail where people
 * run the server, and its command, if it has one that mends, is run and mends it.
 */
@Tag("processes")
@Tag("booted")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoctorPageIT {
    private static final String CONFIGURATION = "/etc/chatd/chatd.toml";

    private Box box;

    @BeforeAll
    void boot() {
        box = Box.boot("trixie", "openjdk-25-jre-headless", "nftables", "perl", "rsyslog", "rsyslog-openssl");
        box.sh("""
                set -e
                apt-get install -y --no-install-recommends /ci/chatd_0*_amd64.deb
                ip link set lo up
                ip address add 2001:db8::7/128 dev lo
                ip address add 192.0.2.7/32 dev lo
                """).exits(0);
        awaitServing();
        // Once there is a certificate, nothing is wrong.
        box.sh("""
                set -e
                echo '2001:db8::7 chat.example.org' >>/etc/hosts
                chat-admin cert dev --name chat.example.org /etc/chatd/tls
                chgrp chatd /etc/chatd/tls/server.key
                chmod 640 /etc/chatd/tls/server.key
                chat-admin config set tls.certificate /etc/chatd/tls/server.pem tls.key /etc/chatd/tls/server.key
                # The machine of the tests may allow no more files.
                chat-admin config set limits.connections 2000
                """).exits(0);
    }

    @AfterAll
    void shutDown() {
        if (box != null) {
            box.close();
        }
    }

    private void awaitServing() {
        await().until(() -> box.run("chat-admin", "stats").out().contains("listening"));
    }

    private JsonNode examine() {
        return JsonMapper.shared()
                .readTree(box.run("chat-admin", "doctor", "-o", "json").out());
    }

    /** Returns what a check found: the first thing that is not in order, if there is any. */
    private JsonNode finding(String check) {
        JsonNode result = examine();
        JsonNode found = null;
        for (JsonNode each : result.path("findings")) {
            if (each.path("check").asString().equals(check)
                    && (found == null || found.path("verdict").asString().equals("ok"))) {
                found = each;
            }
        }
        assertThat(found).as("%s in %s", check, result).isNotNull();
        return found;
    }

    private JsonNode expect(String check, String verdict, String words) {
        JsonNode found = finding(check);
        assertThat(found.path("verdict").asString()).as("%s", found).isEqualTo(verdict);
        assertThat(found.path("found").asString()).contains(words);
        return found;
    }

    /** Makes a check fail; then its command must mend it. */
    private void mends(String cause, String check, String verdict, String words) {
        box.sh("set -e; " + cause).exits(0);
        String command = expect(check, verdict, words).path("command").asString();
        assertThat(command).isNotEmpty();
        box.sh(command).exits(0);
        awaitServing();
        expect(check, "ok", "");
    }

    /** Makes a check fail; another command mends it. */
    private void isFound(String cause, String check, String verdict, String words, String mend) {
        box.sh("set -e; " + cause).exits(0);
        assertThat(expect(check, verdict, words).path("remedy").asString()).isNotEmpty();
        box.sh("set -e; " + mend).exits(0);
        awaitServing();
        expect(check, "ok", "");
    }

    @Test
    void aServerAsItIsInstalledHasNothingWrong() {
        JsonNode result = examine();
        assertThat(result.path("healthy").asBoolean()).as("%s", result).isTrue();
        box.run("chat-admin", "doctor").exits(0);
        // Somebody who may not see all is told so.
        box.sh("useradd -m nobody2 && usermod -aG chatadmin nobody2").exits(0);
        assertThat(box.sh("runuser -u nobody2 -- chat-admin doctor").exits(2).out())
                .contains("unknown", "Run it as root.", "Nothing is wrong; ");
    }

    @Test
    void theServiceIsStartedAndEnabled() {
        mends("systemctl stop chatd", "service", "wrong", "The daemon does not run: chatd.service is inactive");
        mends("systemctl disable chatd", "service.boot", "wrong", "The unit is disabled");
        mends(
                "mkdir -p /etc/systemd/system/chatd.service.d; printf '[Service]\\n' >/etc/systemd/system/chatd.service.d/new.conf;"
                        + " sleep 1",
                "service.boot",
                "advice",
                "The files of the unit have changed");
        isFound(
                "kill -9 $(systemctl show -P MainPID chatd); until chat-admin stats; do sleep 1; done",
                "service.restarts",
                "advice",
                "1 times",
                "systemctl restart chatd");
        box.sh(
                        "printf '[Service]\\nWatchdogSec=0\\n' >/etc/systemd/system/chatd.service.d/new.conf; systemctl daemon-reload;"
                                + " systemctl restart chatd")
                .exits(0);
        awaitServing();
        mends("kill -STOP $(systemctl show -P MainPID chatd)", "service", "wrong", "hangs: no answer within 5 seconds");
        box.sh("rm /etc/systemd/system/chatd.service.d/new.conf; systemctl daemon-reload; systemctl restart chatd")
                .exits(0);
        awaitServing();
    }

    @Test
    void theConfigurationIsValidAndInForce() {
        isFound(
                "cp -a " + CONFIGURATION + " /root; printf '[groups]\\nmade = \"many\"\\n' >>" + CONFIGURATION,
                "configuration",
                "wrong",
                "groups.made: expected a whole number",
                "cp -a /root/chatd.toml " + CONFIGURATION);
        mends("chmod o+w " + CONFIGURATION, "configuration", "wrong", "Everybody on this machine may change");
        mends(
                "printf '[groups]\\nmade = 21\\n' >>" + CONFIGURATION,
                "configuration.in-force",
                "advice",
                "In the file, and not in force: groups.made.");
        mends(
                "printf '[database]\\npool = 7\\n' >>" + CONFIGURATION,
                "configuration.in-force",
                "advice",
                "In the file, and not in force: database.pool.");
        box.sh("cp -a /root/chatd.toml " + CONFIGURATION + " && systemctl restart chatd")
                .exits(0);
        awaitServing();
    }

    @Test
    void theDaemonsUserCanUseWhatIsNamed() {
        mends(
                "chgrp root /etc/chatd/tls/server.key",
                "files",
                "wrong",
                "The user chatd can't read /etc/chatd/tls/server.key");
        mends("chown root /var/log/chatd; chmod 755 /var/log/chatd", "files", "wrong", "can't write to /var/log/chatd");
        box.sh("chmod 2750 /var/log/chatd").exits(0);
        mends(
                "mkdir -p /srv/index; chown chatd /srv/index; cp -a " + CONFIGURATION
                        + " /root/c; printf '[search]\\ndirectory = \"/srv/index\"\\n' >>" + CONFIGURATION,
                "files",
                "wrong",
                "its unit has no ReadWritePaths= line");
        box.sh("cp -a /root/c " + CONFIGURATION + " && systemctl restart chatd").exits(0);
        awaitServing();
        isFound(
                "mv /etc/chatd/tls/server.key /root/k",
                "files",
                "wrong",
                "There is no file /etc/chatd/tls/server.key",
                "mv /root/k /etc/chatd/tls/server.key");
    }

    @Test
    void theDatabaseIsThereAndLosesNothing() {
        mends("systemctl stop mariadb", "database", "wrong", "mariadb.service is inactive");
        mends(
                "systemctl stop chatd; mariadb -e 'drop user chatd@localhost'",
                "database.privileges",
                "wrong",
                "The database has no user chatd",
                "systemctl start chatd");
        mends(
                "mariadb -e \"revoke all on chatd.* from chatd@localhost; grant select on chatd.* to chatd@localhost\"",
                "database.privileges",
                "wrong",
                "does not have all privileges");
        isFound(
                "mariadb -e 'grant file on *.* to chatd@localhost'",
                "database.privileges",
                "advice",
                "more than it needs: FILE ON *.*",
                "mariadb -e 'revoke file on *.* from chatd@localhost'");
        mends(
                "mariadb -e 'set global innodb_flush_log_at_trx_commit = 2; set global max_connections = 12'",
                "database.settings",
                "wrong",
                "innodb_flush_log_at_trx_commit is 2");
        isFound(
                "systemctl stop chatd; mariadb chatd -e \"insert into schema_version (installed_rank, version, description,"
                        + " type, script, checksum, installed_by, installed_on, execution_time, success) values (999, '999',"
                        + " 'x', 'SQL', 'x', 1, 'x', now(), 1, 1)\"",
                "schema",
                "wrong",
                "newer than this program",
                "mariadb chatd -e 'delete from schema_version where installed_rank = 999'; systemctl start chatd");
    }

    /** As {@link #mends(String, String, String, String)}, with something to do after the command. */
    private void mends(String cause, String check, String verdict, String words, String then) {
        box.sh("set -e; " + cause).exits(0);
        box.sh(expect(check, verdict, words).path("command").asString()).exits(0);
        box.sh(then).exits(0);
        awaitServing();
        expect(check, "ok", "");
    }

    @Test
    void theCertificateIsValidAndItsKeySecret() {
        mends("chmod o+r /etc/chatd/tls/server.key", "certificate.key", "wrong", "others can read or change it");
        box.sh("mkdir -p /root/tls && cp -a /etc/chatd/tls/. /root/tls").exits(0);
        String restore = "cp -a /root/tls/. /etc/chatd/tls; systemctl reload chatd";
        isFound(
                "cd /etc/chatd/tls; openssl req -x509 -key server.key -subj /CN=chat.example.org -addext"
                        + " subjectAltName=DNS:chat.example.org -not_before 20250101000000Z -not_after 20250201000000Z -out"
                        + " server.pem",
                "certificate.end",
                "wrong",
                "It expired at 2025-02-01",
                restore);
        // It was renewed so that the daemon, which looks every few seconds, can't take it up.
        isFound(
                "cd /etc/chatd/tls; chmod 600 server.key; openssl req -x509 -key server.key -subj /CN=chat.example.org"
                        + " -addext subjectAltName=DNS:chat.example.org -days 5 -out server.pem",
                "certificate.in-force",
                "wrong",
                "The daemon presents another certificate",
                restore);
        isFound(
                "cd /root; openssl req -x509 -newkey ed25519 -nodes -keyout ca.key -subj /CN=authority -out ca.pem; openssl"
                        + " req -new -key /etc/chatd/tls/server.key -subj /CN=chat.example.org -addext"
                        + " subjectAltName=DNS:chat.example.org -out csr; openssl x509 -req -in csr -CA ca.pem -CAkey ca.key"
                        + " -copy_extensions copy -days 90 -out /etc/chatd/tls/server.pem",
                "certificate.chain",
                "wrong",
                "comes without that of its issuer, CN=authority",
                restore);
        isFound(
                "openssl genpkey -algorithm ed25519 -out /etc/chatd/tls/server.key",
                "certificate",
                "wrong",
                "",
                restore);
    }

    @Test
    void peopleCanConnectFromOutside() {
        isFound(
                "nft add table inet wall; nft 'add chain inet wall in { type filter hook input priority 0; }'; nft add rule"
                        + " inet wall in ip6 daddr 2001:db8::7 tcp dport 7443 drop",
                "network.listening",
                "wrong",
                "Nobody can connect to [2001:db8::7]:7443",
                "nft delete table inet wall");
        isFound(
                "systemctl stop chatd; systemd-run --expand-environment=no --unit=other perl -MIO::Socket::INET -e"
                        + " '$s = IO::Socket::INET->new(LocalPort => 7443, Listen => 1, ReuseAddr => 1) or die; sleep 600'; until ss -Hltn"
                        + " sport = :7443 | grep -q 7443; do sleep 1; done",
                "network.listening",
                "wrong",
                "somebody else listens at [::]:7443 (perl, process ",
                "systemctl stop other; systemctl start chatd");
        isFound(
                "sed -i /chat.example.org/d /etc/hosts",
                "network.names",
                "wrong",
                "chat.example.org has no address",
                "echo '2001:db8::7 chat.example.org' >>/etc/hosts");
        isFound(
                "sed -i s/2001:db8::7/2001:db8::99/ /etc/hosts",
                "network.names",
                "advice",
                "which this machine does not have",
                "sed -i s/2001:db8::99/2001:db8::7/ /etc/hosts");
        box.sh("chat-admin config set listen.proxies ::1/128").exits(0);
        box.sh("echo | timeout 5 openssl s_client -connect '[::1]:7443'");
        box.sh("journalctl --sync");
        expect("network.proxies", "wrong", "CHATD-703");
        box.sh("chat-admin config unset listen.proxies && journalctl --rotate && journalctl --vacuum-time=1s")
                .exits(0);
    }

    @Test
    void theMachineHasRoom() {
        isFound(
                "mkdir -p /mnt/small; mount -t tmpfs -o size=64m tmpfs /mnt/small; chat-admin config set backup.directory"
                        + " /mnt/small",
                "disk",
                "wrong",
                "The disk of backups (/mnt/small) has 64",
                "chat-admin config unset backup.directory; umount /mnt/small");
        mends(
                "mkdir -p /etc/systemd/system/chatd.service.d; printf '[Service]\\nLimitNOFILE=2000\\n'"
                        + " >/etc/systemd/system/chatd.service.d/files.conf; systemctl daemon-reload; systemctl restart chatd",
                "limits.files",
                "wrong",
                "may open 2000 files, and needs 2500");
        mends(
                "printf '[Service]\\nMemoryMax=700M\\n' >/etc/systemd/system/chatd.service.d/memory.conf; systemctl"
                        + " daemon-reload; systemctl restart chatd; until chat-admin stats; do sleep 1; done",
                "limits.memory",
                "wrong",
                "of 700 MiB of memory");
        mends(
                "echo CHAT_JAVA_OPTIONS=-XX:+HeapDumpOnOutOfMemoryError >>/etc/default/chatd",
                "limits.java",
                "advice",
                "writes its heap to disk");
    }

    @Test
    void theLogIsAsItWasWritten() {
        isFound(
                "chat-admin log rotate; cd /var/log/chatd; cp -a audit-000001-*.xml /root; sed -i 's/type=\"start\"/type=\"stop\"/'"
                        + " audit-000001-*.xml",
                "log",
                "wrong",
                "It is not as it was written: audit-000001-",
                "cp -a /root/audit-000001-*.xml /var/log/chatd/");
        mends(
                "systemctl stop chatd; mkdir -p /etc/systemd/system/chatd.service.d; printf"
                        + " '[Service]\\nRestart=no\\nExecStopPost=\\n' >/etc/systemd/system/chatd.service.d/killed.conf; systemctl"
                        + " daemon-reload; systemctl start chatd; kill -9 $(systemctl show -P MainPID chatd); until systemctl"
                        + " is-failed chatd; do sleep 1; done",
                "log.seal",
                "wrong",
                "the daemon did not end as it should");
        box.sh("rm /etc/systemd/system/chatd.service.d/killed.conf; systemctl daemon-reload")
                .exits(0);
        mends(
                "mariadb chatd -e \"insert into content (size, created) values (2000000000, now())\"",
                "contents",
                "advice",
                "1 contents of files, of 1.9 GiB");
    }

    @Test
    void theLogIsForwarded() {
        isFound(
                "chat-admin config set audit.forward.to chat.example.org:6514 audit.forward.ca /etc/chatd/tls/ca.pem",
                "log.forwarding",
                "wrong",
                "The collector chat.example.org:6514 can't be used: 2001:db8::7: Connection refused",
                """
                cat >/etc/rsyslog.d/collector.conf <<'EOF'
                global(defaultNetstreamDriverCAFile="/etc/chatd/tls/ca.pem"
                       defaultNetstreamDriverCertFile="/etc/chatd/tls/server.pem"
                       defaultNetstreamDriverKeyFile="/etc/chatd/tls/server.key")
                module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
                input(type="imtcp" port="6514")
                EOF
                systemctl restart rsyslog
                until ss -Hltn sport = :6514 | grep -q .; do sleep 0.2; done
                """);
        mends(
                "chat-admin config set audit.forward.key /etc/chatd/tls/own.key audit.forward.certificate /etc/chatd/tls/server.pem;"
                        + " install -m 600 /etc/chatd/tls/server.key /etc/chatd/tls/own.key",
                "files",
                "wrong",
                "can't read /etc/chatd/tls/own.key");
        box.sh("chat-admin config unset audit.forward.key audit.forward.certificate audit.forward.to audit.forward.ca;"
                        + " rm /etc/rsyslog.d/collector.conf; systemctl restart rsyslog")
                .exits(0);
        expect("log.forwarding", "ok", "is sent to no other machine");
    }

    @Test
    void backupsAreMade() {
        expect("backup", "advice", "None are made");
        box.sh("mkdir -p /var/backups/chatd; chat-admin config set backup.directory /var/backups/chatd; systemctl"
                        + " disable --now chatd-backup.timer")
                .exits(0);
        box.sh(expect("backup", "wrong", "the timer that makes backups is inactive")
                        .path("command")
                        .asString())
                .exits(0);
        mends("true", "backup", "wrong", "None has been made yet");
        mends(
                "mariadb chatd -e 'update backup set time = time - interval 9 day'",
                "backup",
                "wrong",
                "longer ago than backup.max-age");
        expect("backup.place", "advice", "is on the disk of the log");
        box.sh("chat-admin config unset backup.directory").exits(0);
    }
}
