package chatd.client.repl;

import chatd.client.login.Dialogue;
import chatd.client.login.Sessions;
import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.screen.SlashCommand;
import chatd.client.screen.TypedLine;
import chatd.client.talk.ChatSession;
import chatd.client.talk.KnownUsers;
import chatd.client.talk.NotConnected;
import chatd.client.talk.item.HistoryScope;
import chatd.client.talk.item.Item;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.value.Secret;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what a person types, one line after the other on the user's thread, while the session's threads show what
 * arrives.
 */
public final class Repl {
    private static final int MAX_LISTED = 100;

    /** Minimum interval between notifications that something is being typed: the server relays no more. */
    private static final long TYPING_NANOS = 3_000_000_000L;

    private final Screen screen;
    private final Presenter presenter;
    private final Dialogue dialogue;
    private final Sessions sessions;
    private final RunningTransfers running;
    private final FileActions files;
    private final ChatJsonActions more;
    private final GroupActions groups;
    private final SettingsActions settings;
    private final DirectActions direct;
    private final Target target;
    private final MessageActions messages;

    /** The session; null before the first login. */
    private volatile @Nullable ChatSession session;

    /** What was typed and could not be sent; the next prompt starts with it. */
    private String unsent = "";

    private volatile long lastTyping;

    private final Object working = new Object();

    /** The user's thread while it carries out a line; null while it does not. Guarded by {@code working}. */
    @GuardedBy("working")
    private @Nullable Thread worker;

    /** Whether the line being read was begun under another prompt, so that Enter must not send it yet. */
    private volatile boolean isHeld;

    /** Whether ↑ corrects the last text sent, rather than bringing back the last line, which was not sent. */
    private volatile boolean corrects;

    public Repl(Screen screen, Presenter presenter, Dialogue dialogue, Sessions sessions, Path downloads) {
        this.screen = screen;
        this.presenter = presenter;
        this.dialogue = dialogue;
        this.sessions = sessions;
        this.running = new RunningTransfers(screen, presenter);
        this.more = new ChatJsonActions(screen, presenter);
        this.groups = new GroupActions(presenter);
        this.settings = new SettingsActions(screen, presenter);
        this.direct = new DirectActions(screen, presenter, downloads, running, this::onTargetChanged);
        this.target = new Target(screen, presenter, direct, this::session);
        this.files = new FileActions(screen, presenter, downloads, running, target::shortened);
        this.messages = new MessageActions(screen, presenter, target, more);
        presenter.onRename(target::renamed);
    }

    /** Returns the names that can be completed, those online first. Any thread. */
    public List<String> names() {
        ChatSession now = session;
        if (now == null) {
            return List.of();
        }
        Stream<String> users = Stream.of(true, false).flatMap(online -> now.knownUsers().who(online).stream());
        return Stream.concat(
                        users, ResumedSession.of(now).stream().flatMap(numbered -> groups.words(numbered).stream()))
                .toList();
    }

    private ChatSession session() {
        return Objects.requireNonNull(session);
    }

    /**
     * Returns the session with what {@code chat/1} does not carry.
     *
     * @throws ClientFailure if the connection speaks {@code chat/1}
     */
    private ResumedSession numbered() {
        return ResumedSession.require(session());
    }

    /**
     * Logs in and runs the session until the user leaves.
     *
     * @param given the password; if empty, the user is asked for it
     * @param to the initial recipients, as with {@code /to}; empty for nobody
     */
    public void run(Optional<Secret> given, String to) throws IOException, InterruptedException {
        screen.onInterrupt(this::onInterrupt);
        screen.onTyping(this::notifyTyping);
        screen.onUp(this::correction);
        logIn(given);
        if (!to.isEmpty()) {
            execute("/to " + to);
        }
        boolean wasWarned = false;
        while (true) {
            Optional<String> line = read();
            if (line.isPresent() && handleLine(line.get())) {
                wasWarned = false;
            } else if (wasWarned || !warnOfTransfers()) {
                break;
            } else {
                wasWarned = true;
            }
        }
        running.cancelAll();
        direct.leave();
        for (Item item : session().leave()) {
            presenter.notice("It is not known whether this was stored: " + item.text());
        }
    }

    /** Handles a line; returns false if it leaves the program. */
    private boolean handleLine(String line) {
        if (!session().isEnded()) {
            return execute(line);
        }
        if (TypedLine.of(line) instanceof TypedLine.Quit) {
            return false;
        }
        handleLineWhenEnded(line);
        return true;
    }

    /** Warns of running transfers, which leaving would cancel; returns whether there are any. */
    private boolean warnOfTransfers() {
        int count = running.count();
        if (count > 0) {
            presenter.notice((count == 1 ? "A file is" : count + " files are")
                    + " under way, and would be cancelled. /files lists them; leave again to leave anyway.");
        }
        return count > 0;
    }

    /** Interrupts the line that is being carried out; returns whether there is one. */
    private boolean interruptWorker() {
        synchronized (working) {
            if (worker != null) {
                worker.interrupt();
            }
            return worker != null;
        }
    }

    /** Handles Ctrl-C while an operation blocks: stops waiting for the server's answer. */
    private void onInterrupt() {
        ChatSession now = session;
        if (now != null && now.isNumbered() && (interruptWorker() || now.isConnected())) {
            return;
        }
        if (now != null && now.isConnected()) {
            now.cut("Cancelled by closing the connection.");
        } else {
            System.exit(ClientFailure.INTERRUPTED);
        }
    }

    /** Notifies the recipient that something is being typed. */
    private void notifyTyping() {
        List<String> to = target.names();
        long now = System.nanoTime();
        if (direct.isTarget()) {
            if (now - lastTyping > TYPING_NANOS) {
                lastTyping = now;
                direct.typing();
            }
        } else if (to != null
                && to.size() == 1
                && session != null
                && session.isNumbered()
                && now - lastTyping > TYPING_NANOS) {
            lastTyping = now;
            // Not on the thread that reads the keys: it may block.
            Thread.startVirtualThread(() -> session().typing(to.getFirst()));
        }
    }

    /** Returns the command that corrects the last text sent from here; empty if there is none. */
    private String correction() {
        Item last = messages.lastOwn();
        return !corrects || last == null || last.isFile() || !session().isNumbered()
                ? ""
                : TypedLine.correcting(last.number(), last.text());
    }

    private Optional<String> read() {
        String left = unsent;
        unsent = "";
        isHeld = false;
        Optional<String> line = screen.read(target.prompt() + "> ", left);
        List<String> with = target.names();
        if (with != null && !direct.isTarget()) {
            // The user is present and in this conversation, so they have seen what was shown.
            session().markShown(with);
        }
        return line;
    }

    /** Shows the new recipients in the prompt; what was typed already is not sent to them by one Enter. */
    private void onTargetChanged() {
        isHeld = screen.changePrompt(target.prompt() + "> ");
    }

    /** Handles a line typed after the session has ended: an empty one logs in again. */
    private void handleLineWhenEnded(String line) {
        if (!screen.isInteractive()) {
            throw new ClientFailure(ClientFailure.NO_SERVER, "The session has ended; not sent: " + line);
        }
        if (!line.isBlank()) {
            presenter.notice(
                    "Not sent, since the session has ended; ↑ brings it back. Press Enter alone to log in again.");
            return;
        }
        try {
            logIn(Optional.empty());
        } catch (ClientFailure e) {
            presenter.notice(e.text() + " Press Enter to try again, Ctrl-D to leave.");
        }
    }

    private void logIn(Optional<Secret> given) {
        Dialogue.LoginResult entered = dialogue.logIn(given);
        SessionEvent.Welcome in = entered.in().welcome();
        String last = in.lastLogin()
                .map(time -> "Your last login was on " + presenter.time(time) + ".")
                .orElse("This is your first login.");
        String me = in.name().isEmpty() ? dialogue.user() : in.name();
        target.me(me);
        presenter.setUserName(me);
        presenter.notice("Welcome, " + me + ". " + last
                + (in.displaced() ? " The session that you had elsewhere was ended." : "")
                + (target.names() == null ? " /to NAME picks whom you talk to, /help lists the rest." : ""));
        ChatSession begun = sessions.beginAgain(session, entered.in(), entered.password());
        session = begun;
        ResumedSession.of(begun).ifPresent(numbered -> {
            presenter.setNotices(numbered::notices);
            presenter.setLabels(numbered::label);
            direct.listen(numbered);
        });
    }

    /** Executes a typed line, which Ctrl-C interrupts; returns false to leave. */
    private boolean execute(String line) {
        synchronized (working) {
            worker = Thread.currentThread();
        }
        try {
            return carryOut(line);
        } catch (InterruptedException e) {
            presenter.notice("Stopped. The server may have done it all the same.");
            return true;
        } finally {
            synchronized (working) {
                worker = null;
                // The interrupt may have come after the line was done.
                Thread.interrupted();
            }
        }
    }

    private boolean carryOut(String line) throws InterruptedException {
        TypedLine typedLine = TypedLine.of(line);
        corrects = !(typedLine instanceof TypedLine.ParseError);
        try {
            Optional<ResumedSession> numbered = ResumedSession.of(session());
            if (numbered.isPresent() && direct.answers(numbered.get(), line.strip())) {
                return true;
            }
            return execute(typedLine);
        } catch (NotConnected e) {
            boolean isText = switch (typedLine) {
                case TypedLine.Say _ -> true;
                case TypedLine.Send _ -> true;
                case TypedLine.Reply _ -> true;
                case TypedLine.Answer _ -> true;
                case TypedLine.Correct _ -> true;
                default -> false;
            };
            presenter.notice("There is no connection at the moment; nothing was sent."
                    + (isText ? " It stays in the line; Ctrl-C clears it." : ""));
            unsent = isText && screen.isInteractive() ? line : "";
            session().reconnectNow();
        } catch (IOException e) {
            if (session().isConnected()) {
                presenter.notice("It failed: " + e.getMessage());
            }
        } catch (UnknownServer e) {
            presenter.notice("The server's identity can no longer be verified. Nothing was sent.");
        } catch (IllegalArgumentException | ClientFailure e) {
            presenter.notice(String.valueOf(e.getMessage()));
        }
        return true;
    }

    private boolean execute(TypedLine typedLine) throws IOException, InterruptedException, UnknownServer {
        switch (typedLine) {
            case TypedLine.Blank nothing -> session().reconnectNow();
            case TypedLine.Say(String text)
            when isHeld -> {
                presenter.notice(
                        "What you type goes to " + target.prompt() + " now. Nothing was sent; Enter sends it there.");
                unsent = text;
            }
            case TypedLine.Say(String text) when direct.isTarget() -> direct.say(text);
            case TypedLine.Reply(String text) when direct.isTarget() -> direct.say(text);
            case TypedLine.Answer(long number, String text)
            when number == 0 && direct.isTarget() -> direct.answer(text);
            case TypedLine.Direct(List<String> names) -> call(names);
            case TypedLine.SendDirectly(List<Path> paths) -> direct.send(paths);
            case TypedLine.EndDirect end -> direct.end();
            case TypedLine.Say(String text)
            when target.names() == null -> {
                corrects = false;
                presenter.notice(
                        "To whom? /to NAME picks whom you talk to, /all everyone. Nothing was sent; ↑ brings it"
                                + " back.");
            }
            case TypedLine.Say(String text) -> setCorrects(messages.say(session(), target.names(), text, 0, false));
            case TypedLine.SetTarget(List<String> names) -> {
                direct.turnAway();
                target.switchTo(names);
            }
            case TypedLine.Send(List<String> names, String text) ->
                setCorrects(messages.say(session(), names, text, 0, true));
            case TypedLine.Reply(String text) -> setCorrects(messages.reply(session(), text));
            case TypedLine.Answer(long number, String text) -> setCorrects(messages.answer(numbered(), number, text));
            case TypedLine.Correct(long number, String text) -> messages.correct(numbered(), number, text);
            case TypedLine.Back(long number) -> messages.takeBack(numbered(), number);
            case TypedLine.React(long number, String code, boolean on) -> messages.react(numbered(), number, code, on);
            case TypedLine.SendFiles(List<String> names, List<Path> paths, boolean picture) -> {
                if (direct.isTarget()) {
                    presenter.notice("Sending through the server; /send PATH sends directly.");
                }
                List<String> known = target.resolve(names);
                if (known.size() < names.size()) {
                    presenter.notice("Nothing was sent.");
                } else {
                    files.send(session(), known, paths, picture);
                }
            }
            case TypedLine.Files listed -> running.list();
            case TypedLine.Cancel(int number) -> running.cancel(number);
            case TypedLine.Fetch(long file) -> files.fetch(session(), file);
            case TypedLine.Open(long file) -> files.open(numbered(), file);
            case TypedLine.History(HistoryScope scope, Optional<String> since, long count)
            when since.isEmpty() && !session().isNumbered() -> session().history(scope, count);
            case TypedLine.History(HistoryScope scope, Optional<String> since, long count) ->
                more.history(numbered(), scope, since, count);
            case TypedLine.Find(String words) -> more.find(numbered(), words);
            case TypedLine.Around(long number) -> messages.around(numbered(), number);
            case TypedLine.HistoryPage(boolean isOlder, long count) -> more.history(numbered(), isOlder, count);
            case TypedLine.Unread unread -> more.unread(numbered());
            case TypedLine.Next next -> more.next(numbered()).ifPresent(target::set);
            case TypedLine.Who(String part) -> who(part);
            case TypedLine.Group(String what, String rest) ->
                groups.execute(numbered(), what, rest, target.names()).ifPresent(target::set);
            case TypedLine.Report(long number, String why) -> {
                numbered().amendments().report(number, why);
                presenter.notice("Message #" + number + " was reported to the administrators.");
            }
            case TypedLine.Friends friends -> more.friends(numbered());
            case TypedLine.Friend(String name, String text) -> more.befriend(numbered(), name, text);
            case TypedLine.Unfriend(String name) -> more.unfriend(numbered(), name);
            case TypedLine.Ignore(Optional<String> name) -> ignore(name);
            case TypedLine.Block(String name, boolean on) -> more.block(numbered(), name, on);
            case TypedLine.Notify(String with, String what) -> more.notices(numbered(), with, what);
            case TypedLine.OwnSessions(String end) -> more.sessions(numbered(), end);
            case TypedLine.Set(List<String> words) -> settings.set(session(), words);
            case TypedLine.Rename(String name) -> numbered().rename(name);
            case TypedLine.Password password -> changePassword();
            case TypedLine.Register(String name) -> dialogue.register(name);
            case TypedLine.Help(String text) -> presenter.page(text, SlashCommand.HELP_INDENT);
            case TypedLine.ParseError(String text) ->
                presenter.notice(text
                        + (direct.isTarget() && text.contains("/file ") ? "; /send PATH sends files directly." : ""));
            case TypedLine.Logout logout -> {
                session().forgetDevice();
                dialogue.forget();
                if (!session().isConnected()) {
                    presenter.notice(
                            "There is no connection: the key is deleted here, and the server forgets this device"
                                    + " when nobody has used it for a while, or by /sessions from elsewhere.");
                }
                return false;
            }
            case TypedLine.Quit quit -> {
                return false;
            }
        }
        return true;
    }

    /** @param isSent false if nothing was sent: ↑ brings the line back then */
    private void setCorrects(boolean isSent) {
        corrects = isSent;
    }

    private void call(List<String> names) throws IOException, InterruptedException {
        List<String> known = names.isEmpty() ? names : target.resolve(names);
        if (known.size() < names.size()) {
            presenter.notice("Nobody was called.");
        } else {
            direct.call(numbered(), known);
        }
    }

    private void who(String part) throws IOException, InterruptedException {
        KnownUsers contacts = session().knownUsers();
        List<String> wanted = part.isEmpty() ? contacts.names() : session().matching(part);
        for (boolean online : new boolean[] {true, false}) {
            List<String> names =
                    contacts.who(online).stream().filter(wanted::contains).toList();
            if (!names.isEmpty() || online) {
                String how =
                        names.size() > MAX_LISTED ? " and " + (names.size() - MAX_LISTED) + " more (/who PART)" : "";
                presenter.notice((online ? "Online" : "Offline") + ": "
                        + (names.isEmpty()
                                ? "nobody"
                                : names.stream().limit(MAX_LISTED).collect(Collectors.joining(", ")))
                        + how);
            }
        }
        if (!session().isConnected()) {
            presenter.notice("This is as it was before the connection was lost.");
        }
    }

    private void ignore(Optional<String> name) throws IOException, InterruptedException, UnknownServer {
        if (name.isEmpty()) {
            settings.ignored(session());
        } else if (name.get().equals(target.me())) {
            presenter.notice("That is you. Nothing was changed.");
        } else if (session().preferences().ignored().contains(name.get())
                || !target.resolve(List.of(name.get())).isEmpty()) {
            settings.ignore(session(), name.get());
        }
    }

    private void changePassword() throws IOException, InterruptedException {
        Optional<Secret> old = screen.readSecret("Old password: ").map(Secret::of);
        Optional<Secret> chosen = old.isEmpty() ? Optional.empty() : dialogue.chooseNewPassword(old);
        if (chosen.isEmpty()) {
            presenter.notice("The password was not changed.");
            return;
        }
        ChatSession.Verdict verdict = session().changePassword(old.get(), chosen.get());
        if (verdict == ChatSession.Verdict.CHANGED) {
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
