package chatd.client;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.screen.TypedLine;
import chatd.client.talk.Contacts;
import chatd.client.talk.Conversation;
import chatd.client.talk.Download;
import chatd.client.talk.Exchange;
import chatd.client.talk.Item;
import chatd.client.talk.LoginExchange;
import chatd.client.talk.NotConnected;
import chatd.client.talk.Preferences;
import chatd.client.talk.Setting;
import chatd.protocol.value.Secret;
import chatd.text.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jline.utils.Levenshtein;
import org.jspecify.annotations.Nullable;

/**
 * The interactive session: reads typed lines and executes them, on the user's thread. Other threads show what arrives.
 */
final class Talk {
    private static final int LISTED = 100;

    /** The exit code after Ctrl-C, as a shell reports it. */
    private static final int INTERRUPTED = 130;

    /** The most lines of a text that are sent without asking. */
    private static final long FEW_LINES = 3;

    private final Screen screen;
    private final Presenter presenter;
    private final Dialogue dialogue;
    private final Conversation conversation;
    private final Path downloads;

    /** The recipients of plain text: an empty list means everyone, null nobody. */
    private @Nullable List<String> target;

    Talk(Screen screen, Presenter presenter, Dialogue dialogue, Conversation conversation, Path downloads) {
        this.screen = screen;
        this.presenter = presenter;
        this.dialogue = dialogue;
        this.conversation = conversation;
        this.downloads = downloads;
    }

    /**
     * Logs in and runs the session until the user leaves.
     *
     * @param given the password; if empty, the user is asked for it
     * @param to the initial recipients, as with {@code /to}; empty for nobody
     */
    void run(Optional<Secret> given, String to) throws IOException, InterruptedException {
        screen.onInterrupt(this::interrupted);
        enter(given);
        if (!to.isEmpty()) {
            take("/to " + to);
        }
        for (Optional<String> line = read(); line.isPresent(); line = read()) {
            if (conversation.isAway()) {
                if (TypedLine.of(line.get()) instanceof TypedLine.Quit) {
                    break;
                }
                away(line.get());
            } else if (!take(line.get())) {
                break;
            }
        }
        for (Item item : conversation.leave()) {
            presenter.notice("It is not known whether this was stored: " + item.text());
        }
    }

    /** Handles Ctrl-C while an operation blocks. */
    private void interrupted() {
        if (conversation.isConnected()) {
            conversation.cut("Cancelled by closing the connection.");
        } else {
            System.exit(INTERRUPTED);
        }
    }

    private Optional<String> read() {
        return screen.read(prompt() + "> ");
    }

    private String prompt() {
        List<String> to = target;
        if (to == null) {
            return "(nobody)";
        }
        return to.isEmpty() ? "(everyone)" : SafeText.line(shortened(to));
    }

    private static String shortened(List<String> to) {
        return to.size() <= 3 ? String.join(", ", to) : to.getFirst() + " and " + (to.size() - 1) + " more";
    }

    /** Handles a line typed after the session has ended: an empty one logs in again. */
    private void away(String line) {
        if (!screen.isAsking()) {
            throw new ClientFailure(ClientFailure.NO_SERVER, "The session has ended; not sent: " + line);
        }
        if (!line.isBlank()) {
            presenter.notice("Not sent, since the session has ended: " + line + "\nPress Enter alone to log in again.");
            return;
        }
        try {
            enter(Optional.empty());
        } catch (ClientFailure e) {
            presenter.notice(e.text() + " Press Enter to try again, Ctrl-D to leave.");
        }
    }

    private void enter(Optional<Secret> given) {
        Dialogue.Entered entered = dialogue.logIn(given);
        LoginExchange.In in = entered.in();
        String last = in.lastLogin()
                .map(time -> "Your last login was on " + presenter.time(time) + ".")
                .orElse("This is your first login.");
        presenter.notice("Welcome, " + dialogue.user() + ". " + last
                + (in.tookOver() ? " The session that you had elsewhere was ended." : "")
                + (target == null ? " /to NAME picks whom you talk to, /help lists the rest." : ""));
        conversation.begin(in, entered.password());
    }

    /** Executes a typed line; returns false to leave. */
    private boolean take(String line) throws InterruptedException {
        try {
            return take(TypedLine.of(line));
        } catch (NotConnected e) {
            presenter.notice("There is no connection at the moment; nothing was sent. ↑ brings it back.");
        } catch (IOException e) {
            if (conversation.isConnected()) {
                presenter.notice("It failed: " + e.getMessage());
            }
        } catch (UnknownServer e) {
            presenter.notice("Nobody vouches for the server any more. Nothing was sent.");
        } catch (IllegalArgumentException | ClientFailure e) {
            presenter.notice(String.valueOf(e.getMessage()));
        }
        return true;
    }

    private boolean take(TypedLine typed) throws IOException, InterruptedException, UnknownServer {
        switch (typed) {
            case TypedLine.Nothing nothing -> {}
            case TypedLine.Say(String text)
            when target == null ->
                presenter.notice("To whom? /to NAME picks whom you talk to, /all everyone. Nothing was sent; ↑"
                        + " brings it back.");
            case TypedLine.Say(String text) -> say(target, text);
            case TypedLine.Turn(List<String> names) -> turn(names);
            case TypedLine.Send(List<String> names, String text) -> say(names, text);
            case TypedLine.SendFile(List<String> names, Path path) -> send(names, path);
            case TypedLine.Fetch(long file) -> fetch(file);
            case TypedLine.History(long count) -> conversation.history(count);
            case TypedLine.Who(String part) -> who(part);
            case TypedLine.Ignore(Optional<String> name) -> ignore(name);
            case TypedLine.Set(List<String> words) -> set(words);
            case TypedLine.Password password -> changePassword();
            case TypedLine.Register(String name) -> dialogue.register(name);
            case TypedLine.Help(String text) -> presenter.page(text);
            case TypedLine.Mistake(String text) -> presenter.notice(text);
            case TypedLine.Quit quit -> {
                return false;
            }
        }
        return true;
    }

    private boolean areKnown(List<String> names) {
        Contacts contacts = conversation.contacts();
        List<String> unknown =
                names.stream().filter(name -> !contacts.has(name)).toList();
        for (String name : unknown) {
            String near = contacts.names().stream()
                    .filter(known -> Levenshtein.distance(known, name) <= 1 || known.equalsIgnoreCase(name))
                    .findFirst()
                    .map(known -> "; did you mean " + known + "?")
                    .orElse(".");
            presenter.notice("There is no user called " + name + near + (near.endsWith("?") ? "" : " /who lists all."));
        }
        return unknown.isEmpty();
    }

    private void turn(List<String> names) {
        if (areKnown(names)) {
            target = names;
        }
    }

    private void say(@Nullable List<String> to, String text) throws IOException {
        if (to == null || !areKnown(to)) {
            return;
        }
        SizeLimits.check(text);
        long lines = text.lines().count();
        if (lines > FEW_LINES && screen.isAsking()) {
            String whom = to.isEmpty() ? "everyone" : shortened(to);
            if (!screen.confirm("Send these " + lines + " lines to " + SafeText.line(whom) + " as one text?")) {
                presenter.notice("Not sent; ↑ brings it back.");
                return;
            }
        }
        conversation.say(to, text);
    }

    private void send(List<String> to, Path path) throws IOException, InterruptedException {
        if (!areKnown(to)) {
            return;
        }
        SizeLimits.Sized file = SizeLimits.file(path);
        try (InputStream content = Files.newInputStream(path)) {
            screen.during(
                    file.name(),
                    bar -> conversation.send(to, file.name(), file.size(), content, sent -> bar.at(sent, file.size())));
        }
    }

    private void fetch(long file) throws IOException, InterruptedException {
        screen.during("file " + file, bar -> {
            try (Download download = new Download(downloads, SafeText::line, bar::at)) {
                conversation.fetch(file, download);
                Path whole = download.whole();
                if (whole != null) {
                    presenter.notice("Saved as " + whole);
                }
            }
        });
    }

    private void who(String part) {
        Contacts contacts = conversation.contacts();
        String lower = part.toLowerCase(java.util.Locale.ROOT);
        for (boolean online : new boolean[] {true, false}) {
            List<String> names = contacts.who(online).stream()
                    .filter(name -> name.toLowerCase(java.util.Locale.ROOT).contains(lower))
                    .toList();
            String more = names.size() > LISTED ? " and " + (names.size() - LISTED) + " more (/who PART)" : "";
            presenter.notice((online ? "Online" : "Offline") + " (" + names.size() + "): "
                    + names.stream().limit(LISTED).collect(Collectors.joining(", ")) + more);
        }
    }

    private void ignore(Optional<String> name) throws IOException, InterruptedException, UnknownServer {
        List<String> ignored = conversation.preferences().ignored();
        if (name.isEmpty()) {
            presenter.notice(ignored.isEmpty() ? "You ignore nobody." : "You ignore: " + String.join(", ", ignored));
            return;
        }
        String who = name.get();
        boolean isBack = ignored.contains(who);
        if (!isBack && !areKnown(List.of(who))) {
            return;
        }
        boolean isDone = change(read -> {
            List<String> names = new ArrayList<>(read.ignored());
            names.remove(who);
            if (!isBack) {
                names.add(who);
            }
            return read.ignoring(names);
        });
        if (isDone) {
            presenter.notice(
                    isBack
                            ? "Messages from " + who + " are shown again."
                            : "Messages from " + who + " are hidden. /ignore " + who + " shows them again.");
        }
    }

    private boolean change(java.util.function.UnaryOperator<Preferences> change)
            throws IOException, InterruptedException, UnknownServer {
        boolean mayReplace = conversation.preferences().isForeign()
                && screen.confirm("Your settings on the server are another program's, not JSON. Replace them?");
        if (conversation.preferences().isForeign() && !mayReplace) {
            presenter.notice("Nothing was changed.");
            return false;
        }
        boolean isDone = conversation.change(change, mayReplace);
        if (!isDone) {
            presenter.notice("Nothing was changed: your settings on the server are no longer JSON.");
        }
        return isDone;
    }

    private void set(List<String> words) throws IOException, InterruptedException, UnknownServer {
        if (words.isEmpty()) {
            presenter.page(Arrays.stream(Setting.values()).map(this::described).collect(Collectors.joining("\n")));
            return;
        }
        Optional<Setting> setting = Setting.of(words.getFirst());
        if (setting.isEmpty()) {
            presenter.notice("There is no setting " + words.getFirst() + ". /set lists them.");
        } else if (words.size() == 1) {
            presenter.page(described(setting.get()));
        } else if (words.size() > 2 || !setting.get().choices().contains(words.get(1))) {
            presenter.notice(setting.get().key() + " is one of: "
                    + String.join(", ", setting.get().choices()) + ".");
        } else if (change(read -> read.with(setting.get(), words.get(1)))) {
            presenter.notice("Set: " + setting.get().key() + " is " + words.get(1) + ".");
        }
    }

    private String described(Setting setting) {
        return "  %-9s %-9s %s: %s"
                .formatted(
                        setting.key(),
                        conversation.preferences().get(setting),
                        setting.meaning(),
                        String.join(", ", setting.choices()));
    }

    private void changePassword() throws IOException, InterruptedException {
        Optional<Secret> old = screen.readSecret("Old password: ").map(Secret::of);
        Optional<Secret> chosen = old.isEmpty() ? Optional.empty() : dialogue.choose();
        if (chosen.isEmpty()) {
            presenter.notice("The password was not changed.");
            return;
        }
        Exchange.Verdict verdict = conversation.changePassword(old.get(), chosen.get());
        if (verdict == Exchange.Verdict.CHANGED) {
            dialogue.remember(chosen.get());
        }
        if (verdict != null) {
            presenter.notice(
                    switch (verdict) {
                        case CHANGED -> "The password has been changed.";
                        case WRONG_OLD_PASSWORD -> "That was not your old password; it stays as it was.";
                        case BAD_NEW_PASSWORD ->
                            "The new password breaks the rules; the old one stays. " + Dialogue.RULES;
                    });
        }
    }
}
