package chatd.daemon.systemd;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/**
 * The service log in systemd's journal, by the journal's own protocol, in which a line has fields: {@code CODE}, its
 * identifier ({@code CHATD-301}), and {@code MESSAGE_ID}, by which {@code journalctl -x} finds its explanation in the
 * catalog (page {@code operations/messages.md}). What the journal does not take is written to standard error instead.
 * Any thread; blocks while the journal's queue is full.
 */
public final class JournaldAppender extends AbstractAppender {
    /** Where the journal takes entries. */
    public static final Path SOCKET = Path.of("/run/systemd/journal/socket");

    /** What the identifiers of all lines begin with; systemd/catalog.awk has it, too. */
    private static final String MESSAGE_IDS = "bb298b9506e5499f86bb99593caf0";

    private static final Pattern LINE = Pattern.compile("(?s)<(\\d)>((CHATD-\\d{3})?.*)");

    private final DatagramSocket journal;
    private final Appender standardError;

    private JournaldAppender(DatagramSocket journal, Appender standardError) {
        super(standardError.getName(), null, null, true, Property.EMPTY_ARRAY);
        this.journal = journal;
        this.standardError = standardError;
    }

    /**
     * Lets all loggers that write to standard error, which must be the journal, write to the journal's socket from now on,
     * if there is one. Does nothing if they do already.
     */
    public static void install(Path socket) {
        if (!Files.exists(socket)) {
            return;
        }
        LoggerContext context = LoggerContext.getContext(false);
        for (LoggerConfig logger : context.getConfiguration().getLoggers().values()) {
            for (Appender appender : List.copyOf(logger.getAppenders().values())) {
                if (appender instanceof JournaldAppender) {
                    continue;
                }
                JournaldAppender instead = new JournaldAppender(new DatagramSocket(socket.toString()), appender);
                instead.start();
                logger.removeAppender(appender.getName());
                logger.addAppender(instead, null, null);
            }
        }
        context.updateLoggers();
    }

    /**
     * Returns the 128-bit identifier that a line has in the journal and its catalog, in hexadecimal.
     *
     * @param code the line's identifier, such as {@code CHATD-301}
     */
    public static String messageId(String code) {
        return MESSAGE_IDS + code.substring("CHATD-".length());
    }

    @Override
    public void append(LogEvent event) {
        // After a fatal line the process may end; the journal finds out to which unit it belonged while it is there.
        if (!journal.send(entry(line(event)), event.getLevel().equals(Level.FATAL))) {
            standardError.append(event);
        }
    }

    private String line(LogEvent event) {
        return new String(standardError.getLayout().toByteArray(event), StandardCharsets.UTF_8);
    }

    /** Returns an entry in the journal's protocol for a line as it is on standard error, with its priority before it. */
    private static byte[] entry(String line) {
        Matcher parts = LINE.matcher(line.strip());
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        if (!parts.matches()) {
            throw new IllegalStateException("the layout has no priority");
        }
        add(entry, "PRIORITY", parts.group(1));
        add(entry, "SYSLOG_IDENTIFIER", "chatd");
        add(entry, "MESSAGE", parts.group(2));
        String code = parts.group(3);
        if (code != null) {
            add(entry, "CODE", code);
            add(entry, "MESSAGE_ID", messageId(code));
        }
        return entry.toByteArray();
    }

    /** Adds a field in the form in which its value may contain line breaks. */
    private static void add(ByteArrayOutputStream entry, String field, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        entry.writeBytes((field + "\n").getBytes(StandardCharsets.UTF_8));
        entry.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(bytes.length)
                .array());
        entry.writeBytes(bytes);
        entry.write('\n');
    }
}
