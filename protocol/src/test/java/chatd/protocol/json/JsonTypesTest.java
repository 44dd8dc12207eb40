package chatd.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Compares the web client's types with the messages that the code declares; {@code
 * -Dchatd.types=write} rewrites them. Those of {@code web/} itself are checked against the golden
 * files there.
 */
@Tag("generated")
class JsonTypesTest {
    private static final Path WIRE = Path.of("../web/src/main/ts/wire");

    /** The kinds of value that messages refer to by name. */
    private static String values() {
        return """
                /** A group's number. */
                export type GroupNumber = `G${number}`;

                /** A user, a group, or the daemon itself. */
                export type Numbered = `U${number}` | GroupNumber | "server";

                /** A time in UTC, with milliseconds. */
                export type Time = string;

                /** Why something was refused; a server newer than this client may have others. */
                export type Code = %s;
                """.formatted(JsonValue.words(Stream.of(Code.values()).map(Code::word)));
    }

    private static Map<String, List<JsonMessage<?>>> byName(List<? extends JsonMessage<?>> rows) {
        Map<String, List<JsonMessage<?>>> all = new LinkedHashMap<>();
        rows.forEach(row -> all.computeIfAbsent(row.record().getSimpleName(), name -> new ArrayList<>())
                .add(row));
        return new TreeMap<>(all);
    }

    private static String types(String all, List<? extends JsonMessage<?>> rows) {
        StringBuilder types = new StringBuilder();
        byName(rows)
                .forEach((name, found) -> types.append("export type ")
                        .append(name)
                        .append(" =")
                        .append(found.stream()
                                .map(row -> "\n  | " + row.typescript())
                                .distinct()
                                .collect(Collectors.joining()))
                        .append(";\n\n"));
        return types.append("export type ")
                .append(all)
                .append(" = ")
                .append(String.join(" | ", byName(rows).keySet()))
                .append(";\n")
                .toString();
    }

    private static String module(String content) {
        String header = "// Made from the daemon's table of messages by `./chat generate`.\n\n";
        String used = Stream.of("Code", "GroupNumber", "Numbered", "Time")
                .filter(name -> content.matches("(?s).*\\b" + name + "\\b.*"))
                .collect(Collectors.joining(", "));
        return header
                + (used.isEmpty() || content.contains("export type Time")
                        ? ""
                        : "import type { " + used + " } from \"./values.js\";\n\n")
                + content;
    }

    private static Map<String, String> generated() {
        String items = byName(JsonEvents.ROWS).entrySet().stream()
                .filter(named -> named.getValue().stream()
                        .allMatch(row -> MessageEvent.Message.class.isAssignableFrom(row.record())))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(" | "));
        return Map.of(
                "values.ts", module(values()),
                "commands.ts", module(types("Command", JsonCommands.ROWS)),
                "events.ts",
                        module(types("Event", JsonEvents.ROWS)
                                + "\n/** What has a number in the history. */\nexport type Item = " + items + ";\n"));
    }

    @Test
    void theTypesOfTheWebClientAreThoseOfTheTable() throws IOException {
        for (var file : generated().entrySet()) {
            Path committed = WIRE.resolve(file.getKey());
            if ("write".equals(System.getProperty("chatd.types"))) {
                Files.writeString(committed, file.getValue());
            }
            assertThat(Files.readString(committed))
                    .as(committed + "; `./chat generate` writes it anew")
                    .isEqualTo(file.getValue());
        }
    }
}
