package chatd.backup.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;

/**
 * A file of the machine that is backed up.
 *
 * @param path where it is, absolute
 * @param mode its permissions, as in {@code chmod}
 * @param owner the name of its owner; {@code group} likewise
 */
public record MachineFile(Path path, long size, int mode, String owner, String group, Instant modified) {
    /** Reads the attributes of a file, following symbolic links. */
    public static MachineFile of(Path path) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
        return new MachineFile(
                path.toAbsolutePath(),
                attributes.size(),
                mode(attributes.permissions()),
                attributes.owner().getName(),
                attributes.group().getName(),
                attributes.lastModifiedTime().toInstant());
    }

    private static int mode(Set<PosixFilePermission> permissions) {
        int mode = 0;
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            mode = mode << 1 | (permissions.contains(permission) ? 1 : 0);
        }
        return mode;
    }

    /** Returns permissions as a set, from a mode as in {@code chmod}. */
    public static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] all = PosixFilePermission.values();
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < all.length; i++) {
            if ((mode >> (all.length - 1 - i) & 1) != 0) {
                permissions.add(all[i]);
            }
        }
        return permissions;
    }

    /** Returns the same, with another size. */
    public MachineFile withSize(long bytes) {
        return new MachineFile(path, bytes, mode, owner, group, modified);
    }
}
