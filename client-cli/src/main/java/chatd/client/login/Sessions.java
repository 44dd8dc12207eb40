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
 * Begins sessions of one account, of the kind that the server supports.
 *
 * @param shown where to keep what was shown, for servers that do not number messages; empty for a script, which
 *     receives only what arrives from now on
 * @param reconnects whether a session that can be resumed without loss reconnects; one with {@code shown} always does
 * @param onRenewedKey receives each key for this device's next login
 */
public record Sessions(
        LoginExchange login, View view, Optional<Path> shown, boolean reconnects, Consumer<Secret> onRenewedKey) {

    /** Begins an ended session again, or a new one if its kind no longer suits the server. */
    public ChatSession beginAgain(@Nullable ChatSession ended, LoginExchange.LoggedIn in, @Nullable Secret password) {
        boolean isNumbered = in.welcome().state() != null;
        if (ended == null || ended.isNumbered() != isNumbered) {
            return begin(in, password);
        }
        ended.begin(in, password);
        return ended;
    }

    /** @param password kept to log in again after a loss; null if the login was by key */
    public ChatSession begin(LoginExchange.LoggedIn in, @Nullable Secret password) {
        LoginExchange exchange = login.speaking(in.link().dialect());
        ChatSession session = in.welcome().state() == null
                ? new ReplayedSession(
                        exchange,
                        view,
                        shown.map(SeenItems::new).orElse(null),
                        Clock.systemUTC(),
                        RandomGenerator.getDefault())
                : new ResumedSession(
                        exchange,
                        view,
                        Clock.systemUTC(),
                        RandomGenerator.getDefault(),
                        new ResumedSession.Options(shown.isEmpty(), reconnects, onRenewedKey));
        session.begin(in, password);
        return session;
    }
}
