package chatd.daemon.login;

import static java.util.Objects.requireNonNull;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import chatd.protocol.value.Secret;
import com.ibm.icu.text.Normalizer2;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The password rules ({@code chat-1.md}, "Name and password rules"). Thread-safe. */
public final class PasswordRules {
    static final int MIN_CHARACTERS = 8;
    static final int MAX_BYTES = 32;

    /** No normal form of a text has more than three times the bytes of another (Unicode's FAQ on normalization). */
    private static final int MAX_EXPANSION = 3;

    private final Normalizer2 nfc = Normalizer2.getNFCInstance();

    /** Loaded at the first new password: loading it earlier would slow down every start of the daemon. */
    private static final class Common {
        /**
         * One password per line, with a line feed on both sides of each: takes an eighth of the
         * memory of a map. Contains those of zxcvbn's list whose length is allowed here.
         */
        static final String LINES = read();

        private static String read() {
            try (InputStream list = requireNonNull(PasswordRules.class.getResourceAsStream("common-passwords.txt"))) {
                return '\n' + new String(list.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Validates a new password; the service compares it with the old one.
     *
     * @throws Refusal {@link Code#BAD_PASSWORD}, naming the rule it breaks
     */
    public void check(Secret password, String name) {
        String text = password.text().orElseThrow(() -> bad("A password is text in UTF-8."));
        if (text.codePointCount(0, text.length()) < MIN_CHARACTERS) {
            throw bad("A password has at least 8 characters.");
        }
        if (password.length() > MAX_BYTES) {
            throw bad("A password has at most 32 bytes.");
        }
        if (text.indexOf('\0') >= 0) {
            throw bad("A password must not contain NUL.");
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
     * Returns the bytes to hash: the password in NFC, as UTF-8. Input that is not valid UTF-8 is replaced by a text
     * that is nobody's password, as is input too long for any of its normal forms to be a password.
     */
    public byte[] canonical(Secret password) {
        Optional<String> text = password.length() > MAX_EXPANSION * MAX_BYTES ? Optional.empty() : password.text();
        return nfc.normalize(text.orElse("\uFFFF")).getBytes(StandardCharsets.UTF_8);
    }

    private static Refusal bad(String text) {
        return new Refusal(Code.BAD_PASSWORD, text);
    }
}
