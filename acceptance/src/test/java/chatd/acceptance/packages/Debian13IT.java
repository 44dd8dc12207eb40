package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.ProcessResult;
import chatd.fixtures.Campaign;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Debian 13, with its own Java 25; and with an OpenSSL that knows ML-DSA. */
@Tag("processes")
@Tag("booted")
class Debian13IT extends BootedSystemTestBase {
    private static final String VERIFIER = "/usr/share/doc/chatd/verify.py";

    Debian13IT() {
        super("trixie", new String[] {"openjdk-25-jre-headless", "python3"}, "/ci/chatd_0*_amd64.deb");
    }

    /**
     * With 5,000 connections, and beside two busy loops, which occupy both processors of many
     * machines.
     */
    @Test
    @Tag("whole")
    @Order(14)
    void aStopTakesAtMostTwoSeconds() {
        box.run("chat-admin", "config", "set", "limits.strangers", "6000", "limits.first-packet", "10m")
                .exits(0);
        box.run("systemctl", "restart", "chatd").exits(0);
        awaitActive();
        box.sh("""
                cat >/root/connect.py <<'END'
                import signal, socket, ssl
                tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
                tls.set_alpn_protocols(["chat/1"])
                all = [tls.wrap_socket(socket.create_connection(("::1", 7443))) for _ in range(5000)]
                print("connected", flush=True)
                signal.pause()
                END
                ulimit -n 6000
                python3 /root/connect.py >/root/connected 2>&1 &
                """).exits(0);
        await().until(() -> !box.sh("cat /root/connected").out().isEmpty());
        assertThat(box.sh("cat /root/connected").out()).isEqualTo("connected\n");
        ProcessResult stopped = box.sh("""
                for i in 1 2; do (timeout 300 sh -c 'while :; do :; done' >/dev/null 2>&1 &); done
                begin=$(date +%s%N)
                systemctl stop chatd
                end=$(date +%s%N)
                echo $(((end - begin) / 1000000))
                """);
        box.sh("pkill -f '[w]hile :'; pkill -f '[c]onnect.py'");
        long took = Long.parseLong(stopped.exits(0).out().strip());
        Campaign.report("with 5,000 connections beside two loops, `systemctl stop` returned after " + took + " ms");
        assertThat(box.unit("Result")).isEqualTo("success");
        assertThat(took).isBetween(1L, 2_000L);
        box.sh("chat-admin log verify /var/log/chatd | head -n 1; systemctl start chatd")
                .exits(0);
        awaitActive();
        box.run("chat-admin", "config", "unset", "limits.strangers", "limits.first-packet")
                .exits(0);
    }

    @Test
    @Tag("whole")
    @Order(15)
    void theSecondVerifierKnowsMlDsaSealsToo() {
        configure("seals", "Environment=CHATD_AUDIT_SEAL_ALGORITHM=ML-DSA-65");
        awaitActive();
        box.sh("chat-admin log key >/root/old.pem && chat-admin log key --change >/root/new.pem")
                .exits(0);
        sendAsAlice("sealed-otherwise");
        box.sh("chat-admin log anchor >/root/anchor").exits(0);
        box.sh("chat-admin log publish && cp -r /var/log/chatd /root/log").exits(0);
        assertThat(box.run("grep", "-c", "alg=\"ML-DSA-65\"", "/root/log/audit.xml")
                        .exits(0)
                        .out())
                .isNotEqualTo("0\n");
        for (String key : new String[] {"/root/old.pem", "/root/new.pem"}) {
            String genuine = box.run("python3", VERIFIER, "/root/log", key, "/root/anchor")
                    .exits(0)
                    .out();
            assertThat(box.run("chat-admin", "log", "verify", "--key", key, "--anchor", "/root/anchor", "/root/log")
                            .exits(0)
                            .out())
                    .startsWith(genuine.strip());
        }
        // Forges the last seal's signature, with a chain value that fits.
        box.sh("""
                cd /root
                cat >forge.py <<'END'
                import sys
                sys.path.insert(0, "/usr/share/doc/chatd")
                from verify import H, LINE
                lines = open("log/audit.xml", "rb").read().split(b"\\n")
                last = max(at for at, line in enumerate(lines) if line.startswith(b"<seal"))
                head, signature = lines[last].split(b' sig="')
                part = LINE.fullmatch(head + b' sig="AAAA' + signature[4:])
                chain = H(LINE.fullmatch(lines[last - 1])[5], part[1] + part[6])
                forged = part[1] + b' chain="' + chain + b'"' + part[6]
                open("log/audit.xml", "wb").write(b"\\n".join([*lines[:last], forged, b"</audit>", b""]))
                END
                python3 forge.py
                """).exits(0);
        assertThat(box.run("python3", VERIFIER, "/root/log", "/root/new.pem")
                        .exits(1)
                        .out())
                .contains("the seal is invalid");
        assertThat(box.run("chat-admin", "log", "verify", "--key", "/root/new.pem", "/root/log")
                        .exits(1)
                        .out())
                .contains("WRONG");
    }
}
