package chatd.client.repl;

import chatd.client.direct.AnsweredText;
import chatd.client.direct.DirectCall;
import chatd.client.direct.DirectSession;
import chatd.client.direct.FileOffer;
import chatd.client.input.SizeLimits;
import chatd.client.net.ClientFailure;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.item.Item;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.direct.DirectKind;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A direct session as a person has it: calls, answers, texts, the end. There is one at a time. What is typed comes on the
 * user's thread, what others do on that of the session or of the server's connection; the state is guarded by this object.
 * With its lock held things are shown, which takes the screen's: so what the screen calls while it reads takes no lock.
 */
final class DirectTalk {
    /** How others are named that a text went to directly. */
    private static final String DIRECT = "(direct)";

    /** The line by which the end is asked for. */
    private static final String END = "END";

    /** After how long a question to end is taken as agreed to. */
    private static final int END_SECONDS = 60;

    /** Maximum number of calls that wait for an answer; further ones ring unseen until they end. */
    private static final int MOST_RINGING = 8;

    /** Maximum number of texts that are remembered, to show what an answer is to. */
    private static final int MOST_REMEMBERED = 200;

    private static final String ALONE = "You are in no direct session; /direct NAME asks for one.";

    private final Screen screen;
    private final Presenter presenter;
    private final Clock clock = Clock.systemUTC();

    /** Calls that wait for an answer, the oldest first. */
    @GuardedBy("this")
    private final Deque<DirectEvent.Called> ringing = new ArrayDeque<>();

    private volatile @Nullable Current current;

    /** Whether plain text goes to the direct session. */
    private volatile boolean isTarget;

    private final Path downloads;
    private final RunningTransfers running;
    private final Runnable turned;

    /**
     * @param downloads where files are saved
     * @param turned called when plain text goes elsewhere from now on, without the user having said so; on any thread
     */
    DirectTalk(Screen screen, Presenter presenter, Path downloads, RunningTransfers running, Runnable turned) {
        this.downloads = downloads;
        this.running = running;
        this.screen = screen;
        this.presenter = presenter;
        this.turned = turned;
    }

    /** The session that there is: called, or being talked in. */
    private final class Current implements DirectSession.Listener {
        final ResumedSession by;
        /** Whether it is with several, so that leaving needs no answer. */
        final boolean isGroup;

        final DirectCall call;
        final DirectSession direct;
        final DirectFiles files;

        /** Those who were called, as they are shown; empty if this side was called. */
        final String called;

        /** Those who are in it, by their numbers: a name can change. */
        final Set<Long> others = new LinkedHashSet<>();

        /** The texts that were said last, for answers to them. */
        final Map<AnsweredText, Item> texts = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<AnsweredText, Item> eldest) {
                return size() > MOST_REMEMBERED;
            }
        };

        /** The text that another said last. */
        @Nullable
        AnsweredText last;

        /** The number of this side's user, once it was introduced. */
        long own;

        boolean wasConnected;
        boolean isAsked;
        boolean asks;

        Current(ResumedSession by, String number, boolean isGroup, String called) throws IOException {
            this.called = called;
            this.by = by;
            this.isGroup = isGroup;
            this.call = new DirectCall(by.calls(), number, this);
            this.direct = call.session();
            this.files = new DirectFiles(presenter, downloads, running, direct, this::name);
        }

        String who() {
            return others.isEmpty() ? called : others.stream().map(this::name).collect(Collectors.joining(", "));
        }

        private String name(long user) {
            return by.calls().name(user);
        }

        /** Shows something if this is still the session. */
        private void tell(String text) {
            if (this.equals(current)) {
                presenter.notice(text);
            }
        }

        @Override
        public void connected(long user, boolean isAgain) {
            synchronized (DirectTalk.this) {
                if (!this.equals(current)) {
                    return;
                }
                boolean turns = !wasConnected;
                wasConnected = true;
                tell(
                        isAgain
                                ? "The direct connection to " + name(user) + " is back."
                                : "Connected to " + name(user)
                                        + " directly, encrypted from end to end (TLS 1.3 over QUIC,"
                                        + " both keys as the server introduced them). What you type now goes there and is"
                                        + " kept nowhere; /to NAME talks by the server, /direct comes back, /end leaves.");
                if (turns) {
                    isTarget = true;
                    turned.run();
                }
            }
        }

        @Override
        public void said(long user, long number, String text, @Nullable AnsweredText answered) {
            synchronized (DirectTalk.this) {
                if (this.equals(current)) {
                    last = new AnsweredText(user, number);
                    show(last, item(name(user), false, text, answered), answered);
                }
            }
        }

        /** Shows a text, and remembers it, so that it can be answered. */
        void show(AnsweredText its, Item item, @Nullable AnsweredText answered) {
            texts.put(its, item);
            presenter.said(item, answered == null ? null : texts.get(answered));
        }

        @Override
        public void typing(long user) {
            presenter.typing(name(user) + " " + DIRECT);
        }

        @Override
        public void endRequested(long user) {
            synchronized (DirectTalk.this) {
                if (isGroup || isAsked) {
                    return;
                }
                isAsked = true;
                tell(name(user) + " wants to end the direct session. y ends it, n goes on; after " + END_SECONDS
                        + " s it ends.");
                later(() -> {
                    if (isAsked) {
                        answerEnd(this, true);
                    }
                });
            }
        }

        @Override
        public void answeredEnd(long user, boolean agrees) {
            synchronized (DirectTalk.this) {
                if (!asks) {
                    return;
                }
                if (agrees) {
                    close(this, hasLeft(user), "");
                } else {
                    asks = false;
                    tell(name(user) + " goes on.");
                }
            }
        }

        @Override
        public void left(long user) {
            synchronized (DirectTalk.this) {
                gone(this, user, hasLeft(user), "");
            }
        }

        /** Returns the sentence that a side has left, whether it or the server says so first, or the answer to a question. */
        private String hasLeft(long user) {
            if (asks) {
                return name(user) + " agrees. The direct session is closed.";
            }
            return name(user) + (isGroup ? " has left the direct session." : " has closed the direct session.");
        }

        @Override
        public void offers(long user, FileOffer offer) {
            synchronized (DirectTalk.this) {
                if (this.equals(current)) {
                    files.offers(user, offer);
                } else {
                    offer.decline();
                }
            }
        }

        @Override
        public void lost(long user) {
            synchronized (DirectTalk.this) {
                tell("The direct connection to " + name(user) + " is lost; looking for a way again.");
            }
        }

        @Override
        public void searchStarted(long user) {
            call.renew();
        }

        @Override
        public void unreachable(long user, String why) {
            synchronized (DirectTalk.this) {
                gone(
                        this,
                        user,
                        "No way to " + name(user) + " was found within 10 s. " + why + " /msg " + name(user)
                                + " TEXT goes by the server.",
                        DirectCall.UNREACHABLE);
            }
        }

        /** Does something after a time, if this is still the session. */
        private void later(Runnable what) {
            CompletableFuture.delayedExecutor(END_SECONDS, TimeUnit.SECONDS).execute(() -> {
                synchronized (DirectTalk.this) {
                    if (this.equals(current)) {
                        what.run();
                    }
                }
            });
        }
    }

    /** Listens to calls of a session, from now on. */
    void listen(ResumedSession session) {
        session.calls().listen(event -> take(session, event));
    }

    /** Returns the prompt while plain text goes to the direct session; empty otherwise. */
    synchronized Optional<String> prompt() {
        Current now = current;
        return now == null || !isTarget ? Optional.empty() : Optional.of("(direct: " + now.who() + ")");
    }

    /** Returns whether plain text goes to the direct session. Takes no lock. */
    boolean isTarget() {
        return isTarget && current != null;
    }

    /** Has plain text go elsewhere; the session goes on. */
    synchronized void turnAway() {
        isTarget = false;
    }

    private Item item(String sender, boolean isMine, String text, @Nullable AnsweredText answered) {
        long to = answered == null ? 0 : answered.number();
        return Item.direct(sender, isMine, List.of(DIRECT), text, to, clock.instant());
    }

    /** Calls users, or a group; without names, goes back to the session that there is. Blocks. */
    void call(ResumedSession session, List<String> to) throws IOException, InterruptedException {
        Current its;
        synchronized (this) {
            Current now = current;
            if (to.isEmpty()) {
                presenter.notice(now == null ? ALONE : "What you type goes to " + now.who() + " directly.");
                isTarget = now != null;
                return;
            }
            if (now != null) {
                throw new ClientFailure(
                        ClientFailure.FAILED, "You are in a direct session with " + now.who() + "; /end ends it.");
            }
            String called = to.stream().map(session::label).collect(Collectors.joining(", "));
            its = new Current(
                    session,
                    DirectCall.newNumber(),
                    to.size() > 1 || session.calls().isGroup(to.getFirst()),
                    called);
            current = its;
        }
        try {
            presenter.notice(
                    "Calling " + its.called + ". Whoever accepts learns the addresses of this machine. /end gives up.");
            its.call.call(to, DirectKind.CHAT);
        } catch (IOException | InterruptedException | RuntimeException e) {
            forget(its);
            throw e;
        }
    }

    private void forget(Current its) {
        its.call.close();
        turnFrom(its);
    }

    private synchronized void turnFrom(Current its) {
        if (its.equals(current)) {
            current = null;
            if (isTarget) {
                isTarget = false;
                turned.run();
            }
        }
    }

    /** Takes what the server says of calls. On the reading thread: does not block. */
    private synchronized void take(ResumedSession session, DirectEvent event) {
        Current now = current;
        Current its = now != null && now.call.concerns(event) ? now : null;
        if (its != null) {
            its.call.handle(event);
        }
        switch (event) {
            case DirectEvent.Called called -> rings(session, called);
            case DirectEvent.Introduced introduced -> {
                if (its != null) {
                    its.own = introduced.to();
                    its.others.add(introduced.user());
                    presenter.notice("Looking for a way to " + introduced.name() + "…");
                }
            }
            case DirectEvent.CandidatesChanged _ -> {}
            case DirectEvent.Declined declined -> {
                if (its != null) {
                    String name = its.name(declined.user());
                    String text = switch (declined.reason()) {
                        case "unanswered" -> name + " does not answer.";
                        case "offline" -> name + " is not online where calls can be taken.";
                        default -> name + " declines.";
                    };
                    presenter.notice(text);
                }
            }
            case DirectEvent.Cancelled cancelled -> {
                if (stopsRinging(cancelled.session())) {
                    presenter.notice(session.calls().name(cancelled.user()) + " has given up the call.");
                }
            }
            case DirectEvent.Ended ended -> ended(ended, its);
        }
    }

    @GuardedBy("this")
    private void rings(ResumedSession session, DirectEvent.Called called) {
        if (ringing.size() >= MOST_RINGING) {
            return;
        }
        ringing.add(called);
        String others = called.others().isEmpty()
                ? ""
                : " with " + called.others().stream().map(session.calls()::name).collect(Collectors.joining(", "));
        String where = Addressee.isGroup(called.to()) ? " in " + session.calls().name(called.to()) : "";
        String what =
                called.kind() == DirectKind.FILE ? "wants to send you files directly" : "asks for a direct session";
        presenter.notice(called.name() + " " + what + where + others
                + ".\nYour machines would connect directly, and nothing"
                + " is kept. The other side learns your addresses: " + addresses() + ".\ny agrees, n declines.");
        screen.ring(true, false, called.name(), what);
    }

    private static String addresses() {
        List<String> own = DirectSession.ownAddresses();
        return (own.isEmpty() ? "" : String.join(", ", own) + ", and ") + "the one from which the server sees it";
    }

    @GuardedBy("this")
    private boolean stopsRinging(String number) {
        for (Iterator<DirectEvent.Called> each = ringing.iterator(); each.hasNext(); ) {
            if (each.next().session().equals(number)) {
                each.remove();
                return true;
            }
        }
        return false;
    }

    @GuardedBy("this")
    private void ended(DirectEvent.Ended ended, @Nullable Current its) {
        if (stopsRinging(ended.session())) {
            presenter.notice(
                    ended.reason().equals("unanswered")
                            ? "The call was not answered."
                            : "The call was answered elsewhere.");
        } else if (its != null && ended.reason().equals("crossed")) {
            // Both want it: the other's call stands, and is in what rings.
            presenter.notice("You called each other at the same time; y takes the other's call.");
            forget(its);
        } else if (its != null && its.by.isMe(ended.user())) {
            // Nobody has taken the call.
            forget(its);
        } else if (its != null && !ended.reason().equals(DirectCall.UNREACHABLE)) {
            gone(its, ended.user(), its.hasLeft(ended.user()), "");
        }
    }

    /** Takes a side out of the session; the session is over when nobody is left. */
    private void gone(Current its, long user, String text, String reason) {
        if (!its.equals(current) || !its.others.remove(user)) {
            return;
        }
        its.direct.remove(user);
        if (its.others.isEmpty()) {
            close(its, text, reason);
        } else {
            presenter.notice(text);
        }
    }

    /**
     * Takes a line that answers a question of a direct session.
     *
     * @return whether it was one
     */
    boolean answers(ResumedSession session, String line) throws IOException, InterruptedException {
        boolean agrees = line.equalsIgnoreCase("y");
        if (!agrees && !line.equalsIgnoreCase("n")) {
            return false;
        }
        DirectEvent.Called called;
        synchronized (this) {
            Current now = current;
            if (now != null && now.isAsked) {
                answerEnd(now, agrees);
                return true;
            }
            if (now != null && now.files.answer(agrees)) {
                return true;
            }
            called = ringing.peek();
            if (called == null) {
                return false;
            }
            if (agrees && now != null) {
                presenter.notice("You are in a direct session with " + now.who() + "; /end ends it, then y agrees.");
                return true;
            }
            ringing.remove();
        }
        if (agrees) {
            accept(session, called);
        } else {
            session.calls().decline(called.session());
            presenter.notice("You have declined.");
        }
        return true;
    }

    private void accept(ResumedSession session, DirectEvent.Called called) throws IOException, InterruptedException {
        Current its;
        synchronized (this) {
            its = new Current(session, called.session(), !called.others().isEmpty(), called.name());
            current = its;
        }
        try {
            its.call.accept();
        } catch (IOException | InterruptedException | RuntimeException e) {
            forget(its);
            throw e;
        }
    }

    private void answerEnd(Current its, boolean agrees) {
        its.isAsked = false;
        its.direct.answerEnd(agrees);
        if (agrees) {
            close(its, "The direct session is closed.", "");
        } else {
            presenter.notice("You go on.");
        }
    }

    /** Says a text to all in the session; the line END asks for its end. Blocks for a moment. */
    void say(String text) throws IOException, InterruptedException {
        Current now;
        synchronized (this) {
            now = current;
            if (now != null && text.equals(END)) {
                askToEnd(now);
                return;
            }
        }
        say(now, text, null);
    }

    /** Answers the text that another said last. Blocks for a moment. */
    void answer(String text) throws IOException, InterruptedException {
        Current now;
        AnsweredText last;
        synchronized (this) {
            now = current;
            last = now == null ? null : now.last;
        }
        if (last == null) {
            presenter.notice("Nothing was said here yet that could be answered. Nothing was sent.");
        } else {
            say(now, text, last);
        }
    }

    private void say(@Nullable Current now, String text, @Nullable AnsweredText answered)
            throws IOException, InterruptedException {
        if (now == null) {
            presenter.notice(ALONE);
            return;
        }
        synchronized (this) {
            if (!now.wasConnected) {
                presenter.notice("There is no direct connection yet. Nothing was sent; ↑ brings it back.");
                return;
            }
        }
        SizeLimits.check(text);
        DirectSession.Said said = now.direct.say(text, answered);
        synchronized (this) {
            now.show(new AnsweredText(now.own, said.number()), item(now.by.name(), true, text, answered), answered);
        }
        for (long user : said.left()) {
            presenter.notice("Not sent to " + now.name(user) + ": too much waits for the connection.");
        }
    }

    /** Begins to send files to all in the session, one after the other. */
    void send(List<Path> paths) throws IOException, InterruptedException {
        Current now = current;
        if (now == null) {
            presenter.notice(ALONE);
        } else {
            now.files.send(paths);
        }
    }

    private void askToEnd(Current its) {
        if (its.isGroup || !its.wasConnected) {
            close(its, "You have left the direct session.", "");
            return;
        }
        its.asks = true;
        its.direct.askToEnd();
        presenter.notice("Asked " + its.who() + " to end the direct session; /end ends it at once.");
        its.later(() -> {
            if (its.asks) {
                close(its, its.who() + " has not answered. The direct session is closed.", "");
            }
        });
    }

    /** Ends the session at once, or gives up the call. */
    synchronized void end() {
        Current now = current;
        if (now == null) {
            presenter.notice(ALONE);
        } else {
            close(now, now.wasConnected ? "The direct session is closed." : "The call is given up.", "");
        }
    }

    /** Leaves the session, as the program ends: without a word to the user. Blocks until the others were told. */
    void leave() {
        Current now;
        synchronized (this) {
            now = current;
            current = null;
        }
        if (now != null) {
            now.call.close();
            now.direct.awaitClosed();
        }
    }

    /** Tells the others in the session that something is being typed. Takes no lock. */
    void typing() {
        Current now = current;
        if (now != null && isTarget) {
            now.direct.typing();
        }
    }

    private void close(Current its, String text, String reason) {
        if (!its.equals(current)) {
            return;
        }
        presenter.notice(text);
        turnFrom(its);
        its.call.end(reason);
    }
}
