package chatd.client;

import chatd.client.direct.DirectSession;
import chatd.client.direct.FileOffer;
import chatd.client.net.ClientFailure;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.Download;
import chatd.client.talk.FileToSend;
import chatd.client.talk.Item;
import chatd.client.talk.resume.Calls;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.DirectKind;
import chatd.protocol.value.Endpoint;
import chatd.text.SafeText;
import chatd.text.Size;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
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

    /** Maximum number of files that wait for an answer; further ones are declined. */
    private static final int MOST_OFFERED = 8;

    /** The reason, to the server and the other, for an end without a connection. */
    private static final String UNREACHABLE = "unreachable";

    private static final String ALONE = "You are in no direct session; /direct NAME asks for one.";

    private final Screen screen;
    private final Presenter presenter;
    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();

    /** Calls that wait for an answer, the oldest first. */
    private final Deque<DirectEvent.Called> ringing = new ArrayDeque<>();

    private volatile @Nullable Current current;

    /** The user's thread while it sends files; null while it does not, or when that was cancelled. */
    private volatile @Nullable Thread sending;

    /** Whether plain text goes to the direct session. */
    private volatile boolean isTarget;

    private final Path downloads;
    private final Runnable turned;

    /**
     * @param downloads where files are saved
     * @param turned called when plain text goes elsewhere from now on, without the user having said so; on any thread
     */
    DirectTalk(Screen screen, Presenter presenter, Path downloads, Runnable turned) {
        this.downloads = downloads;
        this.screen = screen;
        this.presenter = presenter;
        this.turned = turned;
    }

    /** The session that there is: called, or being talked in. */
    private final class Current implements DirectSession.Listener {
        final ResumedSession by;
        final String number;
        final String me;
        /** Whether it is with several, so that leaving needs no answer. */
        final boolean isGroup;

        final DirectSession direct;

        /** Those who were called, as they are shown; empty if this side was called. */
        final String called;

        /** Those who are in it. */
        final Map<Long, String> others = new LinkedHashMap<>();

        /** Files that wait for an answer, the oldest first. */
        final Deque<Offered> offered = new ArrayDeque<>();

        /** The files that were agreed to: they go on without a question. */
        final Set<String> agreed = new HashSet<>();

        boolean wasConnected;
        boolean isAsked;
        boolean asks;

        Current(ResumedSession by, String number, boolean isGroup, String called) throws IOException {
            this.called = called;
            this.by = by;
            this.number = number;
            this.me = by.name();
            this.isGroup = isGroup;
            this.direct = new DirectSession(number, this);
        }

        String who() {
            return others.isEmpty() ? called : String.join(", ", others.values());
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
        public void said(long user, String text) {
            synchronized (DirectTalk.this) {
                if (this.equals(current)) {
                    presenter.said(item(name(user), false, text));
                }
            }
        }

        @Override
        public void typing(long user) {
            presenter.typing(name(user) + " " + DIRECT);
        }

        @Override
        public void asksToEnd(long user) {
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
                if (!this.equals(current) || offered.size() >= MOST_OFFERED) {
                    offer.decline();
                } else if (agreed.contains(offer.key())) {
                    receive(this, new Offered(user, offer));
                } else {
                    offered.add(new Offered(user, offer));
                    tell(name(user) + " wants to send you " + shown(offer) + ". y takes it, n declines.");
                }
            }
        }

        @Override
        public void lost(long user) {
            synchronized (DirectTalk.this) {
                tell("The direct connection to " + name(user) + " is lost; looking for a way again.");
            }
            Thread.startVirtualThread(() -> {
                try {
                    by.calls().change(number, direct.endpoint(by.calls().udp()).candidates());
                } catch (IOException | ClientFailure e) {
                    // The addresses of before are tried.
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        @Override
        public void unreachable(long user, String why) {
            synchronized (DirectTalk.this) {
                gone(
                        this,
                        user,
                        "No way to " + name(user) + " was found within 10 s. " + why + " /msg " + name(user)
                                + " TEXT goes by the server.",
                        UNREACHABLE);
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

    private Item item(String sender, boolean isMine, String text) {
        return new Item(sender, isMine, clock.instant(), false, text, null, Optional.of(List.of(DIRECT)));
    }

    private String newNumber() {
        byte[] number = new byte[16];
        random.nextBytes(number);
        return HexFormat.of().formatHex(number);
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
                        ClientFailure.NO, "You are in a direct session with " + now.who() + "; /end ends it.");
            }
            String called = to.stream().map(session::label).collect(Collectors.joining(", "));
            its = new Current(session, newNumber(), to.size() > 1 || isGroup(to.getFirst()), called);
            current = its;
        }
        try {
            Endpoint own = its.direct.endpoint(session.calls().udp());
            presenter.notice(
                    "Calling " + its.called + ". Who accepts learns the addresses of this machine; /end gives up.");
            session.calls().call(to, DirectKind.CHAT, its.number, own);
        } catch (IOException | InterruptedException | RuntimeException e) {
            forget(its);
            throw e;
        }
    }

    private static boolean isGroup(String recipient) {
        return recipient.matches(".*\\(G\\d+\\)|[Gg]\\d+");
    }

    private synchronized void forget(Current its) {
        its.direct.close();
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
        Current its = now != null && now.number.equals(event.session()) ? now : null;
        switch (event) {
            case DirectEvent.Called called -> rings(session, called);
            case DirectEvent.Introduced introduced -> {
                if (its != null) {
                    its.others.put(introduced.user(), introduced.name());
                    presenter.notice("Looking for a way to " + introduced.name() + "…");
                    its.direct.introduce(introduced.user(), introduced.endpoint(), introduced.dials());
                }
            }
            case DirectEvent.CandidatesChanged changed -> {
                if (its != null) {
                    its.direct.candidates(changed.user(), changed.candidates());
                }
            }
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

    private void rings(ResumedSession session, DirectEvent.Called called) {
        if (ringing.size() >= MOST_RINGING) {
            return;
        }
        ringing.add(called);
        String others = called.others().isEmpty()
                ? ""
                : " with " + called.others().stream().map(session.calls()::name).collect(Collectors.joining(", "));
        String where = Addressee.isGroup(called.to()) ? " in " + session.calls().name(called.to()) : "";
        presenter.notice(called.name() + " asks for a direct session" + where + others
                + ": from machine to machine, kept nowhere. Who agrees tells the others the addresses of this machine: "
                + addresses() + ". y agrees, n declines.");
        screen.ring(true, false, called.name(), "asks for a direct session");
    }

    private static String addresses() {
        List<String> own = DirectSession.ownAddresses();
        return (own.isEmpty() ? "" : String.join(", ", own) + ", and ") + "the one from which the server sees it";
    }

    private boolean stopsRinging(String number) {
        for (Iterator<DirectEvent.Called> each = ringing.iterator(); each.hasNext(); ) {
            if (each.next().session().equals(number)) {
                each.remove();
                return true;
            }
        }
        return false;
    }

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
        } else if (its != null && its.name(ended.user()).equals(its.me)) {
            // Nobody has taken the call.
            forget(its);
        } else if (its != null && ended.reason().equals(UNREACHABLE)) {
            // It has given up a moment before this side: which then says why, too.
            its.direct.giveUp(ended.user());
        } else if (its != null) {
            gone(its, ended.user(), its.hasLeft(ended.user()), "");
        }
    }

    /** Takes a side out of the session; the session is over when nobody is left. */
    private void gone(Current its, long user, String text, String reason) {
        if (!its.equals(current) || its.others.remove(user) == null) {
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
            Offered file = now == null ? null : now.offered.poll();
            if (now != null && file != null) {
                if (agrees) {
                    receive(now, file);
                } else {
                    file.offer().decline();
                    presenter.notice(
                            "You have declined " + SafeText.line(file.offer().name()) + ".");
                }
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
        Calls calls = session.calls();
        try {
            calls.accept(called.session(), its.direct.endpoint(calls.udp()));
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
            if (now == null) {
                presenter.notice(ALONE);
                return;
            }
            if (text.equals(END)) {
                askToEnd(now);
                return;
            }
        }
        if (!now.wasConnected) {
            presenter.notice("There is no direct connection yet. Nothing was sent; ↑ brings it back.");
            return;
        }
        SizeLimits.check(text);
        List<Long> left = now.direct.say(text);
        presenter.said(item(now.me, true, text));
        for (long user : left) {
            presenter.notice("Not sent to " + now.name(user) + ": too much waits for the connection.");
        }
    }

    /** A file that another offers. */
    private record Offered(long user, FileOffer offer) {}

    private static String shown(FileOffer offer) {
        return SafeText.line(offer.name()) + " (" + Size.of(offer.size()) + ")";
    }

    /** Receives a file beside whatever else is done. */
    private void receive(Current its, Offered file) {
        FileOffer offer = file.offer();
        its.agreed.add(offer.key());
        presenter.notice("Receiving " + shown(offer) + " from " + its.name(file.user()) + "…");
        Speed speed = new Speed(clock);
        Download into = new Download(downloads, SafeText::line, (received, size) -> {
            if (speed.at(received)) {
                screen.mark("%s %d %%, %s"
                        .formatted(SafeText.line(offer.name()), size == 0 ? 100 : 100 * received / size, speed));
            }
        });
        offer.accept(into, (whole, why) -> {
            screen.mark("");
            presenter.notice(
                    whole == null
                            ? SafeText.line(offer.name()) + " was not received: " + why
                            : "Saved as " + whole + " (" + Size.of(offer.size()) + ", " + speed + ")");
        });
    }

    /** Sends files to all in the session, one after the other. Blocks. */
    void send(List<Path> paths) throws IOException, InterruptedException {
        Current now = current;
        if (now == null) {
            presenter.notice(ALONE);
            return;
        }
        List<FileToSend> files = new ArrayList<>();
        for (Path path : paths) {
            files.add(SizeLimits.file(path, false));
        }
        List<Long> to = now.direct.connected();
        if (to.isEmpty()) {
            presenter.notice("There is no direct connection at the moment. Nothing was sent.");
        }
        sending = Thread.currentThread();
        try {
            for (FileToSend file : files) {
                for (long user : to) {
                    send(now, user, file);
                }
            }
        } catch (InterruptedException e) {
            if (sending != null) {
                throw e;
            }
            presenter.notice("Cancelled; what has arrived is kept, and sent again it goes on there.");
        } finally {
            sending = null;
        }
    }

    private void send(Current its, long user, FileToSend file) throws IOException, InterruptedException {
        String name = its.name(user);
        presenter.notice("Asking whether " + name + " takes " + file.name() + "… Ctrl-C cancels.");
        Speed speed = new Speed(clock);
        boolean[] isTaken = new boolean[1];
        screen.during(
                file.name(),
                bar -> isTaken[0] = its.direct.send(user, file, sent -> {
                    speed.at(sent);
                    bar.at(sent, file.size());
                }));
        presenter.notice(
                isTaken[0]
                        ? name + " has " + file.name() + " (" + Size.of(file.size()) + ", " + speed + ")."
                        : name + " declines " + file.name() + ".");
    }

    /** Cancels the sending of files, if there is one; returns whether there was. Any thread. */
    boolean cancels() {
        Thread its = sending;
        if (its == null) {
            return false;
        }
        sending = null;
        its.interrupt();
        return true;
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

    /** Ends the session, as the program ends: without a word to the user. */
    synchronized void leave() {
        Current now = current;
        if (now != null) {
            current = null;
            now.direct.close();
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
        forget(its);
        // Not on this thread, which may be the one that reads the answer.
        Thread.startVirtualThread(() -> {
            try {
                its.by.calls().end(its.number, reason);
            } catch (IOException | ClientFailure e) {
                // It is over, then, or will be when the server has missed this side for long enough.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
