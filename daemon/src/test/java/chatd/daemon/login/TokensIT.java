package chatd.daemon.login;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.session.Session;
import chatd.daemon.session.TestTransport;
import chatd.daemon.store.db.Database;
import chatd.daemon.store.db.TestDatabase;
import chatd.daemon.store.read.TokenStore;
import chatd.fixtures.TestClock;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tokens and cookies as clients present them; when each is good is tested in
 * {@link TokenTableTest}.
 */
@ExtendWith(TestDatabase.class)
class TokensIT {
    private static final long ANN = 1;

    private final TestDatabase.Schema schema;
    private final TestClock clock = TestClock.standingAt(Instant.parse("2026-11-28T00:00:00Z"));
    private Database database;
    private Tokens tokens;

    @SuppressWarnings("NullAway.Init")
    TokensIT(TestDatabase.Schema schema) {
        this.schema = schema;
    }

    @BeforeEach
    void open() throws IOException {
        database = schema.open();
        tokens = new Tokens(new TokenStore(database), new SecureRandom(), clock);
    }

    @AfterEach
    void close() {
        tokens.close();
        database.close();
    }

    private Tokens.IssuedToken enter(Session session, String device) {
        Tokens.IssuedToken made = tokens.make(ANN, device, false);
        assertThat(tokens.enter(session, made.token(), 0, false, false)).isTrue();
        return made;
    }

    private Tokens.IssuedToken lost(String device) {
        Session session = TestTransport.json().session();
        Tokens.IssuedToken made = enter(session, device);
        tokens.leave(session);
        return made;
    }

    @Test
    void aCookieStandsForItsTokenUntilThereIsANewOne() {
        Tokens.IssuedToken lost = lost("phone");
        assertThat(tokens.find(lost.secret())).contains(lost.token());
        var first = tokens.cookie(lost.token());
        assertThat(tokens.findByCookie(first)).contains(lost.token());
        var second = tokens.cookie(lost.token());
        assertThat(tokens.findByCookie(first)).isEmpty();
        assertThat(tokens.findByCookie(second)).contains(lost.token());
        assertThat(tokens.find(second)).as("a cookie is no token").isEmpty();
        clock.advance(Duration.ofMinutes(15));
        assertThat(tokens.findByCookie(second)).isEmpty();
        assertThat(tokens.find(lost.secret())).isEmpty();
    }
}
