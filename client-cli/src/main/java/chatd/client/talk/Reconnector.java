package chatd.client.talk;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.client.talk.exchange.LoginExchange;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Logs in again after a loss, with growing pauses and jitter, on the session's thread.
 */
final class Reconnector {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);
    private static final long SECOND = 1_000;

    private final View view;
    private final RandomGenerator random;
    private final CountDownLatch givenUp = new CountDownLatch(1);
    private final Semaphore hurried = new Semaphore(0);

    Reconnector(View view, RandomGenerator random) {
        this.view = view;
        this.random = random;
    }

    /** One attempt to log in again. */
    interface Attempt {
        LoginExchange.Answer logIn() throws UnknownServer;
    }

    /** The outcome of the attempts. */
    sealed interface Outcome {}

    record Reconnected(LoginExchange.LoggedIn in) implements Outcome {}

    /** The login was refused for good; {@code why} is a sentence. */
    record Ended(String why) implements Outcome {}

    record GivenUp() implements Outcome {}

    /** Stops the attempts, because the user leaves. May be called from any thread. */
    void giveUp() {
        givenUp.countDown();
        hurry();
    }

    /** Ends the present pause. May be called from any thread. */
    void hurry() {
        hurried.release();
    }

    boolean isGivenUp() {
        return givenUp.getCount() == 0;
    }

    /**
     * Tries until the login succeeds, is refused for good, or is given up.
     *
     * @param known why the connection was lost, which the user has been told already
     */
    Outcome logIn(Attempt attempt, String known) {
        String lastReported = known;
        Duration pause = FIRST_PAUSE;
        while (true) {
            String why;
            try {
                pause(pause);
                if (isGivenUp()) {
                    return new GivenUp();
                }
                switch (attempt.logIn()) {
                    case LoginExchange.LoggedIn in
                    when isGivenUp() -> {
                        in.link().close();
                        return new GivenUp();
                    }
                    case LoginExchange.LoggedIn in -> {
                        view.reconnected();
                        return new Reconnected(in);
                    }
                    case LoginExchange.Refused(LoginExchange.Reason reason, String text)
                    when reason == LoginExchange.Reason.OTHER -> why = text;
                    case LoginExchange.Refused(LoginExchange.Reason reason, String text) -> {
                        return new Ended(text);
                    }
                    case LoginExchange.Done done -> throw new IllegalStateException("unexpected answer to a login");
                }
            } catch (UnknownServer e) {
                return new Ended("Nobody vouches for the server's certificate any more.");
            } catch (ClientFailure e) {
                why = e.text();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new GivenUp();
            }
            if (!why.equals(lastReported)) {
                view.lost(why);
                lastReported = why;
            }
            pause = longer(pause);
        }
    }

    private static Duration longer(Duration pause) {
        Duration longer = pause.multipliedBy(3).dividedBy(2);
        return longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }

    /** Waits, with jitter; longer pauses are counted down for the user. */
    private void pause(Duration pause) throws InterruptedException {
        hurried.drainPermits();
        long millis = pause.toMillis();
        for (long left = millis / 2 + random.nextLong(millis); left > 0 && !isGivenUp(); left -= SECOND) {
            view.retrying(Duration.ofMillis(left));
            if (hurried.tryAcquire(Math.min(left, SECOND), TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }
}
