package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.JdkTls;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Loading a new certificate while users are connected; and repairing the log of a killed daemon.
 */
@Tag("processes")
class CertificateReloadIT {
    @TempDir
    private Path elsewhere;

    private Path makeCertificate(String name) throws IOException {
        Path there = Files.createDirectory(elsewhere.resolve(name));
        ProcessResult.chat("", Map.of(), "admin", "cert", "dev", "--name", "localhost", there.toString())
                .exits(0);
        return there;
    }

    private static void install(Path from, SpawnedDaemon chatd) throws IOException {
        for (String file : new String[] {"server.key", "server.pem", "ca.pem"}) {
            Path fresh = chatd.directory.resolve(file + ".new");
            Files.copy(from.resolve(file), fresh);
            Files.move(
                    fresh,
                    chatd.directory.resolve(file),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Returns the certificate that the daemon presents to a client that trusts {@code ca}. */
    private static X509Certificate shown(SpawnedDaemon chatd, Path ca) throws IOException {
        try (SSLSocket socket = JdkTls.trusting(ca).connect("localhost", chatd.port(), "chat/1")) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static String log(SpawnedDaemon chatd) throws IOException {
        chatd.admin("", "log", "publish").exits(0);
        return Files.readString(chatd.auditLog().resolve("audit.xml"));
    }

    @Test
    void aReloadASignalOrChangedFilesLoadAnotherCertificate() throws IOException {
        try (SpawnedDaemon chatd = SpawnedDaemon.start();
                Chat1Socket one = chatd.newcomer()) {
            X509Certificate first = shown(chatd, chatd.directory.resolve("ca.pem"));
            Path two = makeCertificate("two");
            install(two, chatd);
            assertThat(chatd.admin("", "config", "reload").exits(0).out()).contains("Certificate: CN=localhost");
            X509Certificate second = shown(chatd, two.resolve("ca.pem"));
            assertThat(second).isNotEqualTo(first);
            assertThat(chatd.admin("", "config", "reload").exits(0).out()).isEqualTo("Nothing has changed.\n");

            Path three = makeCertificate("three");
            install(three, chatd);
            ProcessResult.signal("HUP", chatd.daemon().pid());
            await().ignoreExceptions()
                    .until(() -> !shown(chatd, three.resolve("ca.pem")).equals(second));

            Path four = makeCertificate("four");
            install(four, chatd);
            await().ignoreExceptions().until(() -> shown(chatd, four.resolve("ca.pem")) != null);
            one.send(Wire.text("still here", one.name()));
            one.expectText(one.name(), "still here");
            assertThat(log(chatd).split("type=\"certificate\" outcome=\"ok\"", -1))
                    .hasSize(5);
        }
    }

    @Test
    void anUnusableCertificateIsRefusedWithTheWholeConfiguration() throws IOException {
        try (SpawnedDaemon chatd = SpawnedDaemon.start();
                Chat1Socket one = chatd.newcomer()) {
            Path config = chatd.configuration();
            Files.writeString(config, Files.readString(config).replace("mode = \"open\"", "mode = \"closed\""));
            Files.writeString(chatd.directory.resolve("server.key"), "nothing\n");
            ProcessResult reload = chatd.admin("", "config", "reload").exits(1);
            assertThat(reload.err()).contains("server.key: no private key in it", "stays in force");
            assertThat(shown(chatd, chatd.directory.resolve("ca.pem"))).isNotNull();
            assertThat(chatd.admin("", "config", "show").exits(0).out()).containsPattern("registration.mode +open");
            ProcessResult.signal("HUP", chatd.daemon().pid());
            await().untilAsserted(
                            () -> assertThat(chatd.read("chatd.log")).contains("the previous one stays in force"));
            one.send(Wire.text("still here", one.name()));
            one.expectText(one.name(), "still here");
            assertThat(log(chatd)).contains("type=\"certificate\" outcome=\"refused\"");
        }
    }

    /** The most common mistake: the certificate alone instead of the file with its chain. */
    @Test
    void aCertificateWithoutItsIssuersIsAcceptedAndReportedWhereverAnAdministratorLooks() throws IOException {
        try (SpawnedDaemon chatd = SpawnedDaemon.start()) {
            String config = chatd.configuration().toString();
            assertThat(chatd.admin("", "config", "check").exits(0).out()).doesNotContain("fullchain.pem");
            Path two = makeCertificate("two");
            Path chain = two.resolve("server.pem");
            String end = "-----END CERTIFICATE-----\n";
            String all = Files.readString(chain);
            Files.writeString(chain, all.substring(0, all.indexOf(end) + end.length()));
            install(two, chatd);
            chatd.admin("", "config", "reload").exits(0);
            for (String output : List.of(
                    chatd.admin("", "config", "check").exits(0).out(),
                    ProcessResult.chat("", Map.of(), "daemon", "--check-config", config)
                            .exits(0)
                            .out(),
                    chatd.admin("", "cert", "show").exits(0).out(),
                    chatd.admin("", "cert", "show", chain.toString()).exits(0).out(),
                    chatd.admin("", "stats", "--check").exits(1).out(),
                    chatd.read("chatd.log"))) {
                assertThat(output).contains("fullchain.pem", "CN=chatd development authority");
            }
            install(makeCertificate("three"), chatd);
            chatd.admin("", "config", "reload").exits(0);
            assertThat(chatd.admin("", "stats", "--check").out()).doesNotContain("fullchain.pem");
        }
    }

    @Test
    void aKilledDaemonsLogIsRepairedWithoutStartingIt() throws IOException {
        try (SpawnedDaemon chatd = SpawnedDaemon.start();
                Chat1Socket one = chatd.newcomer()) {
            String config = chatd.configuration().toString();
            assertThat(ProcessResult.chat("", Map.of(), "daemon", "--config", config, "--mend-log")
                            .exits(75)
                            .err())
                    .contains("another chatd");
            for (int i = 0; i < 200; i++) {
                one.send(Wire.text("text " + i, one.name()));
                one.expectText(one.name(), "text " + i);
            }
            chatd.killDaemon();
            Path part = chatd.auditLog().resolve("audit.part");
            Files.writeString(part, "<event seq=", java.nio.file.StandardOpenOption.APPEND);
            ProcessResult.chat("", Map.of(), "daemon", "--config", config, "--mend-log")
                    .exits(0);
            String repaired = Files.readString(chatd.auditLog().resolve("audit.xml"));
            assertThat(repaired)
                    .isEqualTo(Files.readString(part) + "</audit>\n")
                    .contains("type=\"recovery\"");
            assertThat(repaired.split("type=\"text\"", -1)).hasSize(201);
            ProcessResult.admin("", "log", "verify", chatd.auditLog().toString())
                    .exits(3);
            // The second time, there is nothing to repair.
            ProcessResult.chat("", Map.of(), "daemon", "--config", config, "--mend-log")
                    .exits(0);
            assertThat(Files.readString(chatd.auditLog().resolve("audit.xml"))).isEqualTo(repaired);
        }
    }
}
