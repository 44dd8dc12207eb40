package chatd.client.talk.item;

import chatd.client.net.ClientFailure;
import chatd.protocol.value.Audience;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** An item sent from here and not yet known to be stored. */
public final class Outgoing {
    private final Item item;
    private final CompletableFuture<Long> stored = new CompletableFuture<>();
    private final LongSupplier nanos;
    private final long since;
    private volatile boolean isUncertain;

    /**
     * @param to an empty list means everyone
     * @param text the text; for a file, its name
     * @param answered the number of the message that it answers; 0 for none
     */
    public Outgoing(String me, List<String> to, String text, boolean isFile, long answered, Instant now) {
        this(Item.outgoing(me, to, text, isFile, answered, now), System::nanoTime);
    }

    /** @param nanos the time in nanoseconds, from an arbitrary origin */
    public Outgoing(Item item, LongSupplier nanos) {
        this.item = item;
        this.nanos = nanos;
        this.since = nanos.getAsLong();
    }

    public static Audience audience(List<String> to) {
        return to.isEmpty() ? Audience.everyone() : new Audience.Some(to);
    }

    public Item item() {
        return item;
    }

    /** Returns how long ago it was sent. */
    public Duration age() {
        return Duration.ofNanos(nanos.getAsLong() - since);
    }

    public List<String> to() {
        return item.to().orElseThrow();
    }

    /** Returns whether an item reported by the server can be this one. */
    public boolean matches(Item reported) {
        return reported.isMine()
                && reported.isFile() == item.isFile()
                && reported.text().equals(item.text());
    }

    /** Records that the server answered with a text: perhaps not every recipient receives it. */
    public void markUncertain() {
        isUncertain = true;
    }

    public boolean isUncertain() {
        return isUncertain;
    }

    /** Records that it is stored, with this number; 0 if the server gives none. */
    public void stored(long number) {
        stored.complete(number);
    }

    /**
     * Records that it is not stored, and why.
     *
     * @param exit the exit code of a script, as in {@link ClientFailure}
     * @param why a sentence
     */
    public void refused(int exit, String why) {
        stored.completeExceptionally(new Refused(exit, why));
    }

    /** Thrown if the server did not store an item. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final int exit;

        Refused(int exit, String why) {
            super(why, null, false, false);
            this.exit = exit;
        }

        /** Returns the exit code of a script. */
        public int exit() {
            return exit;
        }
    }

    /**
     * Calls {@code onStored} with its number once it is stored, or {@code onRefused} with the
     * reason, a sentence, if it is not. Any thread.
     */
    public void whenAnswered(LongConsumer onStored, Consumer<String> onRefused) {
        var _ = stored.whenComplete((number, refusal) -> {
            if (refusal == null) {
                onStored.accept(number);
            } else {
                onRefused.accept(String.valueOf(refusal.getMessage()));
            }
        });
    }

    /**
     * Waits until the server has answered; blocks.
     *
     * @return its number; 0 if the server gives none
     */
    public long await() throws Refused, InterruptedException {
        try {
            return stored.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Refused refused
                    ? refused
                    : new Refused(ClientFailure.FAILED, String.valueOf(e.getCause()));
        }
    }
}
