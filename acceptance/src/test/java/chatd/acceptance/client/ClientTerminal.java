package chatd.acceptance.client;

import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Terminal;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts {@code ./chat client} in terminals, with a home directory for each person. Closing it closes the terminals.
 */
public final class ClientTerminal implements AutoCloseable {

    private final Chatd chatd;
    private final List<String> commonOptions;
    private final Path homes;
    private final List<String> variables = new ArrayList<>();
    private final List<Terminal> open = new ArrayList<>();
    private List<String> commandPrefix = List.of();

    /** @param always options for each start */
    ClientTerminal(Chatd chatd, String... always) {
        this.chatd = chatd;
        this.commonOptions = List.of(always);
        try {
            homes = Files.createTempDirectory("cl");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sets a variable of the environment, {@code KEY=VALUE}, for each start from now on. */
    void set(String variable) {
        variables.add(variable);
    }

    /** Sets the words that precede the program when it is run from now on. */
    public ClientTerminal commandPrefix(List<String> words) {
        commandPrefix = List.copyOf(words);
        return this;
    }

    /** Returns the directory in which the client keeps this person's state. */
    Path state(String name) {
        return homes.resolve(name).resolve("chatd");
    }

    /** Starts the client for a name, at a port; further options go before the address. */
    public Terminal start(String name, int port, String... options) {
        var command = new ArrayList<>(commandPrefix);
        command.addAll(ProcessResult.command("client"));
        command.addAll(commonOptions);
        command.addAll(List.of(options));
        command.add(name + "@localhost:" + port);
        var environment = new ArrayList<>(
                List.of("XDG_STATE_HOME=" + homes.resolve(name), "CHAT_CA=", "CHAT_PORT=", "TZ=UTC", "LC_ALL=C.UTF-8"));
        environment.addAll(variables);
        var terminal = new Terminal(environment, command);
        open.add(terminal);
        return terminal;
    }

    /** Starts it and logs in. */
    public Terminal logIn(Chatd.Person person, String... options) {
        return logIn(person, chatd.port(), options);
    }

    public Terminal logIn(Chatd.Person person, int port, String... options) {
        var all = new ArrayList<>(List.of("--ca", chatd.ca().toString()));
        all.addAll(List.of(options));
        Terminal terminal = start(person.name(), port, all.toArray(String[]::new));
        terminal.prompts("Password of " + person.name() + ":");
        terminal.enter(person.password());
        return terminal.loggedInAs(person.name()).shows("Welcome, " + person.name());
    }

    /** Closes one of the terminals, with what runs in it. */
    public void close(Terminal terminal) {
        open.remove(terminal);
        terminal.close();
    }

    @Override
    public void close() {
        open.forEach(Terminal::close);
        // A program that was just ended may still be writing there.
        await().ignoreExceptions().until(() -> {
            Wire.deleteTree(homes);
            return true;
        });
    }
}
