package chatd.backup;

import chatd.backup.Extraction.Extracted;
import chatd.backup.archive.MachineFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Puts files in the place of others, which are moved aside under names that tell when, and never deleted. Used by one
 * thread.
 */
final class MovedAside {
    private final String stamp;
    private final List<String> names = new ArrayList<>();
    private final Set<String> unknown = new TreeSet<>();

    /** @param stamp when, as part of a file's name */
    MovedAside(String stamp) {
        this.stamp = stamp;
    }

    /** Returns where what was moved is now, each for a person. */
    List<String> names() {
        return names;
    }

    /** Returns the users and groups that own files in the backup, and that this machine does not have. */
    Set<String> unknown() {
        return unknown;
    }

    void add(String name) {
        names.add(name);
    }

    /** Returns the name under which a file or directory is moved aside. */
    Path aside(Path path) {
        return path.resolveSibling(path.getFileName() + ".before-" + stamp);
    }

    /** Moves a file aside, if it exists. */
    void moveAside(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.move(file, aside(file));
            names.add(aside(file).toString());
        }
    }

    /** Moves all files of a directory into another beside it; the directory itself stays, with its permissions. */
    void moveContents(Path directory, Set<String> except) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> !except.contains(file.getFileName().toString()))
                    .toList();
        }
        if (files.isEmpty()) {
            return;
        }
        Path aside = aside(directory);
        if (!Files.exists(aside)) {
            Files.createDirectory(aside);
            copyOwner(directory, aside);
            names.add(aside.toString());
        }
        for (Path file : files) {
            Files.move(file, aside.resolve(file.getFileName()));
        }
    }

    private static void copyOwner(Path from, Path to) throws IOException {
        PosixFileAttributeView source = Files.getFileAttributeView(from, PosixFileAttributeView.class);
        PosixFileAttributeView target = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        target.setPermissions(source.readAttributes().permissions());
        target.setOwner(source.getOwner());
        target.setGroup(source.readAttributes().group());
    }

    /**
     * Puts a file in its place, with its owner and permissions. What is there is moved aside, unless it has the same
     * bytes.
     */
    void put(Extracted file, Path place) throws IOException {
        if (Files.isRegularFile(place) && Files.mismatch(file.copy(), place) < 0) {
            return;
        }
        Files.createDirectories(place.toAbsolutePath().resolveSibling("."));
        Path fresh = place.resolveSibling(place.getFileName() + ".restoring");
        Files.deleteIfExists(fresh);
        Files.copy(file.copy(), fresh, StandardCopyOption.COPY_ATTRIBUTES);
        own(fresh, file);
        try (FileChannel bytes = FileChannel.open(fresh, StandardOpenOption.READ)) {
            bytes.force(true);
        }
        moveAside(place);
        Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Sets owner and permissions; who is not root can't give files away, and keeps them. */
    void own(Path path, Extracted as) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        UserPrincipalLookupService users = path.getFileSystem().getUserPrincipalLookupService();
        try {
            UserPrincipal owner = users.lookupPrincipalByName(as.owner());
            if (!owner.equals(view.getOwner())) {
                view.setOwner(owner);
            }
        } catch (UserPrincipalNotFoundException e) {
            unknown.add(as.owner());
        }
        try {
            GroupPrincipal group = users.lookupPrincipalByGroupName(as.group());
            if (!group.equals(view.readAttributes().group())) {
                view.setGroup(group);
            }
        } catch (UserPrincipalNotFoundException e) {
            unknown.add(as.group());
        }
        view.setPermissions(MachineFile.permissions(as.mode()));
    }
}
