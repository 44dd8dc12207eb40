package chatd.daemon.directory;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.User;
import chatd.text.SafeText;
import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.text.SpoofChecker;
import com.ibm.icu.text.Transliterator;
import com.ibm.icu.text.UnicodeSet;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules for new names ({@code chat-1.md}, "Name and password rules"). Thread-safe. */
public final class Names {
    private static final Pattern FORM = Pattern.compile("[\\p{L}\\p{Nd}][\\p{L}\\p{M}\\p{Nd}._-]*");
    private static final Pattern NUMBER = Pattern.compile("[ug]?\\p{Nd}+", Pattern.CASE_INSENSITIVE);
    static final int MAX_BYTES = 32;

    /** Matches the skeletons of account and group numbers: those of 1 and 0 are l and o. */
    private static final Pattern ACCOUNT = Pattern.compile("[ug][0-9lo]+");

    /** What Unicode allows in identifiers (UTS 39, {@code Identifier_Status}). */
    private static final UnicodeSet ALLOWED = new UnicodeSet(SpoofChecker.RECOMMENDED)
            .addAll(SpoofChecker.INCLUSION)
            .freeze();

    /** Words that programs print where a name could stand. */
    private static final List<String> PRINTED = List.of(
            "everyone",
            "all",
            "nobody",
            "unknown",
            "system",
            "you",
            "所有人",
            "大家",
            "全体",
            "全體",
            "全部",
            "没有人",
            "沒有人",
            "没人",
            "沒人",
            "每个人",
            "每個人",
            "无人",
            "無人",
            "未知",
            "系统",
            "系統",
            "你",
            "您",
            "服务器",
            "服務器",
            "伺服器");

    /**
     * Matches marks, punctuation, and letters that look like these: words that differ only in them
     * are twins.
     */
    private static final Pattern ORNAMENT = Pattern.compile("[^\\p{L}\\p{Nd}]|\\p{Lm}|〆");

    /** Marks on Latin, Greek and Cyrillic letters: those of other scripts are letters of their own. */
    private static final Pattern ACCENT = Pattern.compile("[\u0300-\u036F]");

    /**
     * Replaces Latin letters that no normal form decomposes, such as \u00F8 and \u0142.
     * Thread-safe.
     */
    private static final Transliterator LATIN = Transliterator.getInstance("Latin-ASCII");

    private final Normalizer2 nfkc = Normalizer2.getNFKCInstance();
    private final Normalizer2 nfd = Normalizer2.getNFDInstance();
    private final SpoofChecker spoof = new SpoofChecker.Builder()
            // Also a mark that replaces a part of its letter (i and a dot above), and one that is there twice.
            .setChecks(SpoofChecker.RESTRICTION_LEVEL | SpoofChecker.HIDDEN_OVERLAY | SpoofChecker.INVISIBLE)
            .setRestrictionLevel(SpoofChecker.RestrictionLevel.HIGHLY_RESTRICTIVE)
            .build();
    private final Set<String> serversTwins = twins(List.of(User.SERVER));
    private final Set<String> printedTwins = twins(PRINTED);

    /**
     * Validates a name on its own, without regard to other names.
     *
     * @param titles further names that are refused, with their twins
     * @throws Refusal {@link Code#BAD_NAME}, naming the rule it breaks
     */
    void check(String name, List<String> titles) {
        if (name.isEmpty() || isTooLong(name)) {
            throw bad("A name has 1 to 32 bytes.");
        }
        String normal = nfkc.normalize(name);
        if (!normal.equals(name)) {
            throw bad("A name must be in Unicode normalisation form NFKC: write " + SafeText.line(normal) + ".");
        }
        if (!FORM.matcher(name).matches()) {
            throw bad("A name begins with a letter or digit, and has only letters, digits, '.', '_' and '-'.");
        }
        if (name.codePoints().anyMatch(SafeText::isInvisible)) {
            throw bad("A name must not contain invisible characters.");
        }
        name.codePoints().filter(c -> !ALLOWED.contains(c)).findFirst().ifPresent(c -> {
            throw bad("A name must not contain %s (U+%04X), which Unicode does not allow in identifiers."
                    .formatted(Character.toString(c), c));
        });
        if (NUMBER.matcher(name).matches()) {
            throw bad("A name must not look like a number.");
        }
        if (spoof.failsChecks(name)) {
            throw bad("A name must not mix scripts, nor hide a mark.");
        }
        Set<String> twins = twins(List.of(name));
        if (name.codePoints().anyMatch(Character::isDigit)
                && twins.stream().anyMatch(twin -> ACCOUNT.matcher(twin).matches())) {
            throw bad("A name must not look like a number.");
        }
        if (intersects(twins, serversTwins)) {
            throw bad("This name is the daemon's own, or looks like it.");
        }
        if (intersects(twins, printedTwins)) {
            throw bad("This name, or one that looks like it, is a word that programs print where names stand.");
        }
        if (intersects(twins, twins(titles))) {
            throw bad("Only an administrator can assign this name, or one that looks like it.");
        }
    }

    private static boolean intersects(Set<String> one, Set<String> other) {
        return one.stream().anyMatch(other::contains);
    }

    /**
     * Returns the skeletons of words without their marks and punctuation, and with letters merged
     * that look alike, but not to ICU.
     */
    private Set<String> twins(Collection<String> words) {
        return words.stream()
                .flatMap(word -> skeletons(word).stream())
                .map(skeleton -> ORNAMENT.matcher(nfd.normalize(skeleton)).replaceAll(""))
                .map(twin -> twin.replace("cl", "d").replace("vv", "w"))
                .collect(Collectors.toSet());
    }

    /** Returns a name in the normal form of all names, unless it is too long to be a name. */
    static String composed(String name) {
        return name.length() > 3 * MAX_BYTES
                ? name
                : Normalizer2.getNFCInstance().normalize(name);
    }

    /** Returns a name, or the beginning of one, in a form that is the same whatever its case and width. */
    static String folded(String name) {
        return UCharacter.foldCase(Normalizer2.getNFKCInstance().normalize(name), true);
    }

    /**
     * Returns a name, or a part of one, as it is looked for: folded, and without accents; {@code lukasz} for
     * {@code \u0141ukasz}.
     */
    static String searched(String name) {
        String folded = folded(name);
        if (folded.chars().allMatch(c -> c < 0x80)) {
            return folded;
        }
        Normalizer2 decomposing = Normalizer2.getNFDInstance();
        String bare = ACCENT.matcher(decomposing.normalize(LATIN.transliterate(folded)))
                .replaceAll("");
        return Normalizer2.getNFCInstance().normalize(bare);
    }

    /** Returns whether a name is too long to be any account's. */
    public static boolean isTooLong(String name) {
        return name.length() > MAX_BYTES || name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES;
    }

    /**
     * Returns a name's skeletons: names that share one look alike, whatever their case (UTS 39).
     * There are two, since a capital may look like a different letter than the small one does: I
     * looks like l, and i like no other.
     */
    Set<String> skeletons(String name) {
        return Stream.of(name, spoof.getSkeleton(name))
                .map(each -> spoof.getSkeleton(UCharacter.foldCase(each, true)))
                .collect(Collectors.toSet());
    }

    private static Refusal bad(String text) {
        return new Refusal(Code.BAD_NAME, text);
    }
}
