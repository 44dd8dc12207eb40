package chatd.client.screen;

import chatd.client.talk.Setting;
import chatd.client.talk.request.Privacy;
import chatd.protocol.value.people.ConversationPreferences;
import chatd.text.Emoticon;
import chatd.text.SafeText;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/**
 * Splits a line into words and completes the last: commands, names, settings and files. Quotes and backslashes have no
 * meaning in a text, and the last word may be a path.
 */
public final class LineCompleter implements Parser, Completer {
    private static final int MAX_FILES = 500;

    /** A word with a mention sign that does not follow a Latin letter or a digit. */
    private static final Pattern MENTION = Pattern.compile("((?:.*[^\\p{IsLatin}\\p{Nd}])?[@＠])[^@＠]*");

    /** The search filters that take a name. */
    private static final List<String> NAME_FILTERS = List.of("from:", "with:");

    /** All search filters. */
    private static final List<String> FILTERS =
            List.of("from:", "with:", "since:", "until:", "media:file", "media:text");

    private final Supplier<List<String>> names;
    private final Supplier<List<File>> files;

    /** A file that was offered. */
    public record File(String number, String name) {}

    /**
     * @param names the names of all users, those online first
     * @param files the files that were shown, the most recent first
     */
    public LineCompleter(Supplier<List<String>> names, Supplier<List<File>> files) {
        this.files = files;
        // Others chose these names: leave out any that could control the terminal.
        this.names = () -> names.get().stream()
                .filter(name -> SafeText.line(name).equals(name))
                .toList();
    }

    /** @param start the index at which the word to complete starts */
    private record Line(String line, int cursor, List<String> words, int start) implements CompletingParsedLine {
        @Override
        public String word() {
            return words.getLast();
        }

        @Override
        public int wordCursor() {
            return word().length();
        }

        @Override
        public int wordIndex() {
            return words.size() - 1;
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate;
        }

        @Override
        public int rawWordCursor() {
            return wordCursor();
        }

        @Override
        public int rawWordLength() {
            return wordCursor();
        }
    }

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
        String before = line.substring(0, cursor);
        // A path is the rest of the line, spaces and all.
        int limit = before.startsWith("/file ") || before.startsWith("/picture ")
                ? 3
                : before.startsWith("/send ") ? 2 : Integer.MAX_VALUE;
        List<String> words = new ArrayList<>();
        int start = 0;
        while (words.size() + 1 < limit) {
            int space = indexOfBlank(before, start);
            if (space < 0) {
                break;
            }
            words.add(before.substring(start, space));
            start = space;
            while (start < before.length() && Character.isWhitespace(before.charAt(start))) {
                start++;
            }
        }
        words.add(before.substring(start));
        return new Line(line, cursor, words, start);
    }

    private static int indexOfBlank(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (Character.isWhitespace(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        String word = line.word();
        String command = line.words().getFirst();
        if (line.wordIndex() == 0 && word.startsWith("/")) {
            Arrays.stream(SlashCommand.values())
                    .forEach(known -> candidates.add(candidate(known.word(), known.help(), true)));
            if (SlashCommand.withPrefix(word).isEmpty()) {
                emoticons(candidates);
            }
        } else if (command.startsWith("/") && !command.startsWith("//")) {
            SlashCommand.of(command).ifPresent(known -> arguments(known, line, word, candidates));
        } else if (word.startsWith("/")) {
            emoticons(candidates);
        } else if (!word.isEmpty()) {
            names(word, candidates);
        }
    }

    /** Completes a name, or the one after a mention sign, which may be inside a word. */
    private void names(String word, List<Candidate> candidates) {
        Matcher mention = MENTION.matcher(word);
        String before = mention.matches() ? mention.group(1) : "";
        names.get().forEach(name -> candidates.add(candidate(before + name, "", true)));
    }

    private static void emoticons(List<Candidate> candidates) {
        Emoticon.all()
                .forEach(one -> candidates.add(
                        candidate(one.code(), one.emoji() + " " + one.english() + " " + one.chinese(), true)));
    }

    private void arguments(SlashCommand command, ParsedLine line, String word, List<Candidate> candidates) {
        int index = line.wordIndex();
        if (word.startsWith("/") && command.isText(index)) {
            emoticons(candidates);
            return;
        }
        if (command.isText(index) && MENTION.matcher(word).matches()) {
            names(word, candidates);
            return;
        }
        switch (command) {
            case SEND -> files(word, candidates);
            case FETCH, OPEN ->
                files.get().forEach(file -> candidates.add(candidate(file.number(), file.name(), true)));
            case FIND -> {
                String filter = NAME_FILTERS.stream()
                        .filter(word::startsWith)
                        .findFirst()
                        .orElse("");
                if (filter.isEmpty()) {
                    FILTERS.forEach(known -> candidates.add(candidate(known, "", false)));
                } else {
                    names.get().forEach(name -> candidates.add(candidate(filter + name, "", true)));
                }
            }
            case TO, MSG, FILE, PICTURE, DIRECT, IGNORE, WHO, FRIEND, UNFRIEND, BLOCK, UNBLOCK, NOTIFY, HISTORY -> {
                if (index == 1) {
                    // After a comma, complete the next of several names.
                    String others = word.substring(0, word.lastIndexOf(',') + 1);
                    names.get()
                            .forEach(name -> candidates.add(candidate(others + name, "", command != SlashCommand.TO)));
                } else if (command == SlashCommand.FILE || command == SlashCommand.PICTURE) {
                    files(word, candidates);
                } else if (command == SlashCommand.NOTIFY) {
                    Stream.of(ConversationPreferences.Notices.values())
                            .forEach(
                                    what -> candidates.add(candidate(what.name().toLowerCase(Locale.ROOT), "", true)));
                } else {
                    names.get().forEach(name -> candidates.add(candidate(name, "", true)));
                }
            }
            case SET -> {
                if (index == 1) {
                    Stream.of(Setting.values())
                            .forEach(setting -> candidates.add(candidate(setting.key(), setting.meaning(), true)));
                    Stream.of(Privacy.Choice.values())
                            .forEach(choice -> candidates.add(candidate(choice.key(), choice.meaning(), true)));
                } else if (index == 2) {
                    String key = line.words().get(1);
                    Setting.of(key)
                            .map(Setting::choices)
                            .or(() -> Privacy.Choice.of(key).map(Privacy.Choice::options))
                            .ifPresent(
                                    choices -> choices.forEach(choice -> candidates.add(candidate(choice, "", false))));
                }
            }
            case GROUP -> {
                if (index == 1) {
                    GroupHelp.WORDS.forEach(known -> candidates.add(candidate(known, "", true)));
                } else {
                    String others = word.substring(0, word.lastIndexOf(',') + 1);
                    names.get().forEach(name -> candidates.add(candidate(others + name, "", true)));
                    GroupHelp.choices(line.words().get(1)).forEach(one -> candidates.add(candidate(one, "", false)));
                }
            }
            case HELP ->
                Arrays.stream(SlashCommand.values())
                        .forEach(known -> candidates.add(candidate(known.word(), known.help(), false)));
            default -> {
                if (command == SlashCommand.ALL && !word.isEmpty()) {
                    names.get().forEach(name -> candidates.add(candidate(name, "", true)));
                }
            }
        }
    }

    private static void files(String word, List<Candidate> candidates) {
        String typed = word.substring(0, word.lastIndexOf('/') + 1);
        Path directory = LineParser.path(typed.isEmpty() ? "." : typed);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                boolean isHidden =
                        name.startsWith(".") && !word.substring(typed.length()).startsWith(".");
                if (!isHidden
                        && candidates.size() < MAX_FILES
                        && SafeText.line(name).equals(name)) {
                    boolean isDirectory = Files.isDirectory(file);
                    candidates.add(candidate(typed + name + (isDirectory ? "/" : ""), "", !isDirectory));
                }
            }
        } catch (java.io.IOException | java.nio.file.InvalidPathException e) {
            // Nothing to offer.
        }
    }

    private static Candidate candidate(String value, String help, boolean isWhole) {
        return new Candidate(value, value, null, help.isEmpty() ? null : help, null, null, isWhole);
    }
}
