package chatd.client.talk;

import chatd.client.net.ClientFailure;
import chatd.client.net.UnknownServer;
import chatd.protocol.value.Secret;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Logs in again after a loss, with growing pauses and jitter, on the conversation's thread; {@link #once} is called by
 * the user's thread.
 */
final class Reconnector {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final LoginExchange login;
    private final View view;
    private final RandomGenerator random;
    private final CountDownLatch givenUp = new CountDownLatch(1);

    Reconnector(LoginExchange login, View view, RandomGenerator random) {
        this.login = login;
        this.view = view;
        this.random = random;
    }

    /** The outcome of the attempts. */
    sealed interface Outcome {}

    record Again(LoginExchange.In in) implements Outcome {}

    /** The login was refused for good; {@code why} is a sentence. */
    record Ended(String why) implements Outcome {}

    record GivenUp() implements Outcome {}

    /** Stops the attempts, because the user leaves. May be called from any thread. */
    void giveUp() {
        givenUp.countDown();
    }

    boolean isGivenUp() {
        return givenUp.getCount() == 0;
    }

    /** Tries to log in once. */
    LoginExchange.In once(Secret password) throws IOException, UnknownServer {
        return switch (login.logIn(password)) {
            case LoginExchange.In in -> in;
            case LoginExchange.Refused(LoginExchange.Reason reason, String text) -> throw new IOException(text);
            case LoginExchange.Done done -> throw new IllegalStateException("unexpected answer to a login");
        };
    }

    /**
     * Tries until the login succeeds, is refused for good, or is given up.
     *
     * @param known why the connection was lost, which the user has been told already
     */
    Outcome logIn(Secret password, String known) {
        String told = known;
        Duration pause = FIRST_PAUSE;
        while (true) {
            String why;
            try {
                long millis = pause.toMillis();
                if (givenUp.await(millis / 2 + random.nextLong(millis), TimeUnit.MILLISECONDS)) {
                    return new GivenUp();
                }
                switch (login.logIn(password)) {
                    case LoginExchange.In in
                    when isGivenUp() -> {
                        in.link().close();
                        return new GivenUp();
                    }
                    case LoginExchange.In in -> {
                        view.back();
                        return new Again(in);
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
            if (!why.equals(told)) {
                view.lost(why);
                told = why;
            }
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
        }
    }
}
