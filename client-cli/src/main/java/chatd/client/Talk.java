package chatd.client;

import chatd.protocol.Audience;
import chatd.protocol.Command;
import chatd.protocol.Event;
import chatd.protocol.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A person talking: the dialogue of log in, then lines out and events in. */
final class Talk {
    private static final String HELP = """
            /to NAME[,NAME…]          what you type from now on goes to them; /to all: to everyone
            /msg NAME[,NAME…] TEXT    one text to them
            /all TEXT                 one text to everyone
            /file NAME[,NAME…] PATH   send a file (`all` for everyone)
            /fetch NUMBER             fetch a file that was offered
            /history [N]              the last N items, 20 without it
            /who                      who there is
            /password                 change your password
            /help, /quit              `//text` sends a text that begins with a slash""";

    private final Link link;
    private final Screen screen;
    private final String user;
    private final Roster roster = new Roster();
    private final Downloads downloads;
    private List<String> target = List.of();
    private volatile boolean leaving;

    Talk(Link link, Screen screen, String user, Path downloads) {
        this.link = link;
        this.screen = screen;
        this.user = user;
        this.downloads = new Downloads(downloads);
    }

    /**
     * Logs in, changing the password first where that is due.
     *
     * @throws Failure where it is refused for good, or the person gives up
     */
    void logIn(Optional<Secret> given) throws IOException {
        Secret password = given.or(() -> ask("Password of " + user + ": ")).orElseThrow(Talk::gaveUp);
        for (int attempt = 0; attempt < 5; attempt++) {
            if (password.length() > 32) {
                screen.show("A password has at most 32 bytes.");
                password = ask("Password of " + user + ": ").orElseThrow(Talk::gaveUp);
                continue;
            }
            link.send(new Command.LogIn(user, password));
            Event answer = next();
            switch (answer) {
                case Event.LoggedIn in -> {
                    roster.set(in.roster());
                    welcome(in.lastLogin(), "");
                    return;
                }
                case Event.TookOver in -> {
                    roster.set(in.roster());
                    welcome(in.lastLogin(), " Your other session was ended.");
                    return;
                }
                case Event.MustChangePassword must -> {
                    screen.show("This password was given to you once. Choose your own before you go on:");
                    password = change(password);
                }
                case Event.WrongPassword wrong -> {
                    screen.show("The password is wrong.");
                    password = ask("Password of " + user + ": ").orElseThrow(Talk::gaveUp);
                }
                case Event.NoSuchUser none ->
                    throw new Failure(Failure.LOG_IN_REFUSED, "There is no user called " + Visible.line(user) + ".");
                case Event.Text text -> throw new Failure(Failure.LOG_IN_REFUSED, Visible.line(text.text()));
                default -> throw new Failure(Failure.LOG_IN_REFUSED, "The server gave an answer that is none.");
            }
        }
        throw new Failure(Failure.LOG_IN_REFUSED, "Too many attempts.");
    }

    private void welcome(Optional<Instant> lastLogin, String more) {
        String last = lastLogin
                .map(time -> "Your last log in was at " + Lines.time(time) + ".")
                .orElse("This is your first log in.");
        screen.show("Welcome, " + user + ". " + last + more + " /help says what you can do.");
        who();
    }

    private Optional<Secret> ask(String prompt) {
        return screen.readSecret(prompt).map(Secret::of);
    }

    private static Failure gaveUp() {
        return new Failure(Failure.LOG_IN_REFUSED, "No password was given.");
    }

    private Event next() throws IOException {
        Event event = link.next();
        if (event == null) {
            throw new Failure(Failure.NO_SERVER, "The server closed the connection.");
        }
        return event;
    }

    /** The dialogue of a forced change; returns the new password. */
    private Secret change(Secret old) throws IOException {
        screen.show("  at least 8 characters, at most 32 bytes, not your name, not a common one, not the old one");
        while (true) {
            Secret chosen = chosen().orElseThrow(Talk::gaveUp);
            link.send(new Command.ChangePassword(user, old, chosen));
            Event answer = next();
            switch (answer) {
                case Event.PasswordChanged done -> {
                    screen.show("The password is changed.");
                    return chosen;
                }
                case Event.BadNewPassword bad ->
                    screen.show("The server does not take it: it breaks one of the rules above. Another one:");
                case Event.Text text -> throw new Failure(Failure.LOG_IN_REFUSED, Visible.line(text.text()));
                default -> throw new Failure(Failure.LOG_IN_REFUSED, "The password could not be changed.");
            }
        }
    }

    /** A new password, typed twice alike. */
    private Optional<Secret> chosen() {
        while (true) {
            Optional<String> once = screen.readSecret("New password: ");
            if (once.isEmpty()) {
                return Optional.empty();
            }
            Optional<String> again = screen.readSecret("Once more: ");
            if (again.isEmpty()) {
                return Optional.empty();
            }
            Secret secret = Secret.of(once.get());
            if (once.get().equals(again.get()) && secret.length() <= 32) {
                return Optional.of(secret);
            }
            screen.show(
                    secret.length() > 32 ? "That has more than 32 bytes." : "The two are not alike. Once more, then:");
        }
    }

    /** Talks until the person leaves or the connection ends. */
    void run() throws IOException {
        Thread reader = Thread.ofPlatform().daemon().name("events").start(this::listen);
        while (!leaving) {
            Optional<String> line = screen.read(prompt());
            if (line.isEmpty() || !take(line.get())) {
                break;
            }
        }
        leaving = true;
        link.close();
        try {
            reader.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String prompt() {
        return (target.isEmpty() ? "everyone" : String.join(", ", target)) + "> ";
    }

    private void listen() {
        try {
            for (Event event = link.next(); event != null; event = link.next()) {
                take(event);
            }
            if (!leaving) {
                screen.show("The connection has ended. Press Enter to leave.");
            }
        } catch (IOException e) {
            if (!leaving) {
                screen.show("The connection was lost: " + e.getMessage() + ". Press Enter to leave.");
            }
        }
        leaving = true;
    }

    private void take(Event event) throws IOException {
        roster.take(event);
        switch (event) {
            case Event.FileContent file -> downloads.begin(file);
            case Event.Piece piece -> {
                Path whole = downloads.take(piece.content());
                if (whole != null) {
                    screen.show("* saved " + Visible.line(whole.toString()));
                }
            }
            case Event.PasswordChanged done -> screen.show("* the password is changed");
            case Event.WrongOldPassword wrong -> screen.show("* that was not your old password");
            case Event.BadNewPassword bad -> screen.show("* the new password breaks the rules");
            case Event.WentOffline offline
            when offline.name().equals(user) -> {
                leaving = true;
                screen.show("* this session was ended: the account is used elsewhere, or an administrator ended it");
            }
            case Event.ClearScreen clear -> screen.show("—— history ——");
            default -> {
                String line = Lines.of(event);
                if (line != null) {
                    screen.show(line);
                }
            }
        }
    }

    /** Does what was typed; false to leave. */
    private boolean take(String line) throws IOException {
        if (line.isBlank() || leaving) {
            return !leaving;
        }
        if (!line.startsWith("/") || line.startsWith("//")) {
            say(target, line.startsWith("//") ? line.substring(1) : line);
            return true;
        }
        String[] words = line.split("\\s+", 3);
        switch (words[0]) {
            case "/quit" -> {
                return false;
            }
            case "/help" -> screen.show(HELP);
            case "/who" -> who();
            case "/to" -> target = words.length < 2 ? target : names(words[1]);
            case "/all" -> sayRest(List.of(), line.substring("/all".length()).strip());
            case "/msg" -> {
                if (words.length < 3) {
                    screen.show("* /msg NAME TEXT");
                } else {
                    say(names(words[1]), words[2]);
                }
            }
            case "/file" -> {
                if (words.length < 3) {
                    screen.show("* /file NAME PATH");
                } else {
                    file(names(words[1]), Path.of(words[2]));
                }
            }
            case "/fetch" -> number(words, -1).ifPresent(n -> send(new Command.FetchFile(n)));
            case "/history" -> number(words, 20).ifPresent(n -> send(new Command.Replay(n)));
            case "/password" -> changePassword();
            default -> screen.show("* there is no command " + Visible.line(words[0]) + "; /help lists them");
        }
        return true;
    }

    private void sayRest(List<String> to, String text) throws IOException {
        if (text.isEmpty()) {
            screen.show("* there is no text");
        } else {
            say(to, text);
        }
    }

    private void say(List<String> to, String text) throws IOException {
        try {
            link.send(new Command.SendText(to.isEmpty() ? Audience.everyone() : new Audience.Some(to), text));
            if (!to.isEmpty() && !to.contains(user)) {
                screen.show(Lines.time(Instant.now()) + " " + user + " → " + String.join(", ", to) + ": "
                        + Visible.text(text));
            }
        } catch (IllegalArgumentException e) {
            screen.show("* " + e.getMessage());
        }
    }

    private void file(List<String> to, Path path) throws IOException {
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            screen.show("* there is no file " + Visible.line(path.toString()) + " that can be read");
            return;
        }
        try (InputStream content = Files.newInputStream(path)) {
            Audience audience = to.isEmpty() ? Audience.everyone() : new Audience.Some(to);
            link.send(new Command.SendFile(audience, String.valueOf(path.getFileName()), Files.size(path)), content);
            screen.show("* sent " + Visible.line(String.valueOf(path.getFileName())));
        } catch (IllegalArgumentException e) {
            screen.show("* " + e.getMessage());
        }
    }

    private void send(Command command) {
        try {
            link.send(command);
        } catch (IOException e) {
            screen.show("* it could not be sent: " + e.getMessage());
        }
    }

    private void changePassword() throws IOException {
        Optional<Secret> old = ask("Old password: ");
        Optional<Secret> chosen = old.isEmpty() ? Optional.empty() : chosen();
        if (chosen.isPresent()) {
            link.send(new Command.ChangePassword(user, old.get(), chosen.get()));
        }
    }

    private Optional<Long> number(String[] words, long otherwise) {
        if (words.length < 2 && otherwise >= 0) {
            return Optional.of(otherwise);
        }
        if (words.length > 1 && words[1].matches("\\d{1,9}")) {
            return Optional.of(Long.parseLong(words[1]));
        }
        screen.show("* a number is missing");
        return Optional.empty();
    }

    private static List<String> names(String word) {
        return word.equals("all")
                ? List.of()
                : Arrays.stream(word.split(",", -1))
                        .filter(name -> !name.isEmpty())
                        .toList();
    }

    private void who() {
        screen.show("online: " + Visible.line(String.join(", ", roster.online())));
        List<String> offline = roster.offline();
        if (!offline.isEmpty()) {
            screen.show("offline: " + Visible.line(String.join(", ", offline)));
        }
    }
}
