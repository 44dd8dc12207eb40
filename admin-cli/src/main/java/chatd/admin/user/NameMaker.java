package chatd.admin.user;

import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes the names of accounts from columns of a list, such as {@code vorname.nachname}. Letters become lower case; ä,
 * ö, ü, ß and the like become ae, oe, ue, ss; other Latin letters lose their marks; blanks become hyphens; what is
 * neither a letter nor a digit is left out; a name is cut at 32 bytes. A name that an earlier line has already gets a
 * number, in the order of the list. Confined to one thread.
 */
final class NameMaker {
    /** Maximum size of a name, in bytes of UTF-8. */
    private static final int MAX_BYTES = 32;

    private static final Pattern COLUMN = Pattern.compile("[^._-]+");
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");
    private static final Pattern BLANKS = Pattern.compile("[\\s\\p{Z}\\p{Pd}]+");
    private static final Pattern OTHERS = Pattern.compile("[^\\p{L}\\p{M}\\p{Nd}-]+");
    private static final Pattern CUT_END = Pattern.compile("[._-]+$");
    private static final Pattern ENDS = Pattern.compile("^-+|-+$");

    /** Letters that become two, and letters that have no mark to remove. */
    private static final Map<String, String> LETTERS = Map.ofEntries(
            Map.entry("ä", "ae"),
            Map.entry("ö", "oe"),
            Map.entry("ü", "ue"),
            Map.entry("ß", "ss"),
            Map.entry("æ", "ae"),
            Map.entry("œ", "oe"),
            Map.entry("ø", "oe"),
            Map.entry("å", "aa"),
            Map.entry("þ", "th"),
            Map.entry("ð", "d"),
            Map.entry("đ", "d"),
            Map.entry("ł", "l"),
            Map.entry("ı", "i"));

    private final String pattern;
    private final List<String> columns = new ArrayList<>();
    private final Set<String> made = new HashSet<>();

    /**
     * @param pattern headings of columns, separated by dots, hyphens or underscores; the headings themselves contain
     *     none
     * @throws CommandFailure if there is no column in it
     */
    NameMaker(String pattern) {
        this.pattern = pattern.toLowerCase(Locale.ROOT);
        Matcher column = COLUMN.matcher(this.pattern);
        while (column.find()) {
            columns.add(column.group());
        }
        if (columns.isEmpty()) {
            throw new CommandFailure(
                    Exit.USAGE,
                    "--make-names must be headings of columns, as in firstname.lastname; not " + pattern + ".");
        }
    }

    /** Returns the headings of the columns, in lower case. */
    List<String> columns() {
        return columns;
    }

    /** @param isNumbered whether an earlier line had made the same name */
    record Made(String name, boolean isNumbered) {}

    /**
     * Makes a name.
     *
     * @param cell returns the content of a column
     * @return null if one has nothing that can be part of a name
     */
    @Nullable
    Made make(UnaryOperator<String> cell) {
        StringBuilder name = new StringBuilder();
        Matcher column = COLUMN.matcher(pattern);
        while (column.find()) {
            String part = plain(cell.apply(column.group()));
            if (part.isEmpty()) {
                return null;
            }
            column.appendReplacement(name, Matcher.quoteReplacement(part));
        }
        return unused(column.appendTail(name).toString());
    }

    private Made unused(String name) {
        String unused = cut(name, MAX_BYTES);
        int number = 1;
        while (!made.add(unused)) {
            number++;
            String digits = Integer.toString(number);
            unused = cut(name, MAX_BYTES - digits.length()) + digits;
        }
        return new Made(unused, number > 1);
    }

    private static String cut(String name, int bytes) {
        String cut = name;
        while (cut.getBytes(StandardCharsets.UTF_8).length > bytes) {
            cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
        }
        return CUT_END.matcher(cut).replaceFirst("");
    }

    private static String plain(String text) {
        StringBuilder plain = new StringBuilder();
        Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .codePoints()
                .forEach(point -> {
                    String letter = Character.toString(point);
                    plain.append(
                            LETTERS.containsKey(letter)
                                    ? LETTERS.get(letter)
                                    : Character.UnicodeScript.of(point) == Character.UnicodeScript.LATIN
                                            ? MARKS.matcher(Normalizer.normalize(letter, Normalizer.Form.NFD))
                                                    .replaceAll("")
                                            : letter);
                });
        return ENDS.matcher(
                        OTHERS.matcher(BLANKS.matcher(plain).replaceAll("-")).replaceAll(""))
                .replaceAll("");
    }
}
