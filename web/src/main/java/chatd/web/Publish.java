package chatd.web;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Publishes the page when it is built: gives the bundler's files names with their hash, puts these
 * names into {@code index.html}, compresses each file with Brotli and gzip, and lists them in
 * {@code files}, which tells the daemon what to serve. The same input gives the same bytes.
 */
final class Publish {
    private static final int HASH_DIGITS = 16;

    private Publish() {}

    /** Arguments: the directory of the page's own files, that of the bundle, and where to publish both. */
    public static void main(String[] arguments) throws IOException {
        Brotli4jLoader.ensureAvailability();
        Path target = Files.createDirectories(Path.of(arguments[2]));
        try (Stream<Path> old = Files.list(target)) {
            for (Path file : old.toList()) {
                Files.delete(file);
            }
        }
        List<String> names = new ArrayList<>();
        String index = Files.readString(Path.of(arguments[0]).resolve("index.html"));
        Map<String, String> bundle = readBundle(Path.of(arguments[1]));
        while (!bundle.isEmpty()) {
            // Its hash covers the names of those that it imports: they come first.
            String plain = bundle.keySet().stream()
                    .filter(file -> imports(file, bundle).isEmpty())
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("files import each other: " + bundle.keySet()));
            byte[] content = bundle.getOrDefault(plain, "").getBytes(StandardCharsets.UTF_8);
            bundle.remove(plain);
            String name = hashed(plain, content);
            boolean isUsed = index.contains(plain);
            index = index.replace('/' + plain, '/' + name);
            for (Map.Entry<String, String> other : bundle.entrySet()) {
                isUsed |= imports(other.getKey(), bundle, plain);
                other.setValue(other.getValue().replace("\"./" + plain + '"', "\"./" + name + '"'));
            }
            if (!isUsed) {
                throw new IllegalStateException("neither index.html nor another file names " + plain);
            }
            write(target, name, content);
            names.add(name);
        }
        try (Stream<Path> others = Files.list(Path.of(arguments[0]))) {
            for (Path file : others.sorted().toList()) {
                String plain = file.getFileName().toString();
                byte[] content = Files.readAllBytes(file);
                // A picture is shown in several places: without a name that never changes it is asked for in each.
                String name = plain.endsWith(".svg") ? hashed(plain, content) : plain;
                index = index.replace('/' + plain, '/' + name);
                if (!plain.equals("index.html")) {
                    write(target, name, content);
                    names.add(name);
                }
            }
        }
        write(target, "index.html", index.getBytes(StandardCharsets.UTF_8));
        names.add("index.html");
        Files.write(target.resolve("files"), names);
    }

    /** Returns the contents of the bundler's files, by their names. */
    private static Map<String, String> readBundle(Path directory) throws IOException {
        Map<String, String> bundle = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                bundle.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return bundle;
    }

    /** Returns those files of the bundle, not yet renamed, that one of them imports. */
    private static List<String> imports(String file, Map<String, String> bundle) {
        return bundle.keySet().stream()
                .filter(other -> imports(file, bundle, other))
                .toList();
    }

    private static boolean imports(String file, Map<String, String> bundle, String other) {
        return bundle.getOrDefault(file, "").contains("\"./" + other + '"');
    }

    /** Returns {@code page.0123456789abcdef.js} for {@code page.js}. */
    private static String hashed(String name, byte[] content) {
        int dot = name.lastIndexOf('.');
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return name.substring(0, dot)
                    + '.'
                    + HexFormat.of().formatHex(hash).substring(0, HASH_DIGITS)
                    + name.substring(dot);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path target, String name, byte[] content) throws IOException {
        Files.write(target.resolve(name), content);
        Files.write(
                target.resolve(name + ".br"),
                Encoder.compress(
                        content, new Encoder.Parameters().setQuality(11).setMode(Encoder.Mode.TEXT)));
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            zip.write(content);
        }
        Files.write(target.resolve(name + ".gz"), zipped.toByteArray());
    }
}
