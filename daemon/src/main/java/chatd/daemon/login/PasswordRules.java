package chatd.daemon.login;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import com.ibm.icu.text.Normalizer2;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import me.gosimple.nbvcxz.resources.DictionaryUtil;

/** The rules of passwords ({@code chat-1.md}, "Name and password rules"). Any thread. */
public final class PasswordRules {
    static final int LEAST_CHARACTERS = 8;
    static final int MOST_BYTES = 32;

    /** No normal form of a text has more than three times the bytes of another (Unicode's FAQ on normalization). */
    private static final int LONGEST_FORM = 3;

    private final Normalizer2 nfc = Normalizer2.getNFCInstance();

    /** Read at the first new password: it would make each start of the daemon longer. */
    private static final class Common {
        /** A line each, with a line's end on both sides of each: an eighth of the memory of a map of them. */
        static final String LINES = DictionaryUtil.loadRankedDictionary(DictionaryUtil.passwords).keySet().stream()
                .collect(Collectors.joining("\n", "\n", "\n"));
    }

    /**
     * Judges a new password; of the old one the service knows more.
     *
     * @throws Refusal {@link Code#BAD_PASSWORD}, saying which rule it breaks
     */
    public void check(Secret password, String name) {
        String text = password.text().orElseThrow(() -> bad("A password is text in UTF-8."));
        if (text.codePointCount(0, text.length()) < LEAST_CHARACTERS) {
            throw bad("A password has at least 8 characters.");
        }
        if (password.length() > MOST_BYTES) {
            throw bad("A password has at most 32 bytes.");
        }
        if (text.indexOf('\0') >= 0) {
            throw bad("A password has no NUL in it.");
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals(name.toLowerCase(Locale.ROOT))) {
            throw bad("The password must not be the name.");
        }
        if (lower.indexOf('\n') < 0 && Common.LINES.contains('\n' + lower + '\n')) {
            throw bad("This password is one of the most common ones.");
        }
    }

    /**
     * What is hashed: the password in NFC, as UTF-8. Bytes that are no text are nobody's password, and hash as such; so
     * does what is so long that no normal form makes a password of it.
     */
    public byte[] canonical(Secret password) {
        Optional<String> text = password.length() > LONGEST_FORM * MOST_BYTES ? Optional.empty() : password.text();
        return nfc.normalize(text.orElse("\uFFFF")).getBytes(StandardCharsets.UTF_8);
    }

    private static Refusal bad(String text) {
        return new Refusal(Code.BAD_PASSWORD, text);
    }
}
