package chatd.admin.api;

import java.security.SecureRandom;

/** Passwords that people type once from a slip of paper: no characters that are easily confused. */
public final class OneTimePassword {
    private static final String CHARACTERS = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final int GROUPS = 3;
    private static final int LENGTH = 4;

    private OneTimePassword() {}

    /** Generates a password of three groups of four characters: 60 bits. */
    public static String generate(SecureRandom random) {
        StringBuilder password = new StringBuilder();
        for (int group = 0; group < GROUPS; group++) {
            if (group > 0) {
                password.append('-');
            }
            for (int i = 0; i < LENGTH; i++) {
                password.append(CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
            }
        }
        return password.toString();
    }
}
