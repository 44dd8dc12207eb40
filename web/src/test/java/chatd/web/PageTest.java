package chatd.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks what is published, and what it is built from. */
class PageTest {
    private static final Path SITE = Path.of("target/classes/chatd/web/site");

    /** Maximum size, as they travel, of what is loaded first, and of everything, in bytes. */
    private static final long FIRST_BUDGET = 60_000;

    private static final long BUDGET = 95_000;

    private static final long EMOJI_BUDGET = 20_000;

    /** A heading of the style sheet: a comment of a few words. */
    private static final Pattern SECTION = Pattern.compile("(?m)^/\\* [A-Z][a-z ]+ \\*/$");

    private static final Pattern CLASS = Pattern.compile("\\.([a-z][\\w-]*)");

    private static byte[] digest(String algorithm, Path file) throws IOException {
        try {
            return MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The digests are those that npm gives for these versions. */
    @ParameterizedTest
    @CsvSource({
        "preact-11.2.0, /HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg==",
        "preact-signals-2.11.4, Rb+5RPo9gWSaHtzJeauhHxiC8KP/IF2DEPkHPEOGOnuy2wnJzRqyeLRankUCYd6ADqtxS6GnWGv6Ie343d8aYw==",
        "preact-signals-core-1.14.5, vcRv7Ityz5JVmeiVqIluLFzT/PDS/AlhHUpw3/aUWqcVUs6bDGIPXE/6RSC4evBNWYvnniozg5Syfj33al3gkg=="
    })
    void aLibraryIsTheOneThatNpmHas(String name, String sha512) throws IOException {
        assertThat(Base64.getEncoder().encodeToString(digest("SHA-512", Path.of("npm", name + ".tgz"))))
                .isEqualTo(sha512);
    }

    @Test
    void publishedFilesAreNamedByTheirContentAndReferencedInThePage() throws IOException {
        List<String> names = Files.readAllLines(SITE.resolve("files"));
        assertThat(names.stream().map(name -> name.replaceFirst("\\.[0-9a-f]{16}\\.", ".")))
                .containsExactlyInAnyOrder(
                        "index.html",
                        "icon.svg",
                        "licences.txt",
                        "emoji.txt",
                        "page.css",
                        "page.js",
                        "chunk.js",
                        "later.js",
                        "words-zh.js");
        String index = Files.readString(SITE.resolve("index.html"));
        String scripts = "";
        for (String name : names) {
            scripts += name.endsWith(".js") ? Files.readString(SITE.resolve(name)) : "";
        }
        for (String name : names) {
            if (name.endsWith(".js") || name.endsWith(".css")) {
                assertThat(HexFormat.of().formatHex(digest("SHA-256", SITE.resolve(name))))
                        .startsWith(name.replaceFirst("^[a-z-]+\\.([0-9a-f]{16})\\..*", "$1"));
                boolean isFirst = name.startsWith("page.") || name.startsWith("chunk.");
                assertThat(isFirst ? index : scripts).contains(isFirst ? "\"/" + name + '"' : "\"./" + name + '"');
            }
        }
    }

    @Test
    void scriptAndStyleStayWithinTheirBudgets() throws IOException {
        long first = 0;
        long all = 0;
        for (String name : Files.readAllLines(SITE.resolve("files"))) {
            long bytes = Files.size(SITE.resolve(name + ".br"));
            if (name.equals("licences.txt")) {
                continue;
            }
            if (name.equals("emoji.txt")) {
                // Neither script nor style, and only for who chooses one.
                assertThat(bytes).isLessThanOrEqualTo(EMOJI_BUDGET);
                continue;
            }
            first += name.startsWith("later.") || name.startsWith("words-zh.") ? 0 : bytes;
            all += bytes;
        }
        assertThat(first).isPositive().isLessThanOrEqualTo(FIRST_BUDGET);
        assertThat(all).isGreaterThan(first).isLessThanOrEqualTo(BUDGET);
    }

    /**
     * Each class has one meaning: none is a part of the page in one rule and a state of another
     * part in the next, and without an ancestor it is styled in only one section of the sheet.
     */
    @Test
    void noClassMeansTwoThings() throws IOException {
        Set<String> parts = new TreeSet<>();
        Set<String> states = new TreeSet<>();
        Map<String, Set<Integer>> sections = new TreeMap<>();
        String[] sheet = SECTION.split(Files.readString(Path.of("src/main/ts/page.css")), -1);
        for (int section = 0; section < sheet.length; section++) {
            Matcher rule = Pattern.compile("([^{}]+)\\{")
                    .matcher(sheet[section].replaceAll("(?s)/\\*.*?\\*/|:(?:has|not|is)\\([^)]*\\)", ""));
            while (rule.find()) {
                for (String selector : rule.group(1).strip().split(",", -1)) {
                    String[] compounds = selector.strip().split("[\\s>+~]+", -1);
                    for (String compound : compounds) {
                        List<String> classes = CLASS.matcher(compound)
                                .results()
                                .map(one -> one.group(1))
                                .toList();
                        classes.stream().limit(1).forEach(parts::add);
                        classes.stream().skip(1).forEach(states::add);
                        if (compounds.length == 1 && !classes.isEmpty()) {
                            sections.computeIfAbsent(classes.getFirst(), _ -> new TreeSet<>())
                                    .add(section);
                        }
                    }
                }
            }
        }
        assertThat(parts).hasSizeGreaterThan(50).doesNotContainAnyElementsOf(states);
        assertThat(sections)
                .hasSizeGreaterThan(50)
                .allSatisfy((_, in) -> assertThat(in).hasSize(1));
    }

    /** The model knows neither the browser's page nor its clock: both are passed in. */
    @Test
    void theModelDoesNotDependOnThePage() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/ts/model"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file))
                        .as(file.toString())
                        .doesNotContain("document.", "window.", "Date.now", "setTimeout", "sessionStorage", "../view/");
            }
        }
    }

    /** The daemon's notices are translated by their text: the texts must be the daemon's own. */
    @Test
    void theTranslatedNoticesAreThoseOfTheDaemon() throws IOException {
        StringBuilder daemon = new StringBuilder();
        try (Stream<Path> files = Files.walk(Path.of("../daemon/src/main/java"))) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".java")).toList()) {
                daemon.append(Files.readString(file));
            }
        }
        String words = Files.readString(Path.of("src/main/ts/view/words-zh.ts"));
        String notices = words.substring(words.indexOf("NOTICES:"), words.indexOf("};", words.indexOf("NOTICES:")));
        List<String> texts = notices.lines()
                .filter(line -> line.startsWith("  \""))
                .map(line -> line.substring(3, line.indexOf("\": \"")))
                .toList();
        assertThat(texts).hasSizeGreaterThan(5);
        assertThat(daemon.toString())
                .contains(texts.stream().map(one -> '"' + one + '"').toList());
    }

    /** What a stranger writes is only ever shown as text. */
    @Test
    void nothingIsRenderedFromMarkup() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/ts"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file))
                        .as(file.toString())
                        .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "InnerHTML", "eval(");
            }
        }
    }
}
