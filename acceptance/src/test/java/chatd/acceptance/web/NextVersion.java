package chatd.acceptance.web;

import static java.util.Objects.requireNonNull;

import chatd.acceptance.kit.SpawnedDaemon;
import chatd.audit.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** A later build of the daemon: it serves another page, whose script and style have other names. */
final class NextVersion {
    private static final String SITE = "chatd/web/site/";
    private static final List<String> COMPRESSED = List.of(".br", ".gz");

    private NextVersion() {}

    /**
     * Makes it in an empty directory, which becomes like {@code daemon/} of a checkout after a
     * build.
     */
    static Path make(Path directory) throws IOException {
        Path built = SpawnedDaemon.MODULE.resolve("target");
        Path target = Files.createDirectories(directory.resolve("target/lib")).resolveSibling("chatd.jar");
        Files.copy(SpawnedDaemon.MODULE.resolve("chatd.options"), directory.resolve("chatd.options"));
        Files.copy(built.resolve("chatd.jar"), target);
        try (Stream<Path> libraries = Files.list(built.resolve("lib"))) {
            for (Path library : libraries.toList()) {
                Path copy = directory.resolve("target/lib").resolve(requireNonNull(library.getFileName()));
                if (copy.endsWith("web-0.1.0.jar")) {
                    write(copy, changed(read(library)));
                } else {
                    Files.copy(library, copy);
                }
            }
        }
        return directory;
    }

    private static Map<String, byte[]> read(Path jar) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        try (JarFile opened = new JarFile(jar.toFile())) {
            for (Enumeration<JarEntry> entries = opened.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().startsWith(SITE) && !entry.isDirectory()) {
                    try (InputStream in = opened.getInputStream(entry)) {
                        files.put(entry.getName().substring(SITE.length()), in.readAllBytes());
                    }
                }
            }
        }
        return files;
    }

    private static Map<String, byte[]> changed(Map<String, byte[]> files) {
        Map<String, byte[]> all = new HashMap<>(files);
        String index = text(files, "index.html");
        String names = text(files, "files");
        for (String name : names.split("\n", -1)) {
            if (name.startsWith("page.")) {
                byte[] content = (text(files, name) + "/* next */\n").getBytes(StandardCharsets.UTF_8);
                String hash = HexFormat.of().formatHex(Sha256.digest().digest(content));
                String renamed = name.replaceFirst("[0-9a-f]{16}", hash.substring(0, 16));
                index = index.replace(name, renamed);
                names = names.replace(name, renamed);
                all.put(renamed, content);
                // No shorter than the plain file, and therefore not served
                COMPRESSED.forEach(end -> all.put(renamed + end, new byte[content.length]));
            }
        }
        byte[] page = index.getBytes(StandardCharsets.UTF_8);
        all.put("index.html", page);
        COMPRESSED.forEach(end -> all.put("index.html" + end, new byte[page.length]));
        all.put("files", names.getBytes(StandardCharsets.UTF_8));
        return all;
    }

    private static String text(Map<String, byte[]> files, String name) {
        return new String(requireNonNull(files.get(name), name), StandardCharsets.UTF_8);
    }

    private static void write(Path jar, Map<String, byte[]> files) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                out.putNextEntry(new JarEntry(SITE + file.getKey()));
                out.write(file.getValue());
                out.closeEntry();
            }
        }
    }
}
