package chatd.audit.read;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.seal.SealPublicKey;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs {@code docs/verify.py}, which must agree with {@link Verifier} on every log of these tests. One process serves
 * them all.
 */
public final class SecondVerifier {
    /** Answers each request line with one line; verifies no signature twice. */
    private static final String DRIVER = """
            import base64, functools, sys, verify
            verify.signed = functools.cache(verify.signed)
            for line in sys.stdin:
                directory, keys, anchors = line.rstrip("\\n").split("\\t")
                try:
                    genuine = verify.verify(directory, [verify.plain(key.encode()) for key in keys.split()],
                                            [seal.encode() for seal in anchors.split("|") if seal])
                    print(genuine, flush=True)
                except (ValueError, OSError) as wrong:
                    print("WRONG:", str(wrong).replace("\\n", " "), flush=True)
            """;

    private static @Nullable SecondVerifier instance;

    private final Writer in;
    private final BufferedReader out;

    /** Whether OpenSSL supports ML-DSA, as it does from version 3.5 on. */
    private final boolean knowsMlDsa;

    private SecondVerifier() throws IOException {
        Path docs = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();
        while (!Files.exists(docs.resolve("docs/verify.py"))) {
            docs = docs.resolveSibling("..").normalize();
        }
        ProcessBuilder builder = new ProcessBuilder("python3", "-c", DRIVER);
        builder.environment().put("PYTHONPATH", docs.resolve("docs").toString());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        Process openssl = new ProcessBuilder("openssl", "list", "-signature-algorithms").start();
        knowsMlDsa = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).contains("ML-DSA");
    }

    private static boolean hasMlDsa(Path directory) throws IOException {
        return Files.readString(directory.resolve("audit.xml")).contains(" alg=\"ML-DSA-65\"");
    }

    /** Fails if the two verifiers disagree. */
    public static synchronized void assertAgrees(
            Path directory, List<SealPublicKey> keys, List<String> anchors, Verifier.Report report) {
        try {
            SecondVerifier verifier = instance == null ? new SecondVerifier() : instance;
            instance = verifier;
            verifier.in.write(directory + "\t"
                    + keys.stream().map(SealPublicKey::encoded).collect(Collectors.joining(" ")) + "\t"
                    + String.join("|", anchors) + "\n");
            verifier.in.flush();
            String said = String.valueOf(verifier.out.readLine());
            if (said.contains("ML-DSA needs") && !verifier.knowsMlDsa && hasMlDsa(directory)) {
                return;
            }
            assertThat(said.startsWith("WRONG:")).as("%s / %s", said, report).isEqualTo(report.firstError() != null);
            if (report.firstError() == null) {
                assertThat(Long.parseLong(said))
                        .as("%s", report)
                        .isEqualTo(report.isAuthentic() ? report.lastAuthenticSeq() : 0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
