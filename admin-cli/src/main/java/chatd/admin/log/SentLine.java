package chatd.admin.log;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The event of a stored message, parsed from its line in the log.
 *
 * @param user {@code U} and a number; null for the server
 * @param receivers likewise, one per receiver; null for everyone
 * @param digest null if it was logged by a version that computed none
 */
record SentLine(
        long seq,
        long message,
        boolean isFile,
        @Nullable String user,
        @Nullable List<String> receivers,
        @Nullable String digest) {
    private static final Pattern SENT = Pattern.compile("<event seq=\"(\\d{1,18})\" time=\"[^\"]+\""
            + " type=\"(text|file)\" outcome=\"ok\" message=\"(\\d{1,18})\"([^>]*)>(.*)");
    private static final Pattern DIGEST = Pattern.compile(" digest=\"([A-Za-z0-9_-]{43})\"");
    private static final Pattern USER = Pattern.compile(" user=\"(U\\d+)\"");

    /** Parses a line; returns null if it is not the event of a stored message. */
    static @Nullable SentLine read(String line) {
        Matcher sent = SENT.matcher(line);
        if (!sent.matches()) {
            return null;
        }
        String attributes = sent.group(4);
        Matcher digest = DIGEST.matcher(attributes);
        Matcher user = USER.matcher(attributes);
        List<String> receivers = new ArrayList<>();
        for (Matcher to = USER.matcher(sent.group(5)); to.find(); ) {
            receivers.add(to.group(1));
        }
        return new SentLine(
                Long.parseLong(sent.group(1)),
                Long.parseLong(sent.group(3)),
                sent.group(2).equals("file"),
                user.find() ? user.group(1) : null,
                attributes.contains(" receivers=\"everyone\"") ? null : receivers,
                digest.find() ? digest.group(1) : null);
    }
}
