package chatd.backup.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is known of a backup without opening it, since the machine that made it may not be able to: {@code NAME.json}
 * beside the backup.
 *
 * @param file the name of the backup's file, in the same directory
 * @param isContents whether it has nothing but contents of files, which others refer to
 * @param bytes the size of the file; {@code sha256} its digest, in hexadecimal
 * @param time when the snapshot of the database was taken
 * @param position the number of the last entry in it
 * @param version the version of chatd
 * @param recipients the public keys it is encrypted for; empty if it is not encrypted
 * @param isWithKeys whether keys and passwords are in it
 * @param needs the other files in the directory without which it can't be restored
 */
public record Index(
        String format,
        String file,
        boolean isContents,
        long bytes,
        String sha256,
        Instant time,
        long position,
        String version,
        String host,
        List<String> recipients,
        boolean isWithKeys,
        List<String> needs) {
    public static final String FORMAT = "chatd-backup-index-1";

    /** The end of an index's name, after that of its backup. */
    public static final String SUFFIX = ".json";

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /** Returns where the index of a backup is. */
    public static Path of(Path backup) {
        return backup.resolveSibling(backup.getFileName() + SUFFIX);
    }

    /** Returns where the digests of a backup's contents are. */
    public static Path digests(Path backup) {
        return backup.resolveSibling(backup.getFileName() + ".digests");
    }

    /**
     * Reads an index.
     *
     * @throws BackupFailure if the file is none
     */
    public static Index read(Path file) throws IOException {
        try {
            Index index = JSON.readValue(Files.readAllBytes(file), Index.class);
            if (FORMAT.equals(index.format())) {
                return index;
            }
        } catch (JacksonException e) {
            throw new BackupFailure(file + " is not the index of a backup: " + e.getOriginalMessage(), e);
        }
        throw new BackupFailure(file + " is not the index of a backup");
    }

    /**
     * Writes the index beside its backup: whole, or not at all.
     *
     * @param unfinished a name that is free, in the same directory
     */
    public void write(Path directory, Path unfinished) throws IOException {
        PrivateFile.create(
                unfinished,
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this).getBytes(StandardCharsets.UTF_8));
        Files.move(unfinished, of(directory.resolve(file)), StandardCopyOption.ATOMIC_MOVE);
    }
}
