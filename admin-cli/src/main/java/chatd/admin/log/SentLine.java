package chatd.admin.log;

import chatd.admin.api.LogCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The event of a stored message, or of a change that is numbered among the messages, parsed from its line in the log.
 *
 * @param time as it stands in the line
 * @param about the number of the message that it is about; 0 for a message
 * @param user {@code U} and a number; null for the server
 * @param receivers {@code U} or {@code G} and a number for each; null for everyone
 * @param digest null if it was logged by a version that computed none; a retraction, a reaction, a change of a
 *     group and an expiry have no digest, but the text that {@code LogCalls.Digested} has in its place
 */
record SentLine(
        long seq,
        String time,
        String type,
        long message,
        long about,
        @Nullable String user,
        @Nullable List<String> receivers,
        @Nullable String digest) {
    private static final Pattern SENT = Pattern.compile("<event seq=\"(\\d{1,18})\" time=\"([^\"]+)\""
            + " type=\"(text|file|correction|retraction|reaction|group|expiry)\" outcome=\"ok\""
            + " message=\"(\\d{1,18})\"(?: of=\"(\\d{1,18})\")?([^>]*)>(.*)");
    private static final Pattern DIGEST = Pattern.compile(" digest=\"([A-Za-z0-9_-]{43})\"");
    private static final Pattern DETAIL = Pattern.compile(" detail=\"(on|off)\"");
    private static final Pattern GROUP = Pattern.compile(" group=\"(G\\d+)\"");
    private static final Pattern TO = Pattern.compile(" (?:user|group)=\"([UG]\\d+)\"");
    private static final Pattern COUNT = Pattern.compile(" detail=\"(\\d+) messages?\"");
    private static final Pattern USER = Pattern.compile(" user=\"(U\\d+)\"");

    /** Parses a line; returns null if it is not such an event. */
    static @Nullable SentLine parse(String line) {
        Matcher sent = SENT.matcher(line);
        if (!sent.matches()) {
            return null;
        }
        String type = sent.group(3);
        long of = sent.group(5) == null ? 0 : Long.parseLong(sent.group(5));
        String attributes = sent.group(6);
        Matcher user = USER.matcher(attributes);
        List<String> receivers = new ArrayList<>();
        for (Matcher to = TO.matcher(sent.group(7)); to.find(); ) {
            receivers.add(to.group(1));
        }
        return new SentLine(
                Long.parseLong(sent.group(1)),
                sent.group(2),
                type,
                Long.parseLong(sent.group(4)),
                of,
                user.find() ? user.group(1) : null,
                attributes.contains(" receivers=\"everyone\"") ? null : receivers,
                type.equals("expiry") ? expiry(attributes, sent.group(7)) : digest(type, of, attributes));
    }

    private static @Nullable String digest(String type, long of, String attributes) {
        if (type.equals("retraction")) {
            return type + " " + of;
        }
        Pattern pattern = type.equals("reaction") ? DETAIL : type.equals("group") ? GROUP : DIGEST;
        Matcher found = pattern.matcher(attributes);
        String last = found.find() ? found.group(1) : null;
        return switch (type) {
            case "reaction" -> type + " " + of + " " + last;
            case "group" -> type + " " + last;
            default -> last;
        };
    }

    private static String expiry(String attributes, String children) {
        Matcher count = COUNT.matcher(attributes);
        StringBuilder all = new StringBuilder("expiry ").append(count.find() ? count.group(1) : "0");
        for (LogCalls.Numbers range : ExpiredMessages.ranges(children)) {
            all.append(' ').append(range.from()).append(range.from() == range.to() ? "" : "-" + range.to());
        }
        return all.toString();
    }

    /** Returns whether it is that of a message, or of a change to one. */
    boolean isOfMessage() {
        return about != 0 || type.equals("text") || isFile();
    }

    boolean isFile() {
        return type.equals("file");
    }

    boolean isRetraction() {
        return type.equals("retraction");
    }

    /** Returns the number of the message that it is or that it is about. */
    long subject() {
        return about == 0 ? message : about;
    }
}
