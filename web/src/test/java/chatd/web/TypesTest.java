package chatd.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** The types of the messages, checked by the TypeScript compiler, against the golden files of the protocol. */
@Tag("generated")
class TypesTest {
    private static final Path TYPESCRIPT = Path.of("target/typescript").toAbsolutePath();
    private static final Path WIRE = Path.of("src/main/ts/wire").toAbsolutePath();
    private static final Path GOLDEN = Path.of("target/test-classes/golden");

    /**
     * Messages that the daemon also reads, though clients should not write them so; and input that
     * is not a message.
     */
    private static final Set<String> EXCLUDED =
            Set.of("log-in.json", "look-up-users.json", "no-json.json", "of-no-form.json");

    /** Deno reads nothing below {@code /dev}, where the temporary files of the tests may be. */
    static final class WithinTheModule implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "types");
        }
    }

    @TempDir(factory = WithinTheModule.class)
    private Path directory;

    /**
     * Returns the compiler's errors in a module, and in all that it imports; empty if there are
     * none.
     */
    private String check(String module) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("module.ts"), module);
        Files.writeString(directory.resolve("tsconfig.json"), """
                {"extends": "%s", "include": ["module.ts"]}
                """.formatted(
                        Path.of("tsconfig.json").toAbsolutePath()));
        return compile(directory);
    }

    private String compile(Path project) throws IOException, InterruptedException {
        File deno = TYPESCRIPT.resolve("deno").toFile();
        assertThat(deno.setExecutable(true)).isTrue();
        ProcessBuilder compiler = new ProcessBuilder(
                        deno.getPath(),
                        "run",
                        "--no-config",
                        "--no-remote",
                        "--no-npm",
                        "--unstable-detect-cjs",
                        "--allow-read",
                        "--allow-env",
                        "--allow-sys",
                        TYPESCRIPT.resolve("tsc.js").toString(),
                        "-p",
                        project.toString())
                .redirectErrorStream(true);
        compiler.environment().put("DENO_DIR", directory.resolve("deno").toString());
        compiler.environment().put("DENO_NO_UPDATE_CHECK", "1");
        compiler.environment().put("NO_COLOR", "1");
        Process running = compiler.start();
        running.getOutputStream().close();
        String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(running.waitFor()).as(output).isEqualTo(output.isEmpty() ? 0 : 2);
        return output;
    }

    private static String imports() {
        return """
                import type { Command } from "%1$s/commands.js";
                import type { Event } from "%1$s/events.js";
                """.formatted(WIRE);
    }

    private static String golden(String kind, String type) throws IOException {
        StringBuilder module = new StringBuilder();
        try (Stream<Path> files = Files.list(GOLDEN.resolve(kind))) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!EXCLUDED.contains(name)) {
                    module.append("// %s%n({ message: %s }) satisfies { message: %s };%n"
                            .formatted(name, Files.readString(file).strip(), type));
                }
            }
        }
        assertThat(module.toString().lines()).hasSizeGreaterThan(80);
        return module.toString();
    }

    @Test
    void thePageCompiles() throws IOException, InterruptedException {
        assertThat(compile(Path.of("").toAbsolutePath())).isEmpty();
    }

    @Test
    void everyGoldenFileIsOfItsType() throws IOException, InterruptedException {
        assertThat(check(imports() + golden("commands", "Command") + golden("events", "Event")))
                .isEmpty();
    }

    @Test
    void anInvalidMessageIsRefused() throws IOException, InterruptedException {
        assertThat(check(imports() + """
                        ({ message: { type: 22, send: "U1", receive: "U2", info: {} } }) satisfies { message: Event };
                        ({ message: { type: 22, send: "bob", receive: "U2", info: {} } }) satisfies { message: Event };
                        ({ message: { type: 3, receive: "bob", text: "hi" } }) satisfies { message: Command };
                        """)).doesNotContain("(3,").contains("(4,", "(5,");
    }
}
