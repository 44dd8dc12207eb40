package chatd.backup.data;

import chatd.audit.Sha256;
import chatd.backup.archive.BackupFailure;
import chatd.backup.archive.BackupReader;
import chatd.daemon.store.read.ContentStore;
import java.io.IOException;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Loads the contents of files from backups, after the rows that say which there are. Used by one thread; blocks.
 */
final class ContentLoader {
    private static final Pattern ENTRY = Pattern.compile("contents/([0-9a-f]{64})");

    /** Chunks after which a transaction ends: 8 MiB. */
    private static final int CHUNKS = 32;

    private final Connection connection;

    /** @param connection to the schema, with autocommit off */
    ContentLoader(Connection connection) {
        this.connection = connection;
    }

    /** Returns whether an entry is a content. */
    static boolean isContent(String entry) {
        return entry.startsWith("contents/");
    }

    /**
     * Loads an entry, unless no row refers to it, or it has been loaded before.
     *
     * @throws BackupFailure if its bytes are not those that its name says
     */
    void load(BackupReader.Entry entry) throws IOException, SQLException {
        Matcher name = ENTRY.matcher(entry.name());
        if (!name.matches()) {
            throw new BackupFailure("the backup has an entry that this program does not know: " + entry.name());
        }
        byte[] digest = HexFormat.of().parseHex(name.group(1));
        long content = missing(digest, entry.size());
        if (content < 0) {
            return;
        }
        MessageDigest sha256 = Sha256.digest();
        byte[] chunk = new byte[ContentStore.CHUNK];
        try (PreparedStatement insert =
                connection.prepareStatement("insert into content_chunk (content, position, bytes) values (?, ?, ?)")) {
            int length = fill(entry, chunk);
            for (long position = 0; length > 0; position++) {
                sha256.update(chunk, 0, length);
                insert.setLong(1, content);
                insert.setLong(2, position);
                insert.setBytes(3, length == chunk.length ? chunk : Arrays.copyOf(chunk, length));
                insert.executeUpdate();
                if (position % CHUNKS == CHUNKS - 1) {
                    connection.commit();
                }
                length = length < chunk.length ? 0 : fill(entry, chunk);
            }
        }
        connection.commit();
        if (!Arrays.equals(sha256.digest(), digest)) {
            throw new BackupFailure("a file in the backup is not the one that was sent: " + entry.name());
        }
    }

    private static int fill(BackupReader.Entry entry, byte[] chunk) throws IOException {
        int at = 0;
        for (int read = 0; read >= 0 && at < chunk.length; at += Math.max(read, 0)) {
            read = entry.read(chunk, at, chunk.length - at);
        }
        return at;
    }

    /** Returns the number of a content that has no bytes yet; −1 if there is none of this digest and size. */
    private long missing(byte[] digest, long size) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select number from content where digest = ?"
                + " and size = ? and not exists (select 1 from content_chunk where content = number)")) {
            query.setBytes(1, digest);
            query.setLong(2, size);
            try (ResultSet rows = query.executeQuery()) {
                return rows.next() ? rows.getLong(1) : -1;
            }
        }
    }

    /** Returns how many contents lack their bytes. */
    long missing() throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select count(*) from content where ceil(size / "
                        + ContentStore.CHUNK + ") > (select count(*) from content_chunk where content = number)");
                ResultSet rows = query.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
