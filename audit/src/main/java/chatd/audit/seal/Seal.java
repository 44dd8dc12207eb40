package chatd.audit.seal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A seal as it appears in the log: a signature over the chain before it, and so over everything logged until then.
 *
 * @param line its line number, counted from 1
 * @param before the chain before it
 * @param events the number of events it seals: those in its segment since the previous seal
 * @param key the id of the key that made it
 * @param element the whole element
 */
public record Seal(
        long line,
        String before,
        long seq,
        String time,
        long events,
        String key,
        String algorithm,
        String signature,
        String element) {
    /** A seal is due after this many events: no more are ever left unsealed. */
    public static final int MAX_UNSEALED = 1_000;

    /** Matches a seal element anywhere on a line. */
    public static final Pattern ELEMENT =
            Pattern.compile("<seal seq=\"(\\d{1,18})\" time=\"([^\"]+)\" events=\"(\\d{1,18})\""
                    + " key=\"([0-9a-f]{16})\" alg=\"([A-Za-z0-9-]+)\" sig=\"([A-Za-z0-9_-]+)\""
                    + " chain=\"[A-Za-z0-9_-]{43}\"/>");

    /** Parses a line; returns null if it is not a seal. */
    public static @Nullable Seal read(String text, long line, String before) {
        Matcher seal = ELEMENT.matcher(text);
        return seal.matches()
                ? new Seal(
                        line,
                        before,
                        Long.parseLong(seal.group(1)),
                        seal.group(2),
                        Long.parseLong(seal.group(3)),
                        seal.group(4),
                        seal.group(5),
                        seal.group(6),
                        text)
                : null;
    }

    /** Returns the text that is signed: ASCII lines joined by LF. */
    public static String text(String before, long seq, String time, long events) {
        return "chatd-seal-1\n" + before + "\n" + seq + "\n" + time + "\n" + events;
    }

    public boolean isSignedBy(SealPublicKey maker) {
        return maker.algorithm().equals(algorithm) && maker.verifies(text(before, seq, time, events), signature);
    }
}
