package chatd.client.repl;

import chatd.client.direct.AnsweredText;
import chatd.client.direct.DirectCall;
import chatd.client.direct.DirectSession;
import chatd.client.direct.FileOffer;
import chatd.client.input.SizeLimits;
import chatd.client.screen.Presenter;
import chatd.client.talk.item.Item;
import chatd.client.talk.resume.ResumedSession;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The direct session that a person is called to, or talks in. The others' acts come on the session's event loop; the state
 * is guarded by the lock of its owner, with which the owner's methods are called.
 */
final class DirectConversation implements DirectSession.Listener {
    /** How others are named that a text went to directly. */
    private static final String DIRECT = "(direct)";

    /** After how long a question to end is taken as agreed to. */
    private static final int END_SECONDS = 60;

    /** Maximum number of texts that are remembered, to show what an answer is to. */
    private static final int MAX_REMEMBERED = 200;

    /** Who has at most one conversation at a time. */
    interface Owner {
        /** Returns the lock that guards its conversation. */
        Object lock();

        /** Returns whether a conversation is still the one that there is. Takes no lock. */
        boolean isCurrent(DirectConversation conversation);

        /** Has plain text go to a conversation, which has its first connection. */
        void turnTo(DirectConversation conversation);

        /** Says a text and ends the conversation, if it is the one that there is. */
        void close(DirectConversation conversation, String text, String reason);

        /** Takes a side out of the conversation, which is over when nobody is left. */
        void remove(DirectConversation conversation, long user, String text, String reason);
    }

    private final Owner owner;
    private final Presenter presenter;
    private final Clock clock;
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
            return size() > MAX_REMEMBERED;
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

    /**
     * @param number the number of the session
     * @param isGroup whether it is with several
     * @param called those who were called, as they are shown; empty if this side was called
     */
    DirectConversation(
            Owner owner,
            Presenter presenter,
            Clock clock,
            Path downloads,
            RunningTransfers running,
            ResumedSession by,
            String number,
            boolean isGroup,
            String called)
            throws IOException {
        this.owner = owner;
        this.presenter = presenter;
        this.clock = clock;
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

    String name(long user) {
        return by.calls().name(user);
    }

    /** Shows something if this is still the session. */
    private void tell(String text) {
        if (owner.isCurrent(this)) {
            presenter.notice(text);
        }
    }

    @Override
    public void connected(long user, boolean isAgain) {
        synchronized (owner.lock()) {
            if (!owner.isCurrent(this)) {
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
                owner.turnTo(this);
            }
        }
    }

    @Override
    public void said(long user, long number, String text, @Nullable AnsweredText answered) {
        synchronized (owner.lock()) {
            if (owner.isCurrent(this)) {
                last = new AnsweredText(user, number);
                show(last, item(name(user), false, text, answered), answered);
            }
        }
    }

    /** Shows a text, and remembers it, so that it can be answered. */
    void show(AnsweredText text, Item item, @Nullable AnsweredText answered) {
        texts.put(text, item);
        presenter.showItem(item, answered == null ? null : texts.get(answered));
    }

    @Override
    public void typing(long user) {
        presenter.typing(name(user) + " " + DIRECT);
    }

    @Override
    public void endRequested(long user) {
        synchronized (owner.lock()) {
            if (isGroup || isAsked) {
                return;
            }
            isAsked = true;
            tell(name(user) + " wants to end the direct session. y ends it, n goes on; after " + END_SECONDS
                    + " s it ends.");
            later(() -> {
                if (isAsked) {
                    answerEnd(true);
                }
            });
        }
    }

    @Override
    public void answeredEnd(long user, boolean agrees) {
        synchronized (owner.lock()) {
            if (!asks) {
                return;
            }
            if (agrees) {
                owner.close(this, hasLeft(user), "");
            } else {
                asks = false;
                tell(name(user) + " wants to continue.");
            }
        }
    }

    @Override
    public void left(long user) {
        synchronized (owner.lock()) {
            owner.remove(this, user, hasLeft(user), "");
        }
    }

    /** Returns the sentence that a side has left, whether it or the server says so first, or the answer to a question. */
    String hasLeft(long user) {
        if (asks) {
            return name(user) + " agrees. The direct session is closed.";
        }
        return name(user) + (isGroup ? " has left the direct session." : " has closed the direct session.");
    }

    @Override
    public void offers(long user, FileOffer offer) {
        synchronized (owner.lock()) {
            if (owner.isCurrent(this)) {
                files.handleOffer(user, offer);
            } else {
                offer.decline();
            }
        }
    }

    @Override
    public void lost(long user) {
        synchronized (owner.lock()) {
            tell("The direct connection to " + name(user) + " is lost; looking for a way again.");
        }
    }

    @Override
    public void searchStarted(long user) {
        call.renewAddresses();
    }

    @Override
    public void unreachable(long user, String why) {
        synchronized (owner.lock()) {
            owner.remove(
                    this,
                    user,
                    "No direct connection to " + name(user) + " could be made within 10 s. " + why + " /msg "
                            + name(user) + " TEXT goes through the server.",
                    DirectCall.UNREACHABLE);
        }
    }

    /** Does something after a time, if this is still the session. */
    private void later(Runnable what) {
        CompletableFuture.delayedExecutor(END_SECONDS, TimeUnit.SECONDS).execute(() -> {
            synchronized (owner.lock()) {
                if (owner.isCurrent(this)) {
                    what.run();
                }
            }
        });
    }

    private Item item(String sender, boolean isMine, String text, @Nullable AnsweredText answered) {
        long to = answered == null ? 0 : answered.number();
        return Item.direct(sender, isMine, List.of(DIRECT), text, to, clock.instant());
    }

    /** Answers the question of another whether to end. */
    void answerEnd(boolean agrees) {
        isAsked = false;
        direct.answerEnd(agrees);
        if (agrees) {
            owner.close(this, "The direct session is closed.", "");
        } else {
            presenter.notice("The direct session continues.");
        }
    }

    /**
     * Says a text to all. Blocks for a moment.
     *
     * @param answered what it answers; null for nothing
     */
    void say(String text, @Nullable AnsweredText answered) throws IOException, InterruptedException {
        synchronized (owner.lock()) {
            if (!wasConnected) {
                presenter.notice("There is no direct connection yet. Nothing was sent; ↑ brings it back.");
                return;
            }
        }
        SizeLimits.checkText(text);
        DirectSession.Said said = direct.say(text, answered);
        synchronized (owner.lock()) {
            show(new AnsweredText(own, said.number()), item(by.name(), true, text, answered), answered);
        }
        for (long user : said.left()) {
            presenter.notice("Not sent to " + name(user) + ": too much waits for the connection.");
        }
    }

    /** Asks the other to end it; leaves at once if there are several, or is no connection. */
    void askToEnd() {
        if (isGroup || !wasConnected) {
            owner.close(this, "You have left the direct session.", "");
            return;
        }
        asks = true;
        direct.askToEnd();
        presenter.notice("Asked " + who() + " to end the direct session; /end ends it at once.");
        later(() -> {
            if (asks) {
                owner.close(this, who() + " has not answered. The direct session is closed.", "");
            }
        });
    }
}
