package chatd.backup.data;

import chatd.backup.archive.BackupWriter;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Writes the contents of files into a backup: an entry {@code contents/SHA256} each. Used by one thread; blocks.
 */
final class ContentWriter {
    /** Contents whose numbers and digests are read at a time. */
    private static final int PAGE = 1_000;

    private final Connection connection;

    /** @param connection in a transaction, whose snapshot is written */
    ContentWriter(Connection connection) {
        this.connection = connection;
    }

    private record Content(long number, byte[] digest, long size) {}

    /** Returns the next contents that are complete, by number; empty at the end. */
    private List<Content> after(long number) throws SQLException {
        List<Content> page = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("select number, digest, size from content"
                + " where number > ? and digest is not null order by number limit " + PAGE)) {
            query.setLong(1, number);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    page.add(new Content(rows.getLong(1), rows.getBytes(2), rows.getLong(3)));
                }
            }
        }
        return page;
    }

    /** Passes the digest of each content that is complete. */
    void forEach(Consumer<byte[]> digest) throws SQLException {
        for (List<Content> page = after(-1);
                !page.isEmpty();
                page = after(page.getLast().number())) {
            page.forEach(content -> digest.accept(content.digest()));
        }
    }

    /**
     * Writes the contents that are complete and wanted.
     *
     * @param isWanted whether a content is to be written, by its digest
     * @param progress called after each content
     */
    void write(BackupWriter to, Predicate<byte[]> isWanted, Runnable progress) throws IOException, SQLException {
        for (List<Content> page = after(-1);
                !page.isEmpty();
                page = after(page.getLast().number())) {
            for (Content content : page) {
                if (isWanted.test(content.digest())) {
                    write(content, to);
                    progress.run();
                }
            }
        }
    }

    private void write(Content content, BackupWriter to) throws IOException, SQLException {
        try (PreparedStatement chunk =
                connection.prepareStatement("select bytes from content_chunk where content = ? and position = ?")) {
            long[] position = {0};
            to.add("contents/" + HexFormat.of().formatHex(content.digest()), content.size(), () -> {
                try {
                    chunk.setLong(1, content.number());
                    chunk.setLong(2, position[0]++);
                    try (ResultSet row = chunk.executeQuery()) {
                        return row.next() ? row.getBytes(1) : new byte[0];
                    }
                } catch (SQLException e) {
                    throw new IOException("the database can't be read: " + e.getMessage(), e);
                }
            });
        }
    }
}
