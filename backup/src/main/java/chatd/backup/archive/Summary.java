package chatd.backup.archive;

import java.util.Map;

/**
 * The last entry of a backup, by which a reader knows that it has everything.
 *
 * @param entries the number of entries before it
 * @param digest SHA-256, in hexadecimal, over name, size and bytes of all entries before it
 * @param rows the number of rows written of each table
 */
public record Summary(long entries, String digest, Map<String, Long> rows) {
    /** The entry's name. */
    public static final String ENTRY = "summary.json";
}
