package chatd.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.SpawnedDaemon;
import chatd.acceptance.kit.Wire;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A daemon for which neither Netty's nor BoringSSL's native libraries can be loaded, as on musl. */
@Tag("processes")
class WithoutNativeCodeIT {
    private static final String NONE =
            "-Dio.netty.transport.noNative=true -Dio.netty.handler.ssl.noOpenSsl=true " + Chatd.SHORT_LIVED;

    @Test
    void itFallsBackToJavaAndSaysSo() throws Exception {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        try (SpawnedDaemon chatd = SpawnedDaemon.start(Chatd.JAVA_OPTIONS, NONE)) {
            try (Chat1Socket ann = chatd.newcomer();
                    Chat1Socket ben = chatd.newcomer()) {
                ann.send(Wire.text("hello", ben.name()));
                ben.awaitText(ann.name(), "hello");
                ann.send(Wire.file("f", content, ben.name()));
                ben.send(Wire.fetch(ben.expect(Wire.FILE).fileId()));
                assertThat(ben.expect(Wire.CONTENT).content()).isEqualTo(content);
            }
            assertThat(chatd.admin("", "stats").exits(0).out())
                    .contains("transport    TLS by Bouncy Castle, sockets by NIO");
            chatd.admin("", "log", "publish").exits(0);
            assertThat(new AuditReader(chatd.auditLog()).all())
                    .anyMatch(entry -> entry.get("type").equals("start")
                            && entry.get("detail").equals("TLS by Bouncy Castle, sockets by NIO"));
            chatd.killDaemon();
            chatd.begin();
            chatd.admin("", "log", "verify", "--messages").exits(3);
        }
    }

    /** If the native library is required, the check of the configuration says why it can't be loaded. */
    @Test
    void aRequiredLibraryThatIsMissingIsReported() throws Exception {
        try (SpawnedDaemon chatd = SpawnedDaemon.start(Chatd.JAVA_OPTIONS, NONE)) {
            ProcessResult check = ProcessResult.program(List.of(
                    "sh",
                    "-c",
                    "CHATD_TLS_PROVIDER=boringssl exec \"$1\" " + NONE + " -jar \"$2\" --check-config \"$3\"",
                    "sh",
                    System.getProperty("java.home") + "/bin/java",
                    ProcessResult.ROOT.resolve("daemon/target/chatd.jar").toString(),
                    chatd.directory.resolve("chatd.toml").toString()));
            assertThat(check.exits(73).err()).contains("tls.provider: BoringSSL's library can't be loaded here");
        }
    }
}
