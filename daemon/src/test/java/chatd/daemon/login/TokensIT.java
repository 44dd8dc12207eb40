package chatd.daemon.login;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.model.Token;
import chatd.daemon.session.Session;
import chatd.daemon.session.TestTransport;
import chatd.daemon.store.Database;
import chatd.daemon.store.TestDatabase;
import chatd.daemon.store.TokenStore;
import chatd.fixtures.TestClock;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The bounds of tokens in number and time, on a clock that is put forward by hand. */
@ExtendWith(TestDatabase.class)
class TokensIT {
    private static final long ANN = 1;
    private static final int MOST = 16;

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

    private Tokens.Made enter(Session session, String device) {
        Tokens.Made made = tokens.make(ANN, device, false);
        assertThat(tokens.entered(session, made.token(), 0, false, false)).isTrue();
        return made;
    }

    private Tokens.Made lost(String device) {
        Session session = TestTransport.json().session();
        Tokens.Made made = enter(session, device);
        tokens.left(session);
        return made;
    }

    private boolean isGood(Token token) {
        return tokens.isGood(token, 0);
    }

    @Test
    void sixteenOfAnAccountAreKeptAndTheOneThatWasLostFirstEnds() {
        List<Tokens.Made> lost = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            lost.add(lost("device " + i));
            clock.add(Duration.ofSeconds(1));
        }
        assertThat(lost).allMatch(made -> isGood(made.token()));
        Tokens.Made seventeenth = enter(TestTransport.json().session(), "one more");
        assertThat(isGood(lost.getFirst().token())).isFalse();
        assertThat(tokens.find(lost.getFirst().secret())).isEmpty();
        assertThat(lost.subList(1, MOST)).allMatch(made -> isGood(made.token()));
        assertThat(isGood(seventeenth.token())).isTrue();
    }

    @Test
    void whoIsConnectedKeepsItsToken() {
        List<Tokens.Made> connected = new ArrayList<>();
        for (int i = 0; i <= MOST; i++) {
            connected.add(enter(TestTransport.json().session(), "device " + i));
        }
        assertThat(connected).allMatch(made -> isGood(made.token()));
    }

    @Test
    void aTokenIsGoodForAQuarterOfAnHourAfterItsSessionWasLost() {
        Tokens.Made connected = enter(TestTransport.json().session(), "phone");
        clock.add(Duration.ofDays(1));
        assertThat(isGood(connected.token())).isTrue();
        Tokens.Made lost = lost("laptop");
        clock.add(Duration.ofMinutes(15).minusNanos(1));
        assertThat(isGood(lost.token())).isTrue();
        assertThat(tokens.find(lost.secret())).contains(lost.token());
        clock.add(Duration.ofNanos(1));
        assertThat(isGood(lost.token())).isFalse();
        assertThat(tokens.find(lost.secret())).isEmpty();
    }

    @Test
    void aDeviceHasOneToken() {
        Tokens.Made first = lost("phone");
        Tokens.Made other = lost("laptop");
        Tokens.Made second = enter(TestTransport.json().session(), "phone");
        assertThat(isGood(first.token())).isFalse();
        assertThat(isGood(second.token())).isTrue();
        assertThat(isGood(other.token())).isTrue();
    }

    @Test
    void ofAnotherPasswordGenerationATokenIsNotGood() {
        Tokens.Made lost = lost("phone");
        assertThat(tokens.isGood(lost.token(), 1)).isFalse();
    }

    @Test
    void aCookieStandsForItsTokenUntilThereIsANewOne() {
        Tokens.Made lost = lost("phone");
        var first = tokens.cookie(lost.token());
        assertThat(tokens.findByCookie(first)).contains(lost.token());
        var second = tokens.cookie(lost.token());
        assertThat(tokens.findByCookie(first)).isEmpty();
        assertThat(tokens.findByCookie(second)).contains(lost.token());
        assertThat(tokens.find(second)).as("a cookie is no token").isEmpty();
        clock.add(Duration.ofMinutes(15));
        assertThat(tokens.findByCookie(second)).isEmpty();
    }
}
