package chatd.backup.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The list of who was erased, beside the backups of a server: one that is older has them still, and is restored without
 * them. A line for each, which is only ever appended; who has a number, and nothing else of them. Blocks.
 */
public final class ErasedList {
    /** The list's name in the directory of the backups. */
    public static final String NAME = "erased";

    private static final String HEAD =
            "# Who was erased (chat-admin user erase), and is again when a backup is restored: number, since when the account"
                    + " was there, when, and whether everywhere.\n";
    private static final Pattern LINE = Pattern.compile("U([0-9]{1,10}) (\\S+) (\\S+) (own|everywhere)");

    private ErasedList() {}

    /**
     * Somebody who was erased.
     *
     * @param created when the account was made, by which it is recognised beside its number
     * @param everywhere whether also what others were sent was erased
     */
    public record Person(long account, Instant created, Instant erased, boolean everywhere) {
        /** Returns whether the same is said of another, or more. */
        private boolean isCoveredBy(Person other) {
            return account == other.account && created.equals(other.created) && (other.everywhere || !everywhere);
        }

        private String line() {
            return "U%d %s %s %s\n".formatted(account, created, erased, everywhere ? "everywhere" : "own");
        }
    }

    /**
     * Reads the list of a directory; returns nobody if there is none.
     *
     * @throws IOException if it can't be read, or has a line that it should not have; the message says which
     */
    public static List<Person> read(Path directory) throws IOException {
        Path list = directory.resolve(NAME);
        if (!Files.exists(list)) {
            return List.of();
        }
        Map<Long, Person> people = new LinkedHashMap<>();
        int number = 0;
        for (String line : Files.readAllLines(list)) {
            number++;
            if (!line.isBlank() && !line.startsWith("#")) {
                Person person = parse(line, list + ", line " + number);
                people.merge(
                        person.account(),
                        person,
                        (one, other) -> new Person(
                                one.account(), one.created(), other.erased(), one.everywhere() || other.everywhere()));
            }
        }
        return List.copyOf(people.values());
    }

    private static Person parse(String line, String where) throws IOException {
        Matcher parts = LINE.matcher(line.strip());
        try {
            if (parts.matches()) {
                return new Person(
                        Long.parseLong(parts.group(1)),
                        Instant.parse(parts.group(2)),
                        Instant.parse(parts.group(3)),
                        parts.group(4).equals("everywhere"));
            }
        } catch (DateTimeParseException e) {
            throw new IOException(where + ": no time: " + line, e);
        }
        throw new IOException(where + " is not of this list: " + line);
    }

    /** Adds those who are not in the list, or not everywhere. */
    public static void add(Path directory, Collection<Person> people) throws IOException {
        List<Person> known = read(directory);
        List<Person> missing = people.stream()
                .filter(person -> known.stream().noneMatch(person::isCoveredBy))
                .toList();
        if (missing.isEmpty()) {
            return;
        }
        StringBuilder lines = new StringBuilder(Files.exists(directory.resolve(NAME)) ? "" : HEAD);
        missing.forEach(person -> lines.append(person.line()));
        try (FileChannel list = FileChannel.open(
                directory.resolve(NAME),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND)) {
            list.write(ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8)));
            list.force(true);
        }
    }
}
