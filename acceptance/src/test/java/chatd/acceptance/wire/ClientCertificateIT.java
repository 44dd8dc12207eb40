package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that must present a certificate, which names the account it is for. */
@Tag("processes")
@ParameterizedClass
@ValueSource(strings = {"boringssl", "bouncycastle"})
class ClientCertificateIT {
    @TempDir
    private static Path directory;

    @SuppressWarnings("NullAway.Init") // start() sets it
    private static Chatd chatd;

    /** The implementation of TLS: the option {@code tls.provider}. */
    @Parameter
    @SuppressWarnings("unused") // in the names of the tests
    private String provider = "";

    @BeforeAll
    static void make() throws IOException {
        authority("clients");
        authority("others");
        certificate("clients", "alice");
        certificate("clients", "mallory");
        certificate("others", "alice");
    }

    @BeforeParameterizedClassInvocation
    static void start(String provider) {
        chatd = LocalDaemon.start(
                "CHATD_TLS_PROVIDER",
                provider,
                "CHATD_TLS_CLIENT_CA",
                directory.resolve("clients.pem").toString(),
                "CHATD_TLS_CLIENT_ACCOUNT",
                "named");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        chatd.close();
    }

    private static void openssl(String... arguments) {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        ProcessResult.program(command).exits(0);
    }

    private static String file(String name) {
        return directory.resolve(name).toString();
    }

    private static void authority(String name) {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "9",
                "-subj",
                "/CN=" + name,
                "-keyout",
                file(name + ".key"),
                "-out",
                file(name + ".pem"));
    }

    /** Makes {@code AUTHORITY-NAME.pem} and its {@code .key}, and {@code .both}, which holds the two. */
    private static void certificate(String authority, String name) throws IOException {
        String stem = authority + "-" + name;
        openssl(
                "req",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/O=Example/CN=" + name,
                "-keyout",
                file(stem + ".key"),
                "-out",
                file(stem + ".csr"));
        openssl(
                "x509",
                "-req",
                "-in",
                file(stem + ".csr"),
                "-CA",
                file(authority + ".pem"),
                "-CAkey",
                file(authority + ".key"),
                "-CAcreateserial",
                "-days",
                "9",
                "-out",
                file(stem + ".pem"));
        Files.writeString(
                Path.of(file(stem + ".both")),
                Files.readString(Path.of(file(stem + ".pem"))) + Files.readString(Path.of(file(stem + ".key"))));
    }

    private static ProcessResult client(String... options) {
        List<String> all = new ArrayList<>(List.of(
                "--ca",
                chatd.ca().toString(),
                "--password-file",
                chatd.directory.resolve("alice.password").toString()));
        all.addAll(List.of(options));
        all.addAll(List.of("alice@localhost:" + chatd.port(), "send", "alice", "--", "a text"));
        return ProcessResult.client("", Map.of(), all.toArray(String[]::new));
    }

    @Test
    void aClientWithTheAccountsCertificateLogsIn() {
        client("--certificate", file("clients-alice.pem"), "--key", file("clients-alice.key"))
                .exits(0);
        client("--certificate", file("clients-alice.both")).exits(0);
    }

    @Test
    void theRightPasswordDoesNotHelpWithAnothersCertificate() throws IOException {
        ProcessResult refused = client("--certificate", file("clients-mallory.both"));
        assertThat(refused.exit()).isNotZero();
        assertThat(refused.err()).contains("for the account mallory alone");
        chatd.admin("", "log", "publish").exits(0);
        assertThat(Files.readString(chatd.auditLog().resolve("audit.xml")))
                .contains("type=\"login\" outcome=\"refused\" reason=\"not-allowed\" user=\"U1\" name=\"alice\"");
    }

    @Test
    void withoutATrustedCertificateNobodyLogsIn() {
        assertThat(client().exits(69).err()).contains("asks for a client certificate");
        assertThat(client("--certificate", file("others-alice.both")).exits(69).err())
                .contains("does not accept the certificate");
    }

    @Test
    void missingOptionsAndFilesAreReported() {
        assertThat(client("--key", file("clients-alice.key")).exits(2).err()).contains("--key needs --certificate");
        assertThat(client("--certificate", file("nowhere.pem")).exits(1).err()).contains("There is no file");
        assertThat(client("--certificate", file("clients-alice.pem")).exits(1).err())
                .contains("no private key in it");
    }
}
