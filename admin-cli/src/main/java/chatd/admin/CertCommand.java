package chatd.admin;

import chatd.certs.Fingerprint;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code chat-admin cert}. */
@Command(name = "cert", description = "The daemon's certificate.", mixinStandardHelpOptions = true)
final class CertCommand implements Runnable {
    @ParentCommand
    private Main main;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? `chat-admin cert show`");
    }

    @Command(
            name = "show",
            description = {
                "Shows the certificate that clients are shown. The fingerprint is that of its key, SHA-256: read it out"
                        + " to people whose client asks them whether this is the right server."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin cert show"})
    int show() {
        JsonNode shown = main.daemon().call(Map.of("command", "cert show"), line -> {});
        if (main.json()) {
            Shown.json(main.out(), shown);
            return Exit.OK;
        }
        String names = shown.path("names").valueStream().map(JsonNode::asString).collect(Collectors.joining(", "));
        line("for", names);
        line("subject", shown.path("subject").asString());
        line("issuer", shown.path("issuer").asString());
        line(
                "valid",
                shown.path("begin").asString() + " to " + shown.path("end").asString());
        Fingerprint fingerprint = new Fingerprint(shown.path("fingerprint").asString());
        line("fingerprint", fingerprint.toString().replace("\n", "\n" + " ".repeat(12)));
        return Exit.OK;
    }

    private void line(String key, String value) {
        main.out()
                .println("%-11s %s"
                        .formatted(key, value.lines().map(Shown::visible).collect(Collectors.joining("\n"))));
    }
}
