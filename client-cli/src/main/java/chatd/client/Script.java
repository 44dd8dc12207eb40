package chatd.client;

import chatd.protocol.Audience;
import chatd.protocol.Command;
import chatd.protocol.Event;
import chatd.protocol.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What scripts do: log in, one thing, and out. Never asks. */
final class Script {
    private final Link link;
    private final PrintStream out;

    Script(Link link, PrintStream out) {
        this.link = link;
        this.out = out;
    }

    /**
     * Logs in.
     *
     * @throws Failure where it is refused
     */
    void logIn(String user, Secret password) throws IOException {
        link.send(new Command.LogIn(user, password));
        Event answer = next();
        switch (answer) {
            case Event.LoggedIn in -> {}
            case Event.TookOver in -> {}
            case Event.WrongPassword wrong -> throw new Failure(Failure.LOG_IN_REFUSED, "The password is wrong.");
            case Event.NoSuchUser none ->
                throw new Failure(Failure.LOG_IN_REFUSED, "There is no user called " + Visible.line(user) + ".");
            case Event.MustChangePassword must ->
                throw new Failure(
                        Failure.LOG_IN_REFUSED,
                        "The password must be changed first: connect without a command, in a terminal.");
            case Event.Text text -> throw new Failure(Failure.LOG_IN_REFUSED, Visible.line(text.text()));
            default -> throw new Failure(Failure.LOG_IN_REFUSED, "The server gave an answer that is none.");
        }
    }

    private Event next() throws IOException {
        Event event = link.next();
        if (event == null) {
            throw new Failure(Failure.NO_SERVER, "The server closed the connection.");
        }
        return event;
    }

    /**
     * Sends, and waits until it is stored: the answer to an empty replay comes after that, a refusal before it.
     *
     * @param file null for a text
     * @throws Failure {@link Failure#NO_SUCH} for unknown recipients
     */
    void send(List<String> to, String text, @Nullable Path file) throws IOException {
        Audience audience = to.isEmpty() ? Audience.everyone() : new Audience.Some(to);
        if (file == null) {
            link.send(new Command.SendText(audience, text));
        } else {
            try (InputStream content = Files.newInputStream(file)) {
                link.send(
                        new Command.SendFile(audience, String.valueOf(file.getFileName()), Files.size(file)), content);
            }
        }
        link.send(new Command.Replay(0));
        StringBuilder refused = new StringBuilder();
        for (Event event = next(); !(event instanceof Event.ClearScreen); event = next()) {
            if (event instanceof Event.Text answer && answer.sender().equals("server")) {
                refused.append(Visible.line(answer.text())).append(' ');
            }
        }
        if (!refused.isEmpty()) {
            String why = refused.toString().strip();
            throw new Failure(why.startsWith("There is no user") ? Failure.NO_SUCH : Failure.NO, why);
        }
    }

    /** Prints what comes, a line each, until the connection ends. */
    void tail() throws IOException {
        for (Event event = link.next(); event != null; event = link.next()) {
            String line = Lines.of(event);
            if (line != null) {
                out.println(line);
                out.flush();
            }
        }
        throw new Failure(Failure.NO_SERVER, "The server closed the connection.");
    }
}
