package chatd.admin;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** {@code chat-admin status}. */
@Command(
        name = "status",
        description = "Says which daemon this is, where it listens, and how it fares.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example: chat-admin status -o json"})
final class StatusCommand implements Callable<Integer> {
    @ParentCommand
    private Main main;

    @Override
    public Integer call() {
        JsonNode status = main.daemon().call(Map.of("command", "status"), line -> {});
        if (main.json()) {
            Shown.json(main.out(), status);
        } else {
            status.properties()
                    .forEach(entry ->
                            main.out().println("%-12s %s".formatted(entry.getKey(), shown(entry.getValue()))));
        }
        return Exit.OK;
    }

    private static String shown(JsonNode value) {
        if (!value.isArray()) {
            return Shown.visible(value.asString());
        }
        return String.join(
                ", ",
                value.valueStream()
                        .map(at -> "[" + at.path("address").asString() + "]:"
                                + at.path("port").asString())
                        .toList());
    }
}
