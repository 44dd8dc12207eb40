package chatd.backup.archive;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The first entry of a backup: what it is of.
 *
 * @param format {@link #FORMAT}
 * @param isContents whether it has nothing but contents of files, which backups refer to
 * @param version the version of chatd that made it
 * @param host the host name of the machine
 * @param time when the snapshot of the database was taken
 * @param position the number of the last entry (message, amendment or change) in the snapshot; 0 if there is none
 * @param schema the rows of the schema's migrations, one per line
 * @param contents the number and total size in bytes of the contents of files, whether written to this file or not
 * @param databaseBytes what the tables and their indexes take, as estimated by the database
 * @param logBytes the size of the log when the backup was begun
 * @param config the configuration file; empty if there is none
 * @param environment the {@code CHATD_…} variables of the daemon's environment
 * @param logDirectory the directory of the audit log
 * @param groups the members of the groups that may use the admin sockets, by group
 * @param keysLeftOut the files with keys and passwords that are not in it; empty if they are
 * @param needs the file names of earlier backups in the same directory, without which contents of files are missing
 */
public record Manifest(
        String format,
        boolean isContents,
        String version,
        String host,
        Instant time,
        long position,
        String schema,
        Amount contents,
        long databaseBytes,
        long logBytes,
        String config,
        Map<String, String> environment,
        String logDirectory,
        Map<String, List<String>> groups,
        List<Key> keysLeftOut,
        List<String> needs) {
    /** The name of this format of backups. */
    public static final String FORMAT = "chatd-backup-1";

    /** The entry's name. */
    public static final String ENTRY = "manifest.json";

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /**
     * A file with a key or a password.
     *
     * @param mode its permissions, as in {@code chmod}
     */
    public record Key(String path, int mode, String owner, String group) {}

    /** Returns where the keys are that are not in the backup. */
    public List<String> keyPaths() {
        return keysLeftOut.stream().map(Key::path).toList();
    }

    /** A number of things, and their total size in bytes. */
    public record Amount(long count, long bytes) {}

    /** Returns the manifest of a file that has nothing but contents of files. */
    public Manifest ofContents() {
        return new Manifest(
                format, true, version, host, time, position, "", contents, 0, 0, "", Map.of(), "", Map.of(), List.of(),
                List.of());
    }

    /** Returns the entry's bytes. */
    public byte[] toBytes() {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads the entry.
     *
     * @throws BackupFailure if it is not a manifest, or of another format
     */
    public static Manifest read(byte[] bytes) throws BackupFailure {
        Manifest manifest;
        try {
            if (!JSON.readTree(bytes).path("format").asString("").equals(FORMAT)) {
                throw new BackupFailure("its format is not " + FORMAT + ": it was made by another version of chatd");
            }
            manifest = JSON.readValue(bytes, Manifest.class);
        } catch (JacksonException e) {
            throw new BackupFailure("it does not begin with the manifest of a backup", e);
        }
        return manifest;
    }
}
