package chatd.client.login;

import chatd.client.talk.ChatSession;
import chatd.client.talk.View;
import chatd.client.talk.exchange.LoginExchange;
import chatd.client.talk.replay.ReplayedSession;
import chatd.client.talk.replay.SeenItems;
import chatd.client.talk.resume.ResumedSession;
import chatd.protocol.value.Secret;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Begins sessions of one account: of the kind that suits what the server said at the login.
 *
 * @param shown where to keep what was shown, for servers that do not number messages; empty for a script, which is shown
 *     what arrives from now on
 * @param returns whether a session whose loss can be bridged exactly connects again; one with {@code shown} always does
 * @param keeper told each key for this device's next login
 */
public record Sessions(LoginExchange login, View view, Optional<Path> shown, boolean returns, Consumer<Secret> keeper) {

    /** Begins a session that has ended again, or another one if it does not suit the server any more. */
    public ChatSession beginAgain(@Nullable ChatSession ended, LoginExchange.In in, @Nullable Secret password) {
        boolean isNumbered = in.welcome().state() != null;
        if (ended == null || ended instanceof ResumedSession != isNumbered) {
            return begin(in, password);
        }
        ended.begin(in, password);
        return ended;
    }

    /** @param password kept to log in again after a loss; null if the login was by key */
    public ChatSession begin(LoginExchange.In in, @Nullable Secret password) {
        LoginExchange its = login.speaking(in.link().dialect());
        ChatSession session = in.welcome().state() == null
                ? new ReplayedSession(
                        its,
                        view,
                        shown.map(SeenItems::new).orElse(null),
                        Clock.systemUTC(),
                        RandomGenerator.getDefault())
                : new ResumedSession(
                        its,
                        view,
                        Clock.systemUTC(),
                        RandomGenerator.getDefault(),
                        new ResumedSession.Options(shown.isEmpty(), returns, keeper));
        session.begin(in, password);
        return session;
    }
}
