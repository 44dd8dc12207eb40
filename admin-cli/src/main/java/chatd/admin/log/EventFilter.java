package chatd.admin.log;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import chatd.audit.read.LogScan;
import java.net.InetAddress;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Selects the events that a query asks for, checking the cheap criteria first. Confined to one thread. */
final class EventFilter {
    private static final Pattern ADDRESS = Pattern.compile(" address=\"([^\"]*)\"");
    private static final String TIME = " time=\"";

    /** Length of a timestamp in the log, in characters. */
    private static final int TIME_LENGTH = 27;

    private final List<String> criteria = new ArrayList<>();
    private final @Nullable InetAddress address;
    private final @Nullable Instant since;
    private final @Nullable Instant until;

    /** @throws CommandFailure if a criterion can match no event */
    EventFilter(
            @Nullable String type,
            @Nullable String outcome,
            @Nullable String address,
            @Nullable Instant since,
            @Nullable Instant until) {
        addCriterion("type", checkKnown("type", type));
        addCriterion("outcome", checkKnown("outcome", outcome));
        this.address = address == null ? null : literal(address);
        this.since = since;
        this.until = until;
    }

    /** Returns the given value; fails if the schema does not allow it. */
    private static @Nullable String checkKnown(String attribute, @Nullable String value) {
        if (value == null) {
            return null;
        }
        List<String> allowed = LogScan.allowedValues(attribute);
        if (!allowed.contains(value)) {
            throw new CommandFailure(
                    Exit.USAGE,
                    "--" + attribute + " must be one of " + String.join(", ", allowed) + "; not " + value + ".");
        }
        return value;
    }

    private static InetAddress literal(String address) {
        try {
            return InetAddress.ofLiteral(address);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    Exit.USAGE, "--address must be an address, as in 2001:db8::7 or 192.0.2.7; not " + address + ".");
        }
    }

    private void addCriterion(String attribute, @Nullable String value) {
        if (value != null) {
            String escaped = value.replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
                    .replace("\"", "&quot;");
            criteria.add(" " + attribute + "=\"" + escaped + "\"");
        }
    }

    /** Returns whether this line and all later ones are past the end of the query; times never go back. */
    boolean isPast(String line) {
        return until != null && !time(line).isBefore(until);
    }

    /** Returns false if the line can't match, judging by its text alone. */
    boolean mayMatch(String line) {
        return criteria.stream().allMatch(line::contains)
                && (since == null || !time(line).isBefore(since));
    }

    private static Instant time(String line) {
        int at = line.indexOf(TIME) + TIME.length();
        try {
            return Instant.parse(line.substring(at, Math.min(line.length(), at + TIME_LENGTH)));
        } catch (DateTimeParseException e) {
            throw new CommandFailure(Exit.FAILED, "A line of the log has no time: " + line);
        }
    }

    /** Returns whether a line that may match does; only the event's own attributes count, not its child elements'. */
    boolean matches(String line) {
        String own = own(line);
        return criteria.stream().allMatch(own::contains) && isFrom(own);
    }

    /** Returns the event's own tag, without its child elements. */
    private static String own(String line) {
        return line.substring(0, line.indexOf('>'));
    }

    /** Returns whether an event came from the address; true if none was asked for. */
    boolean isFromAddress(String line) {
        return isFrom(own(line));
    }

    private boolean isFrom(String own) {
        if (address == null) {
            return true;
        }
        Matcher from = ADDRESS.matcher(own);
        try {
            return from.find() && InetAddress.ofLiteral(from.group(1)).equals(address);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
