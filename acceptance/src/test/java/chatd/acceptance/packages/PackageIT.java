package chatd.acceptance.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.ProcessResult;
import chatd.certs.Authority;
import chatd.demo.DaemonProcess;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packages as they are built; {@link BootedSystemTestBase} uses them. */
@Tag("processes")
class PackageIT {
    private static final Path ARCHIVE = ProcessResult.ROOT.resolve("systemd/target/archive/chatd-0.1.0");

    /**
     * Sets the maintainer of the packages for a copy, which is not a git checkout, to that of the
     * checkout.
     */
    private static final String MAINTAINER = """
            export DEBEMAIL="${DEBEMAIL:-$(git log -1 --format=%ae)}" DEBFULLNAME="${DEBFULLNAME:-$(git log -1 --format=%an)}"
            """;

    @TempDir
    private Path directory;

    private static List<String> packages() throws IOException {
        try (Stream<Path> files = Files.list(Box.PACKAGES)) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(".deb"))
                    .toList();
        }
    }

    @Test
    @Tag("whole")
    void lintianFindsNothing() throws IOException {
        Assumptions.assumeTrue(
                ProcessResult.program(List.of("sh", "-c", "command -v lintian")).exit() == 0,
                "NOT TESTED: there is no lintian");
        assertThat(packages()).hasSize(3);
        ProcessResult lintian = ProcessResult.program(
                Stream.concat(Stream.of("lintian", "--allow-root", "--tag-display-limit", "0"), packages().stream())
                        .toList());
        assertThat(lintian.out()).isEmpty();
        lintian.exits(0);
        // Unavoidable findings are in the overrides, with the reason: lintian does find them.
        assertThat(ProcessResult.program(Stream.concat(
                                        Stream.of("lintian", "--allow-root", "--show-overrides"), packages().stream())
                                .toList())
                        .out())
                .contains("O: chatd: unknown-java-class-version", "O: chatd-runtime: embedded-library");
    }

    /** Copies the sources into another directory. */
    private Path copy() throws IOException {
        Path copy = directory.resolve("elsewhere");
        for (String file : ProcessResult.program(List.of("git", "ls-files", "-z", "-co", "--exclude-standard"))
                .exits(0)
                .out()
                .split("\0", -1)) {
            Path source = ProcessResult.ROOT.resolve(file);
            if (Files.isRegularFile(source)) {
                Path target = copy.resolve(file);
                Files.createDirectories(Objects.requireNonNull(target.getParent()));
                Files.copy(source, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return copy;
    }

    @Test
    @Tag("whole")
    void theSameSourcesMakeTheSameBytes() throws IOException {
        Path copy = copy();
        ProcessResult.programWithin(
                        Duration.ofMinutes(20),
                        List.of(
                                "sh",
                                "-ec",
                                MAINTAINER + "\"$1\" package",
                                "sh",
                                copy.resolve("chat").toString()))
                .exits(0);
        assertThat(Files.readString(copy.resolve("systemd/target/dist/SHA256SUMS")))
                .isEqualTo(Files.readString(Box.PACKAGES.resolve("SHA256SUMS")))
                .hasLineCount(5);
    }

    @Test
    void thePackagesNameTheirMaintainer() throws IOException {
        String maintainer = ProcessResult.program(
                        List.of("sh", "-ec", MAINTAINER + "echo \"$DEBFULLNAME <$DEBEMAIL>\""))
                .exits(0)
                .out();
        assertThat(maintainer).matches(".+ <.+@.+>\\n");
        for (String each : packages()) {
            assertThat(ProcessResult.program(List.of("dpkg-deb", "--field", each, "Maintainer"))
                            .exits(0)
                            .out())
                    .isEqualTo(maintainer);
        }
        assertThat(ProcessResult.program(List.of(
                                "sh",
                                "-ec",
                                "unset DEBEMAIL; exec sh \"$1\"",
                                "sh",
                                copy().resolve("systemd/maintainer.sh").toString()))
                        .exits(1)
                        .err())
                .contains("set DEBFULLNAME and DEBEMAIL");
    }

    /** In another directory and at another time, the archive and our part of the packages are identical. */
    @Test
    void theSameJarsMakeTheSamePackages() throws IOException {
        Path copy = copy();
        Matcher timestamp = Pattern.compile("<project.build.outputTimestamp>(.+)</")
                .matcher(Files.readString(ProcessResult.ROOT.resolve("pom.xml")));
        assertThat(timestamp.find()).isTrue();
        ProcessResult.program(List.of(
                        "sh",
                        "-ec",
                        MAINTAINER + """
                        cd "$1"
                        cp -r --parents daemon/target/*.jar daemon/target/lib admin-cli/target/*.jar admin-cli/target/lib \
                          client-cli/target/*.jar client-cli/target/lib systemd/target/bom.json "$2"
                        JAVA_HOME=$3 sh "$2/systemd/stage.sh" 0.1.0 "$4"
                        """,
                        "sh",
                        ProcessResult.ROOT.toString(),
                        copy.toString(),
                        System.getProperty("java.home"),
                        timestamp.group(1)))
                .exits(0);
        for (String made : List.of("chatd", "control", "dist/chatd-0.1.0.tar.gz")) {
            String path = "systemd/target/" + made;
            ProcessResult.program(List.of(
                            "diff",
                            "--recursive",
                            "--no-dereference",
                            ProcessResult.ROOT.resolve(path).toString(),
                            copy.resolve(path).toString()))
                    .exits(0);
        }
    }

    @Test
    void theArchiveRunsWhereverItIsUnpacked() throws IOException {
        ProcessResult.program(List.of(
                        "tar",
                        "-xzf",
                        Box.PACKAGES.resolve("chatd-0.1.0.tar.gz").toString(),
                        "-C",
                        directory.toString()))
                .exits(0);
        Path archive = directory.resolve("chatd-0.1.0");
        Path bin = archive.resolve("bin");
        for (String program : List.of("chatd", "chat-admin", "chat-client")) {
            assertThat(ProcessResult.program(List.of(bin.resolve(program).toString(), "--version"))
                            .exits(0)
                            .out())
                    .startsWith(program + " 0.1.0 on Java 25");
        }
        Path link = Files.createSymbolicLink(directory.resolve("chatd"), bin.resolve("chatd"));
        assertThat(ProcessResult.program(List.of(link.toString(), "--print-config"))
                        .exits(0)
                        .out())
                .contains("[listen]");
        // As a service it is installed to /usr/local, by the commands of installing.md.
        assertThat(List.of(
                        "sbin/chatd-setup",
                        "lib/sysusers.d/chatd.conf",
                        "lib/tmpfiles.d/chatd.conf",
                        "lib/systemd/system/chatd.service",
                        "lib/systemd/system/chatd-archive.service",
                        "share/chatd/archive-chatd",
                        "etc/chatd.toml"))
                .allMatch(file -> Files.isRegularFile(archive.resolve(file)));
        assertThat(Files.readString(archive.resolve("lib/systemd/system/chatd.service")))
                .contains("ExecStart=/usr/local/bin/chatd ")
                .doesNotContain("/usr/bin", "/usr/share");
        ProcessResult none = ProcessResult.program(List.of(
                "env",
                "-i",
                "PATH=/nowhere",
                "/bin/sh",
                "-c",
                "PATH=/usr/bin:/bin; JAVA_HOME=/nowhere; exec " + bin + "/chatd --version"));
        assertThat(none.exit())
                .as("uses the machine's Java, if it has one: %s", none)
                .isIn(0, 3);
    }

    /** Installed pages are laid out differently than in the sources. */
    @Test
    void everyLinkOfAnInstalledPageLeadsToAnInstalledFile() throws IOException {
        Path pages = ProcessResult.ROOT.resolve("systemd/target/chatd/usr/share/doc/chatd");
        Pattern link = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)");
        List<String> broken = new ArrayList<>();
        int followed = 0;
        try (Stream<Path> files = Files.walk(pages)) {
            for (Path page :
                    files.filter(file -> file.toString().endsWith(".md")).toList()) {
                for (MatchResult each :
                        link.matcher(Files.readString(page)).results().toList()) {
                    followed++;
                    if (!Files.exists(page.resolveSibling(each.group(1)))) {
                        broken.add(pages.relativize(page) + " links " + each.group(1));
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(followed).isGreaterThan(20);
    }

    /**
     * The first run lists its classes, and the second begins to make the archive that later ones
     * use.
     */
    @Test
    void theClassArchiveIsMadeInTheBackgroundAndADamagedOneIsIgnored() throws IOException {
        Path cache = directory.resolve("cache/chatd");
        for (String program : List.of("chat-admin", "chat-client")) {
            assertThat(runWithCache(program, "--version").out()).startsWith(program + " 0.1.0 on Java 25");
            assertThat(cachedFiles(cache, program)).isEmpty();
            String output = runWithCache(program, "nonsense").err();
            assertThat(cachedFiles(cache, program)).singleElement().asString().endsWith(".classes");
            assertThat(runWithCache(program, "nonsense").err()).isEqualTo(output);
            await().until(() -> cachedFiles(cache, program).stream()
                    .allMatch(file -> file.toString().matches(".*/" + program + "-\\d+-\\d+\\.jsa")));
            Path archive = cachedFiles(cache, program).getFirst();
            try (FileChannel file = FileChannel.open(archive, StandardOpenOption.WRITE)) {
                file.truncate(file.size() / 2);
            }
            ProcessResult run = runWithCache(program, "--version");
            assertThat(run.out()).startsWith(program + " 0.1.0 on Java 25");
            assertThat(run.err()).isEmpty();
        }
    }

    private ProcessResult runWithCache(String program, String argument) {
        return ProcessResult.program(List.of(
                "env",
                "XDG_CACHE_HOME=" + directory.resolve("cache"),
                ARCHIVE.resolve("bin/" + program).toString(),
                argument));
    }

    private static List<Path> cachedFiles(Path cache, String program) throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.filter(file -> file.getFileName().toString().startsWith(program))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Without Java on the machine, as on Debian 12: with the one in the package
     * {@code chatd-runtime}.
     */
    @Test
    void theRuntimePackageRunsEveryProgram() throws IOException {
        for (String each : packages()) {
            if (each.endsWith("_amd64.deb")) {
                ProcessResult.program(List.of("dpkg-deb", "-x", each, directory.toString()))
                        .exits(0);
            }
        }
        Path java = directory.resolve("usr/lib/chatd-runtime/bin/java");
        for (String program : List.of("chatd", "chat-admin", "chat-client")) {
            Path jar = directory.resolve("usr/share/chatd/" + program + ".jar");
            assertThat(ProcessResult.program(List.of(java.toString(), "-jar", jar.toString(), "--version"))
                            .exits(0)
                            .out())
                    .startsWith(program + " 0.1.0 on Java 25");
        }
        // The daemon reads its configuration and gets as far as the database, with all that TLS and the log need.
        Path config = DaemonProcess.configure(directory, "[::]:0", directory.resolve("no-database.sock"), "chatd", "");
        Authority.writeDevelopmentFiles(directory, Authority.THIS_MACHINE, new SecureRandom(), Instant.now());
        Path output = directory.resolve("said");
        Process daemon = new ProcessBuilder(
                        java.toString(),
                        "@" + directory.resolve("usr/share/chatd/chatd.options"),
                        "-jar",
                        directory.resolve("usr/share/chatd/chatd.jar").toString(),
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            await().until(() -> !daemon.isAlive() || Files.readString(output).contains("waiting for the database"));
            assertThat(daemon.isAlive()).as(Files.readString(output)).isTrue();
        } finally {
            daemon.destroy();
            daemon.onExit().join();
        }
        assertThat(directory.resolve("log/audit.xml")).content().contains("type=\"start\"");
    }

    /**
     * The package for ARM64 differs only in its control file; the libraries of both architectures
     * are in both.
     */
    @Test
    void thereIsAPackageForEachArchitecture() throws IOException {
        List<String> trees = new ArrayList<>();
        for (String architecture : List.of("amd64", "arm64")) {
            Path tree = directory.resolve(architecture);
            trees.add(tree.toString());
            ProcessResult.program(List.of(
                            "dpkg-deb",
                            "-R",
                            Box.PACKAGES
                                    .resolve("chatd_0.1.0_" + architecture + ".deb")
                                    .toString(),
                            tree.toString()))
                    .exits(0);
            String control = Files.readString(tree.resolve("DEBIAN/control"));
            assertThat(control).contains("Architecture: " + architecture + "\n");
            assertThat(control.contains("chatd-runtime")).isEqualTo(architecture.equals("amd64"));
            assertThat(control).contains("openjdk-25-jre-headless | temurin-25-jre", "libargon2-1,");
        }
        assertThat(ProcessResult.program(List.of("diff", "--recursive", "--brief", trees.get(0), trees.get(1)))
                        .exits(1)
                        .out())
                .hasLineCount(1)
                .contains("DEBIAN/control");
        Path lib = directory.resolve("arm64/usr/share/chatd/lib");
        for (String each : List.of("netty-tcnative-boringssl-static", "netty-transport-native-epoll")) {
            for (var machine : Map.of("x86_64", 0x3e, "aarch_64", 0xb7).entrySet()) {
                assertThat(machine(lib, each, machine.getKey()))
                        .as(each + " " + machine.getKey())
                        .isEqualTo(machine.getValue());
            }
        }
    }

    /** Returns the machine in the ELF header of the native library in a jar. */
    private static int machine(Path lib, String name, String classifier) throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, name + "-*-linux-" + classifier + ".jar");
                JarFile jar = new JarFile(jars.iterator().next().toFile())) {
            JarEntry library = jar.stream()
                    .filter(entry -> entry.getName().endsWith(".so"))
                    .findFirst()
                    .orElseThrow();
            return jar.getInputStream(library).readNBytes(20)[18] & 0xff;
        }
    }

    /** The programs share one directory of libraries: each finds all that its manifest names. */
    @Test
    void everyLibraryInAManifestExists() throws IOException {
        for (String program : List.of("chatd", "chat-admin", "chat-client")) {
            try (JarFile jar = new JarFile(
                    ARCHIVE.resolve("share/chatd/" + program + ".jar").toFile())) {
                for (String library : jar.getManifest()
                        .getMainAttributes()
                        .getValue("Class-Path")
                        .split(" ", -1)) {
                    assertThat(ARCHIVE.resolve("share/chatd").resolve(library)).exists();
                }
            }
        }
    }

    @Test
    void theBillOfMaterialsHasEveryLibrary() throws IOException {
        String bom = Files.readString(Box.PACKAGES.resolve("chatd-0.1.0.bom.json"));
        try (Stream<Path> libraries = Files.list(ARCHIVE.resolve("share/chatd/lib"))) {
            for (Path library : libraries.toList()) {
                String name = Objects.toString(library.getFileName()).replaceFirst("-[0-9].*", "");
                assertThat(bom).contains("\"name\" : \"" + name + "\"");
            }
        }
    }

    /** The hand-written pages list every option of the program. */
    @Test
    void theManPagesHaveEveryOption() throws IOException {
        for (var page :
                Map.of("chatd", "chatd.8", "chatd-setup", "chatd-setup.8").entrySet()) {
            String program = page.getKey();
            String help = program.equals("chatd-setup")
                    ? ProcessResult.program(List.of(
                                    ProcessResult.ROOT
                                            .resolve("systemd/src/bin/chatd-setup")
                                            .toString(),
                                    "--help"))
                            .exits(0)
                            .out()
                    : ProcessResult.program(
                                    List.of(ARCHIVE.resolve("bin/" + program).toString(), "--help"))
                            .exits(0)
                            .out();
            Path man = ProcessResult.ROOT.resolve("systemd/src/man/" + page.getValue());
            assertThat(options(Files.readString(man).replace("\\-", "-")))
                    .as(program)
                    .isEqualTo(options(help));
            assertThat(ProcessResult.program(
                                    List.of("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", man.toString()))
                            .exits(0)
                            .err())
                    .isEmpty();
        }
    }

    private static Set<String> options(String text) {
        return Pattern.compile("--[a-z][a-z-]+")
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
