package chatd.client.input;

import chatd.client.net.ClientFailure;
import chatd.protocol.value.Secret;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where the password comes from: never from an argument, which everybody on the machine can read. */
public final class PasswordOptions {
    private static final int MAX_BYTES = 32;

    @ArgGroup
    private @Nullable Source source;

    private @Nullable BufferedReader input;

    private static final class Source {
        @Option(names = "--password-file", paramLabel = "FILE", description = "The password is a file's first line.")
        private @Nullable Path file;

        @Option(
                names = "--password-command",
                paramLabel = "COMMAND",
                description = "The password is the first line that a command prints; the shell runs it.")
        private @Nullable String command;

        @Option(names = "--password-stdin", description = "The password is the first line of standard input.")
        private boolean isInput;
    }

    /** Returns the password from the option that was given, if any. */
    public Optional<Secret> read() throws IOException {
        Source from = source;
        if (from == null) {
            return Optional.empty();
        }
        Path file = from.file;
        String command = from.command;
        if (file != null) {
            return Optional.of(file(file));
        }
        return command != null
                ? Optional.of(command(command))
                : from.isInput ? Optional.of(readNextLine()) : Optional.empty();
    }

    /** Like {@link #read}, but for scripts: without an option, asks in the terminal, if there is one. */
    public Secret require() throws IOException {
        Optional<Secret> given = read();
        if (given.isPresent()) {
            return given.get();
        }
        Optional<Secret> typed = promptHidden("Password: ");
        if (typed.isEmpty()) {
            throw new ClientFailure(
                    ClientFailure.LOG_IN_REFUSED,
                    "A password is needed: --password-file FILE, --password-command COMMAND or --password-stdin.");
        }
        return typed.get();
    }

    /** Reads a password without echo; empty if there is no terminal, or the user gives up. */
    public static Optional<Secret> promptHidden(String prompt) {
        return Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .map(console -> console.readPassword(prompt))
                .map(typed -> checked(Secret.of(java.nio.CharBuffer.wrap(typed))));
    }

    public static Secret file(Path file) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            return firstLine(lines, file.toString());
        } catch (IOException e) {
            throw new ClientFailure(ClientFailure.FAILED, "No password can be read from the file " + file + ".");
        }
    }

    private static Secret command(String command) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", command)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            lines.transferTo(Writer.nullWriter());
            int exit = process.waitFor();
            if (exit != 0 || line == null) {
                throw new ClientFailure(
                        ClientFailure.FAILED,
                        "The password command exited with " + exit + (line == null ? " and printed nothing." : "."));
            }
            return checked(Secret.of(line));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Reads the password from the next line of standard input. */
    public Secret readNextLine() throws IOException {
        return firstLine(reader(), "standard input");
    }

    /** Returns the reader of standard input, created at the first call. */
    private BufferedReader reader() {
        BufferedReader reader = input;
        if (reader == null) {
            reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            input = reader;
        }
        return reader;
    }

    private static Secret firstLine(BufferedReader lines, String from) throws IOException {
        String line = lines.readLine();
        if (line == null || line.isEmpty()) {
            throw new ClientFailure(ClientFailure.FAILED, "There is no password in " + from + ".");
        }
        return checked(Secret.of(line));
    }

    private static Secret checked(Secret secret) {
        if (secret.length() > MAX_BYTES) {
            throw new ClientFailure(
                    ClientFailure.LOG_IN_REFUSED, "A password has at most 32 bytes; this one has more.");
        }
        return secret;
    }

    /** Returns the rest of standard input, to be read line by line. */
    public BufferedReader lines() {
        return reader();
    }

    /** Reads the rest of standard input. */
    public String rest() throws IOException {
        StringWriter rest = new StringWriter();
        reader().transferTo(rest);
        return rest.toString();
    }
}
