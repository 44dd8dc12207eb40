package chatd.backup.archive;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The last entry of a backup, by which a reader knows that it has everything.
 *
 * @param entries the number of entries before it
 * @param digest SHA-256, in hexadecimal, over name, size and bytes of all entries before it
 */
public record Summary(long entries, String digest) {
    /** The entry's name. */
    public static final String ENTRY = "summary.json";

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /** Returns the entry's bytes. */
    byte[] toBytes() {
        return JSON.writeValueAsBytes(this);
    }

    /** Reads the entry. */
    static Summary read(byte[] bytes) throws JacksonException {
        return JSON.readValue(bytes, Summary.class);
    }
}
