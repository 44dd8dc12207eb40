package chatd.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.asciidoctor.Asciidoctor;
import org.asciidoctor.Attributes;
import org.asciidoctor.Options;
import org.asciidoctor.SafeMode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** Compares the man pages with those generated from the commands; {@code -Dchatd.man-pages=write} rewrites them. */
@Tag("generated")
class ManPagesTest {
    private static final Path COMMITTED = Path.of("src/main/man");

    @TempDir
    private Path directory;

    @Test
    void thereIsAPageForEachCommandAsTheCommandsMakeIt() throws IOException {
        SortedMap<String, String> made = made();
        if ("write".equals(System.getProperty("chatd.man-pages"))) {
            for (Path page :
                    committed().keySet().stream().map(COMMITTED::resolve).toList()) {
                Files.delete(page);
            }
            for (var page : made.entrySet()) {
                Files.writeString(COMMITTED.resolve(page.getKey()), page.getValue());
            }
        }
        assertThat(committed())
                .as("src/main/man; `./chat generate` regenerates it")
                .isEqualTo(made);
    }

    private static SortedMap<String, String> committed() throws IOException {
        SortedMap<String, String> pages = new TreeMap<>();
        Files.createDirectories(COMMITTED);
        try (var files = Files.list(COMMITTED)) {
            for (Path file : files.toList()) {
                pages.put(String.valueOf(file.getFileName()), Files.readString(file));
            }
        }
        return pages;
    }

    private SortedMap<String, String> made() throws IOException {
        CommandSpec spec = Main.commandLine(new Main()).getCommandSpec();
        plain(spec);
        assertThat(ManPageGenerator.generateManPage(directory.toFile(), null, new boolean[0], false, spec))
                .isZero();
        SortedMap<String, String> pages = new TreeMap<>();
        try (Asciidoctor asciidoctor = Asciidoctor.Factory.create();
                var files = Files.list(directory)) {
            Options options = Options.builder()
                    .backend("manpage")
                    .safe(SafeMode.SAFE)
                    .standalone(true)
                    .attributes(Attributes.builder()
                            .attribute("reproducible", "")
                            .attribute("docdate", "")
                            .build())
                    .build();
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName()).replace(".adoc", ".1");
                pages.put(
                        name,
                        asciidoctor.convert(Files.readString(file), options).strip() + "\n");
            }
        }
        return pages;
    }

    /** Removes what depends on the machine on which the pages are generated. */
    private static void plain(CommandSpec spec) {
        spec.versionProvider(null).version("chatd");
        spec.subcommands().values().stream().map(CommandLine::getCommandSpec).forEach(ManPagesTest::plain);
    }
}
