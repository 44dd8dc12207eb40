package chatd.daemon.directory;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import chatd.protocol.value.User;
import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.text.SpoofChecker;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/** The name rules ({@code chat-1.md}, "Name and password rules"). Thread-safe. */
public final class Names {
    private static final Pattern FORM = Pattern.compile("[\\p{L}\\p{Nd}][\\p{L}\\p{M}\\p{Nd}._-]*");
    private static final Pattern NUMBER = Pattern.compile("[ug]?\\p{Nd}+", Pattern.CASE_INSENSITIVE);
    private static final int MOST_BYTES = 32;

    private final Normalizer2 nfc = Normalizer2.getNFCInstance();
    private final SpoofChecker spoof = new SpoofChecker.Builder()
            .setChecks(SpoofChecker.RESTRICTION_LEVEL)
            .setRestrictionLevel(SpoofChecker.RestrictionLevel.HIGHLY_RESTRICTIVE)
            .build();
    private final String serverSkeleton = spoof.getSkeleton(User.SERVER);

    /**
     * Validates a name on its own, without regard to other names.
     *
     * @throws Refusal {@link Code#BAD_NAME}, naming the rule it breaks
     */
    void check(String name) {
        if (name.isEmpty() || isTooLong(name)) {
            throw bad("A name has 1 to 32 bytes.");
        }
        if (!nfc.isNormalized(name)) {
            throw bad("A name must be in Unicode normalisation form NFC.");
        }
        if (!FORM.matcher(name).matches()) {
            throw bad("A name begins with a letter or digit, and has only letters, digits, '.', '_' and '-'.");
        }
        if (name.codePoints().anyMatch(c -> UCharacter.hasBinaryProperty(c, UProperty.DEFAULT_IGNORABLE_CODE_POINT))) {
            throw bad("A name must not contain invisible characters.");
        }
        if (NUMBER.matcher(name).matches()) {
            throw bad("A name must not look like a number.");
        }
        if (spoof.failsChecks(name)) {
            throw bad("A name must not mix scripts.");
        }
        if (skeleton(name).equals(serverSkeleton)
                || skeleton(name.toLowerCase(Locale.ROOT)).equals(serverSkeleton)) {
            throw bad("This name is the daemon's own, or looks like it.");
        }
    }

    /** Returns whether a name is too long to be any account's. */
    public static boolean isTooLong(String name) {
        return name.length() > MOST_BYTES || name.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES;
    }

    /** Returns a name's skeleton: names with the same skeleton look alike (UTS 39). */
    String skeleton(String name) {
        return spoof.getSkeleton(name);
    }

    /** Returns whether two names are equal, ignoring the case of ASCII letters. */
    static boolean sameButForAsciiCase(String one, String other) {
        return lower(one).equals(lower(other));
    }

    private static String lower(String name) {
        StringBuilder lower = new StringBuilder(name.length());
        name.chars().forEach(c -> lower.append((char) (c >= 'A' && c <= 'Z' ? c + 32 : c)));
        return lower.toString();
    }

    private static Refusal bad(String text) {
        return new Refusal(Code.BAD_NAME, text);
    }
}
