package chatd.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An emoticon (page {@code chat-json-1.md}, "Emoticons"): texts are stored and sent with its code,
 * clients show its emoji.
 *
 * @param code a slash and ASCII letters in lower case
 * @param emoji one fully qualified Unicode emoji
 * @param chinese its name in Chinese
 * @param english its name in English
 */
public record Emoticon(String code, String emoji, String chinese, String english) {
    /** A code in a text, which is neither part of a path nor of an address. */
    private static final Pattern CODE = Pattern.compile("(?<![A-Za-z0-9_./:~-])/[a-z]+(?![A-Za-z0-9_/-])");

    /** Read when a text first needs it. */
    private static final class Table {
        static final Map<String, Emoticon> BY_CODE = read();

        private static Map<String, Emoticon> read() {
            Map<String, Emoticon> table = new LinkedHashMap<>();
            try (InputStream in = Objects.requireNonNull(Emoticon.class.getResourceAsStream("emoticons.json"))) {
                for (JsonNode one : JsonMapper.shared().readTree(in)) {
                    String code = one.path("code").asString();
                    table.put(
                            code,
                            new Emoticon(
                                    code,
                                    one.path("emoji").asString(),
                                    one.path("zh").asString(),
                                    one.path("en").asString()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return table;
        }
    }

    /** Returns all emoticons, in the order of the table. */
    public static List<Emoticon> all() {
        return new ArrayList<>(Table.BY_CODE.values());
    }

    /** Returns the emoticon with this code; empty if there is none. */
    public static Optional<Emoticon> of(String code) {
        return Optional.ofNullable(Table.BY_CODE.get(code));
    }

    /** Returns a text with the emoji in place of its codes. */
    public static String replaceCodes(String text) {
        return text.indexOf('/') < 0
                ? text
                : CODE.matcher(text)
                        .replaceAll(
                                found -> of(found.group()).map(Emoticon::emoji).orElse(found.group()));
    }
}
