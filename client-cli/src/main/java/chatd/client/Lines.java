package chatd.client;

import chatd.protocol.Event;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** Events as lines to read. */
final class Lines {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneId.systemDefault());

    private Lines() {}

    /** The line of an event that is to be shown; null for any other. */
    static @Nullable String of(Event event) {
        return switch (event) {
            case Event.Text text ->
                time(text.time()) + " " + Visible.line(text.sender()) + ": " + Visible.text(text.text());
            case Event.FileOffer file ->
                "%s %s: file %d, %s (/fetch %d)"
                        .formatted(
                                time(file.time()),
                                Visible.line(file.sender()),
                                file.file(),
                                Visible.line(file.name()),
                                file.file());
            case Event.CameOnline online -> "* " + Visible.line(online.name()) + " is online";
            case Event.WentOffline offline -> "* " + Visible.line(offline.name()) + " is offline";
            default -> null;
        };
    }

    static String time(Instant time) {
        return TIME.format(time);
    }
}
