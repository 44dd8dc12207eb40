package chatd.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Debian 13, with its own Java 25; and with an OpenSSL that knows ML-DSA. */
@Tag("processes")
@Tag("booted")
class Debian13IT extends BootedStory {
    private static final String VERIFIER = "/usr/share/doc/chatd/verify.py";

    Debian13IT() {
        super("trixie", new String[] {"openjdk-25-jre-headless", "python3"}, "/ci/chatd_0*_amd64.deb");
    }

    @Test
    @Tag("whole")
    @Order(15)
    void theSecondVerifierKnowsTheSealsOfMlDsaToo() {
        configure("seals", "Environment=CHATD_AUDIT_SEAL_ALGORITHM=ML-DSA-65");
        isActive();
        box.sh("chat-admin log key >/root/old.pem && chat-admin log key --change >/root/new.pem")
                .exits(0);
        says("sealed-otherwise");
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
                .contains("the seal does not hold");
        assertThat(box.run("chat-admin", "log", "verify", "--key", "/root/new.pem", "/root/log")
                        .exits(1)
                        .out())
                .contains("WRONG");
    }
}
