package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.ProcessResult;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The configurations of proxies in {@code network.md}, as they are printed there, with the proxies of Debian 13. */
@Tag("processes")
@Tag("booted")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyPagesIT {
    /** An address of the box from which a client connects. */
    private static final String CLIENT = "192.0.2.77";

    /** Opens a WebSocket at a port and logs in; prints the status line and the answer. */
    private static final String WEB_SOCKET = """
            import base64, os, socket, ssl, struct, sys
            port, origin = int(sys.argv[1]), "https://localhost:" + sys.argv[1]
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
            tls.set_alpn_protocols(["http/1.1"])
            at = tls.wrap_socket(socket.create_connection(("127.0.0.1", port), source_address=(sys.argv[2], 0)))
            at.sendall(("GET /ws HTTP/1.1\\r\\nHost: localhost:%d\\r\\nOrigin: %s\\r\\nUpgrade: websocket\\r\\n"
                "Connection: Upgrade\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Protocol: chat-json\\r\\n"
                "Sec-WebSocket-Key: %s\\r\\n\\r\\n" % (port, origin, base64.b64encode(os.urandom(16)).decode())).encode())
            reader = at.makefile("rb")
            print(reader.readline().decode().strip())
            while reader.readline() != b"\\r\\n":
                pass
            text = b'{"type": 1, "info": {"user_id": "alice", "user_pwd": "sturdy-enough-1"}}'
            at.sendall(bytes([0x81, 0x80 | len(text)]) + bytes(4) + text)
            head = reader.read(2)
            length = struct.unpack(">H", reader.read(2))[0] if head[1] == 126 else head[1]
            print(reader.read(length).decode())
            """;

    private Box box;
    private String page;

    @BeforeAll
    void install() throws IOException {
        page = Files.readString(ProcessResult.ROOT.resolve("docs/operations/network.md"));
        box = Box.boot(
                "trixie",
                "openjdk-25-jre-headless",
                "python3",
                "haproxy",
                "nginx",
                "libnginx-mod-stream",
                "caddy",
                "curl");
        box.sh("apt-get install -y --no-install-recommends /ci/chatd_0*_amd64.deb")
                .exits(0);
        await().until(() -> box.run("chat-admin", "stats").out().contains("listening"));
        Matcher proxies = Pattern.compile("(?m)^proxies = \\[(.*)]$").matcher(page);
        assertThat(proxies.find()).isTrue();
        String trusted = proxies.group(1).replace("\"", "").replace(" ", "");
        box.sh("chat-admin config set listen.proxies " + trusted
                        + "; systemctl restart chatd; systemctl stop nginx caddy")
                .exits(0);
        await().until(() -> box.run("chat-admin", "stats").out().contains("listening"));
        box.sh("ip address add " + CLIENT + "/32 dev lo").exits(0);
        box.sh("cat >/root/ws.py <<'END'\n" + WEB_SOCKET + "END\n").exits(0);
        box.sh(
                        "cp /var/lib/chatd/tls/ca.pem /etc/haproxy/chatd-ca.pem && chat-admin cert dev --name localhost /tmp"
                                + " && cat /tmp/server.pem /tmp/server.key >/etc/haproxy/chat.pem && chat-admin user add alice"
                                + " --no-change --password-stdin <<END\nsturdy-enough-1\nEND\necho sturdy-enough-1 >/root/alice.pw")
                .exits(0);
    }

    @AfterAll
    void shutDown() {
        if (box != null) {
            box.close();
        }
    }

    /** Returns the blocks of a language on the page. */
    private List<String> blocks(String language) {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private void write(String file, String text) {
        box.sh("cat >" + file + " <<'END'\n" + text + "END\n").exits(0);
    }

    /**
     * Talks as each kind of client through a proxy that passes TLS through; the log has the
     * client's address.
     */
    private void talksThrough(int port) {
        assertThat(box.sh(
                                "chat-client --fingerprint $(chat-admin cert show --fingerprint) --password-file /root/alice.pw"
                                        + " alice@localhost:" + port + " send alice -- through-" + port)
                        .exits(0)
                        .err())
                .isEmpty();
        assertThat(box.sh("curl -sS --interface " + CLIENT + " --cacert /var/lib/chatd/tls/ca.pem --http1.1 --resolve"
                                + " localhost:" + port + ":127.0.0.1 https://localhost:" + port + "/")
                        .exits(0)
                        .out())
                .contains("<title>");
        talksByWebSocket(port);
    }

    private void talksByWebSocket(int port) {
        ProcessResult talked = box.sh("python3 /root/ws.py " + port + " " + CLIENT);
        assertThat(talked.exits(0).out()).startsWith("HTTP/1.1 101 ").contains("\"code\":\"ok\"");
        assertThat(box.sh("chat-admin log query --type login --address " + CLIENT + " --last 1 -o json")
                        .exits(0)
                        .out())
                .contains("\"ok\"", "alice", CLIENT);
    }

    @Test
    void haproxyPassesTlsThroughAndTerminatesItForBrowsers() {
        List<String> blocks = blocks("haproxy");
        assertThat(blocks).hasSize(2);
        write("/etc/haproxy/haproxy.cfg", "global\n  maxconn 1000\n" + String.join("\n", blocks));
        box.sh("haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl restart haproxy")
                .exits(0);
        talksThrough(443);
        assertThat(box.sh("curl -sS --cacert /tmp/ca.pem --interface " + CLIENT
                                + " --resolve localhost:4443:127.0.0.1 https://localhost:4443/")
                        .exits(0)
                        .out())
                .contains("<title>");
        talksByWebSocket(4443);
        // Some versions of HAProxy, and other proxies, begin TLS without ALPN.
        box.sh("sed -i 's/ sni str(localhost) alpn http.1.1//' /etc/haproxy/haproxy.cfg && systemctl restart haproxy")
                .exits(0);
        talksByWebSocket(4443);
        box.sh("systemctl stop haproxy").exits(0);
    }

    @Test
    void nginxPassesTlsThroughWithVersion1OfTheHeader() {
        List<String> blocks = blocks("nginx");
        assertThat(blocks).hasSize(1);
        box.sh("cat >>/etc/nginx/nginx.conf <<'END'\n" + blocks.getFirst() + "END\n")
                .exits(0);
        box.sh("nginx -t && systemctl restart nginx").exits(0);
        talksThrough(8443);
        box.sh("systemctl stop nginx").exits(0);
    }

    /** The page says that Debian's Caddy can't be used: that is true of this version. */
    @Test
    void debiansCaddyCannotSendTheProxyHeader() {
        assertThat(box.run("caddy", "version").exits(0).out()).startsWith("2.6.");
        write(
                "/root/Caddyfile",
                "localhost:9443 {\n reverse_proxy https://localhost:7443 {\n  transport http {\n   proxy_protocol v2\n  }\n }\n}\n");
        assertThat(box.sh("caddy validate --config /root/Caddyfile --adapter caddyfile 2>&1")
                        .exits(1)
                        .out())
                .contains("unrecognized subdirective proxy_protocol");
    }
}
