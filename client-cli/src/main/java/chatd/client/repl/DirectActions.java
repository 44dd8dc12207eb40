package chatd.client.repl;

import chatd.client.direct.AnsweredText;
import chatd.client.direct.DirectCall;
import chatd.client.net.ClientFailure;
import chatd.client.screen.Presenter;
import chatd.client.screen.Screen;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.direct.DirectKind;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A direct session as a person has it: calls, answers, texts, the end. There is one at a time. What is typed comes on the
 * user's thread, what others do on that of the session or of the server's connection; the state is guarded by this object.
 * With its lock held things are shown, which takes the screen's: so what the screen calls while it reads takes no lock.
 */
final class DirectActions implements DirectConversation.Owner {
    /** The line by which the end is asked for. */
    private static final String END = "END";

    private static final String ALONE = "You are in no direct session; /direct NAME asks for one.";

    private final Presenter presenter;
    private final Clock clock = Clock.systemUTC();

    @GuardedBy("this")
    private final RingingCalls ringing;

    private volatile @Nullable DirectConversation current;

    /** Whether plain text goes to the direct session. */
    private volatile boolean isTarget;

    private final Path downloads;
    private final RunningTransfers running;
    private final Runnable turned;

    /**
     * @param downloads where files are saved
     * @param turned called when plain text goes elsewhere from now on, without the user having said so; on any thread
     */
    DirectActions(Screen screen, Presenter presenter, Path downloads, RunningTransfers running, Runnable turned) {
        this.downloads = downloads;
        this.running = running;
        this.ringing = new RingingCalls(screen, presenter);
        this.presenter = presenter;
        this.turned = turned;
    }

    /** Listens to calls of a session, from now on. */
    void listen(ResumedSession session) {
        session.calls().listen(event -> take(session, event));
    }

    /** Returns the prompt while plain text goes to the direct session; empty otherwise. */
    synchronized Optional<String> prompt() {
        DirectConversation now = current;
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

    /** Calls users, or a group; without names, goes back to the session that there is. Blocks. */
    void call(ResumedSession session, List<String> to) throws IOException, InterruptedException {
        DirectConversation conversation;
        synchronized (this) {
            DirectConversation now = current;
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
            conversation = converse(
                    session,
                    DirectCall.newNumber(),
                    to.size() > 1 || session.calls().isGroup(to.getFirst()),
                    called);
            current = conversation;
        }
        try {
            presenter.notice("Calling " + conversation.called
                    + ". Whoever accepts learns the addresses of this machine. /end gives up.");
            conversation.call.call(to, DirectKind.CHAT);
        } catch (IOException | InterruptedException | RuntimeException e) {
            forget(conversation);
            throw e;
        }
    }

    private DirectConversation converse(ResumedSession session, String number, boolean isGroup, String called)
            throws IOException {
        return new DirectConversation(this, presenter, clock, downloads, running, session, number, isGroup, called);
    }

    private void forget(DirectConversation conversation) {
        conversation.call.close();
        turnFrom(conversation);
    }

    private synchronized void turnFrom(DirectConversation conversation) {
        if (conversation.equals(current)) {
            current = null;
            if (isTarget) {
                isTarget = false;
                turned.run();
            }
        }
    }

    /** Takes what the server says of calls. On the reading thread: does not block. */
    private synchronized void take(ResumedSession session, DirectEvent event) {
        DirectConversation now = current;
        DirectConversation conversation = now != null && now.call.concerns(event) ? now : null;
        if (conversation != null) {
            conversation.call.handle(event);
        }
        switch (event) {
            case DirectEvent.Called called -> ringing.add(session, called);
            case DirectEvent.Introduced introduced -> {
                if (conversation != null) {
                    conversation.own = introduced.to();
                    conversation.others.add(introduced.user());
                    presenter.notice("Looking for a way to " + introduced.name() + "…");
                }
            }
            case DirectEvent.CandidatesChanged _ -> {}
            case DirectEvent.Declined declined -> {
                if (conversation != null) {
                    String name = conversation.name(declined.user());
                    String text = switch (declined.reason()) {
                        case "unanswered" -> name + " does not answer.";
                        case "offline" -> name + " is not online with a client that can take calls.";
                        default -> name + " declines.";
                    };
                    presenter.notice(text);
                }
            }
            case DirectEvent.Cancelled cancelled -> {
                if (ringing.remove(cancelled.session())) {
                    presenter.notice(session.calls().name(cancelled.user()) + " has cancelled the call.");
                }
            }
            case DirectEvent.Ended ended -> ended(ended, conversation);
        }
    }

    @GuardedBy("this")
    private void ended(DirectEvent.Ended ended, @Nullable DirectConversation conversation) {
        if (ringing.remove(ended.session())) {
            presenter.notice(
                    ended.reason().equals("unanswered")
                            ? "The call was not answered."
                            : "The call was answered elsewhere.");
        } else if (conversation != null && ended.reason().equals("crossed")) {
            // Both want it: the other's call stands, and is in what rings.
            presenter.notice("You called each other at the same time; y takes the other's call.");
            forget(conversation);
        } else if (conversation != null && conversation.by.isMe(ended.user())) {
            // Nobody has taken the call.
            forget(conversation);
        } else if (conversation != null && !ended.reason().equals(DirectCall.UNREACHABLE)) {
            remove(conversation, ended.user(), conversation.hasLeft(ended.user()), "");
        }
    }

    @Override
    public Object lock() {
        return this;
    }

    @Override
    public boolean isCurrent(DirectConversation conversation) {
        return conversation.equals(current);
    }

    @Override
    public void turnTo(DirectConversation conversation) {
        isTarget = true;
        turned.run();
    }

    @Override
    public void remove(DirectConversation conversation, long user, String text, String reason) {
        if (!conversation.equals(current) || !conversation.others.remove(user)) {
            return;
        }
        conversation.direct.remove(user);
        if (conversation.others.isEmpty()) {
            close(conversation, text, reason);
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
            DirectConversation now = current;
            if (now != null && now.isAsked) {
                now.answerEnd(agrees);
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
            ringing.removeOldest();
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
        DirectConversation conversation;
        synchronized (this) {
            conversation = converse(session, called.session(), !called.others().isEmpty(), called.name());
            current = conversation;
        }
        try {
            conversation.call.accept();
        } catch (IOException | InterruptedException | RuntimeException e) {
            forget(conversation);
            throw e;
        }
    }

    /** Says a text to all in the session; the line END asks for its end. Blocks for a moment. */
    void say(String text) throws IOException, InterruptedException {
        DirectConversation now;
        synchronized (this) {
            now = current;
            if (now != null && text.equals(END)) {
                now.askToEnd();
                return;
            }
        }
        if (now == null) {
            presenter.notice(ALONE);
        } else {
            now.say(text, null);
        }
    }

    /** Answers the text that another said last. Blocks for a moment. */
    void answer(String text) throws IOException, InterruptedException {
        DirectConversation now;
        AnsweredText last;
        synchronized (this) {
            now = current;
            last = now == null ? null : now.last;
        }
        if (now == null || last == null) {
            presenter.notice("Nothing was said here yet that could be answered. Nothing was sent.");
        } else {
            now.say(text, last);
        }
    }

    /** Begins to send files to all in the session, one after the other. */
    void send(List<Path> paths) throws IOException, InterruptedException {
        DirectConversation now = current;
        if (now == null) {
            presenter.notice(ALONE);
        } else {
            now.files.send(paths);
        }
    }

    /** Ends the session at once, or gives up the call. */
    synchronized void end() {
        DirectConversation now = current;
        if (now == null) {
            presenter.notice(ALONE);
        } else {
            close(now, now.wasConnected ? "The direct session is closed." : "The call was cancelled.", "");
        }
    }

    /** Leaves the session, as the program ends: without a word to the user. Blocks until the others were told. */
    void leave() {
        DirectConversation now;
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
        DirectConversation now = current;
        if (now != null && isTarget) {
            now.direct.typing();
        }
    }

    @Override
    public void close(DirectConversation conversation, String text, String reason) {
        if (!conversation.equals(current)) {
            return;
        }
        presenter.notice(text);
        turnFrom(conversation);
        conversation.call.end(reason);
    }
}
