package chatd.admin;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code chat-admin user}. */
@Command(
        name = "user",
        description = "Adds users, lists them, gives them new passwords.",
        mixinStandardHelpOptions = true)
final class UserCommand implements Runnable {
    @ParentCommand
    private Main main;

    @Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command of user?");
    }

    /** How a password is given. */
    static final class PasswordOptions {
        @Option(
                names = "--password-stdin",
                description = "Read the password from standard input, one line; without it, one is made and printed.")
        private boolean stdin;

        @Option(names = "--no-change", description = "The password need not be changed at the first log in.")
        private boolean noChange;

        Map<String, Object> request(String command, String name) {
            Map<String, Object> request = new LinkedHashMap<>();
            request.put("command", command);
            request.put("name", name);
            request.put("mustChange", !noChange);
            if (stdin) {
                request.put("password", line());
            }
            return request;
        }

        private static String line() {
            try {
                String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
                if (line != null && !line.isEmpty()) {
                    return line;
                }
            } catch (IOException e) {
                throw new Failure(Exit.USAGE, "Standard input can't be read: " + e.getMessage());
            }
            throw new Failure(Exit.USAGE, "There is no password on standard input: give it as one line.");
        }
    }

    private void show(JsonNode account, String done) {
        if (main.json()) {
            Shown.json(main.out(), account);
            return;
        }
        main.out()
                .println("%s (U%s) %s."
                        .formatted(
                                account.path("name").asString(),
                                account.path("number").asString(),
                                done));
        JsonNode password = account.path("password");
        if (!password.isMissingNode()) {
            boolean mustChange = account.path("mustChange").asBoolean();
            main.out()
                    .println((mustChange ? "One-time password, to be changed at the first log in: " : "Password: ")
                            + password.asString());
        } else if (account.path("mustChange").asBoolean()) {
            main.out().println("The password must be changed at the first log in.");
        }
    }

    @Command(
            name = "add",
            description = "Adds a user.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin user add alice"})
    int add(
            @Parameters(paramLabel = "NAME", description = "1 to 32 bytes; letters, digits, '.', '_' and '-'.")
                    String name,
            @Mixin PasswordOptions password) {
        show(main.daemon().call(password.request("user add", name), line -> {}), "added");
        return Exit.OK;
    }

    @Command(
            name = "reset",
            description = "Gives a user a new password, and ends the user's session.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin user reset alice"})
    int reset(@Parameters(paramLabel = "NAME") String name, @Mixin PasswordOptions password) {
        show(main.daemon().call(password.request("user reset", name), line -> {}), "has a new password");
        return Exit.OK;
    }

    @Command(
            name = "list",
            description = "Lists all users.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example: chat-admin user list -o json"})
    int list() {
        JsonNode users = main.daemon().call(Map.of("command", "user list"), line -> {});
        if (main.json()) {
            Shown.json(main.out(), users);
        } else {
            Shown.table(
                    main.out(),
                    users,
                    List.of(
                            new Shown.Heading("NUMBER", "number"),
                            new Shown.Heading("NAME", "name"),
                            new Shown.Heading("STATE", "state"),
                            new Shown.Heading("ONLINE", "online"),
                            new Shown.Heading("MUST CHANGE", "mustChange"),
                            new Shown.Heading("LAST LOG IN", "lastLogin"),
                            new Shown.Heading("FROM", "lastAddress"),
                            new Shown.Heading("CREATED", "created")));
        }
        return Exit.OK;
    }
}
