package chatd.client.script;

import chatd.client.direct.AnsweredText;
import chatd.client.direct.DirectCall;
import chatd.client.direct.DirectSession;
import chatd.client.direct.FileOffer;
import chatd.client.direct.TransferInterrupted;
import chatd.client.net.ClientFailure;
import chatd.client.talk.Download;
import chatd.client.talk.item.FileToSend;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.event.DirectEvent;
import chatd.protocol.value.direct.DirectKind;
import chatd.text.SafeText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Files that a script sends to one user, or receives from one, in a direct session of its own. Events are queued, and
 * handled by the thread that calls {@link #accept} or {@link #send}: the state is that thread's alone.
 */
public final class DirectTransfer implements AutoCloseable {
    /** How often sending a file is attempted. */
    private static final int MAX_ATTEMPTS = 20;

    private final ResumedSession server;
    private final String other;

    /** Events that are not handled yet: bounded by what one session and its streams can cause. */
    private final BlockingQueue<Step> steps = new LinkedBlockingQueue<>();

    private volatile @Nullable DirectCall call;
    private boolean wasConnected;
    private boolean isConnected;
    private boolean isOver;
    private int receiving;
    private int received;

    /** Why files have not arrived whole, by their keys. */
    private final Map<String, String> incomplete = new LinkedHashMap<>();

    /** The failure that ended it; null if there was none. */
    private @Nullable ClientFailure failure;

    /** Where files are saved; null if none are accepted. */
    private volatile @Nullable Path into;

    private @Nullable Received onReceived;

    /** Handles an event. */
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    /** A file that was received. */
    public interface Received {
        void received(Path path, String name, long size);
    }

    /** @param other the user's name */
    public DirectTransfer(ScriptSession session, String other) throws IOException, InterruptedException {
        this.server = session.numbered();
        List<String> known = server.recipients(List.of(other)).known();
        if (known.isEmpty()) {
            throw new ClientFailure(ClientFailure.NO_SUCH, "There is no user called " + other + ".");
        }
        this.other = known.getFirst();
        if (server.calls().isGroup(this.other)) {
            throw new ClientFailure(ClientFailure.FAILED, this.other + " is a group: files go directly to one user.");
        }
        server.calls().listen(event -> {
            DirectCall found = call;
            if (found != null && found.concerns(event)) {
                // At once: a file that is being sent may wait for just this.
                found.handle(event);
            }
            steps.add(() -> handle(event));
        });
        Thread.startVirtualThread(() -> {
            try {
                String why = session.end();
                steps.add(() -> fail(ClientFailure.NO_SERVER, why));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private final class Listener implements DirectSession.Listener {
        @Override
        public void connected(long user, boolean isAgain) {
            steps.add(() -> {
                isConnected = true;
                wasConnected = true;
            });
        }

        @Override
        public void said(long user, long number, String text, @Nullable AnsweredText answered) {
            // Nobody is there to read it.
        }

        @Override
        public void typing(long user) {
            // As above.
        }

        @Override
        public void endRequested(long user) {
            current().session().answerEnd(true);
        }

        @Override
        public void answeredEnd(long user, boolean agrees) {
            // Not asked.
        }

        @Override
        public void offers(long user, FileOffer offer) {
            if (into == null) {
                offer.decline();
            } else {
                steps.add(() -> offered(offer));
            }
        }

        @Override
        public void left(long user) {
            steps.add(() -> isOver = true);
        }

        @Override
        public void lost(long user) {
            steps.add(() -> isConnected = false);
        }

        @Override
        public void searchStarted(long user) {
            current().renewAddresses();
        }

        @Override
        public void unreachable(long user, String why) {
            steps.add(() -> {
                current().end(DirectCall.UNREACHABLE);
                fail(ClientFailure.FAILED, "No direct connection to " + other + " could be made. " + why);
            });
        }
    }

    private DirectCall current() {
        return Objects.requireNonNull(call);
    }

    private void fail(int exit, String text) {
        isOver = true;
        if (failure == null) {
            failure = new ClientFailure(exit, text);
        }
    }

    /**
     * Waits for the user's call for files, and accepts all files until the user leaves. Blocks.
     *
     * @param directory where they are saved, without overwriting any
     * @param each called for each file that has arrived whole
     * @throws ClientFailure if the session ended before a file arrived, or one has not arrived whole
     */
    public void accept(Path directory, Received each) throws IOException, InterruptedException {
        into = directory;
        onReceived = each;
        while (!isOver || receiving > 0) {
            steps.take().run();
        }
        incomplete.values().stream().findFirst().ifPresent(why -> fail(ClientFailure.TRY_LATER, why));
        if (failure == null && received == 0) {
            fail(ClientFailure.FAILED, other + " has ended the direct session without sending anything.");
        }
        end();
    }

    /**
     * Calls the user, and sends files one after the other. Blocks until the user has them.
     *
     * @param each called for each file that the user has received
     * @throws ClientFailure if the user does not accept the call or a file, or no path to them is found
     */
    public void send(List<FileToSend> files, Consumer<FileToSend> each) throws IOException, InterruptedException {
        DirectCall found = new DirectCall(server.calls(), DirectCall.newNumber(), new Listener());
        call = found;
        found.call(List.of(other), DirectKind.FILE);
        while (!isOver && !isConnected) {
            steps.take().run();
        }
        for (int i = 0; i < files.size() && !isOver; i++) {
            send(found.session(), files.get(i), each);
        }
        end();
    }

    /** Sends a file; an interrupted transfer resumes once there is a connection again. */
    private void send(DirectSession to, FileToSend file, Consumer<FileToSend> each)
            throws IOException, InterruptedException {
        for (int attempts = MAX_ATTEMPTS; attempts > 0 && !isOver; attempts--) {
            List<Long> connected = to.connected();
            if (connected.isEmpty()) {
                isConnected = false;
                while (!isOver && !isConnected) {
                    steps.take().run();
                }
                continue;
            }
            try {
                if (to.send(connected.getFirst(), file, at -> {})) {
                    each.accept(file);
                } else {
                    fail(ClientFailure.FAILED, other + " declines " + file.name() + ".");
                }
                return;
            } catch (TransferInterrupted e) {
                // Try again.
            } catch (IOException e) {
                fail(ClientFailure.FAILED, String.valueOf(e.getMessage()));
                return;
            }
        }
        fail(ClientFailure.TRY_LATER, file.name() + " was not sent: " + TransferInterrupted.TEXT);
    }

    private void end() {
        DirectCall found = call;
        if (found != null) {
            found.end("");
        }
        ClientFailure why = failure;
        if (why != null) {
            throw why;
        }
    }

    private void offered(FileOffer offer) {
        receiving++;
        Download download = new Download(Objects.requireNonNull(into), SafeText::line, (at, size) -> {});
        offer.accept(download, (whole, why) -> steps.add(() -> ended(offer, whole, why)));
    }

    private void ended(FileOffer offer, @Nullable Path whole, String why) {
        receiving--;
        String name = SafeText.line(offer.name());
        if (whole == null) {
            incomplete.put(offer.key(), name + " was not received: " + why);
        } else if (onReceived != null) {
            incomplete.remove(offer.key());
            received++;
            onReceived.received(whole, name, offer.size());
        }
    }

    /** Handles the server's events about calls. */
    private void handle(DirectEvent event) throws IOException, InterruptedException {
        DirectCall found = call;
        if (event instanceof DirectEvent.Called called) {
            handleCall(called);
        } else if (found != null && found.concerns(event)) {
            if (event instanceof DirectEvent.Declined declined) {
                switch (declined.reason()) {
                    case "unanswered" -> fail(ClientFailure.TRY_LATER, other + " does not answer.");
                    case "offline" ->
                        fail(ClientFailure.TRY_LATER, other + " is not online with a client that can take calls.");
                    default -> fail(ClientFailure.FAILED, other + " declines.");
                }
            } else if (event instanceof DirectEvent.Ended ended
                    && !ended.reason().equals(DirectCall.UNREACHABLE)) {
                endCall(found);
            }
        }
    }

    /** Accepts a call for files from the expected user; other calls ring elsewhere. */
    private void handleCall(DirectEvent.Called called) throws IOException, InterruptedException {
        boolean isExpected = into != null
                && call == null
                && called.kind() == DirectKind.FILE
                && called.others().isEmpty()
                && server.calls().name(called.user()).equals(other);
        if (isExpected) {
            DirectCall found = new DirectCall(server.calls(), called.session(), new Listener());
            call = found;
            try {
                found.accept();
            } catch (ClientFailure e) {
                // Cancelled, or accepted elsewhere, meanwhile.
                endCall(found);
            }
        }
    }

    /** Ends the session, or drops a call that never connected, to wait for the next one. */
    private void endCall(DirectCall found) {
        if (into != null && !wasConnected) {
            found.close();
            call = null;
        } else {
            isOver = true;
        }
    }

    /** Leaves the session, if there is one. Blocks for a moment, so that the other side learns of it. */
    @Override
    public void close() {
        DirectCall found = call;
        if (found != null) {
            found.close();
            found.session().awaitClosed();
        }
    }
}
