package chatd.daemon.login;

import chatd.audit.Sha256;
import chatd.daemon.limit.Sweeper;
import chatd.daemon.model.account.Token;
import chatd.daemon.session.Session;
import chatd.daemon.store.read.TokenStore;
import chatd.protocol.value.Secret;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The tokens with which sessions are resumed after their connection was lost (page
 * {@code chat-json-1.md}, "Resuming"). Only their hashes are kept, here and in the database. A
 * token lives as long as its session, and a quarter of an hour after that was lost or the daemon
 * was restarted ({@link TokenTable}). Any thread.
 */
public final class Tokens implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(Tokens.class);

    private static final Duration SWEEP_PAUSE = Duration.ofMinutes(1);
    private static final int BYTES = 32;

    private final TokenStore store;
    private final SecureRandom random;
    private final TokenTable table;
    private final Sweeper sweeper = new Sweeper("tokens", SWEEP_PAUSE, this::sweep);

    /** A new token, which only its client is told. */
    record IssuedToken(Secret secret, Token token) {}

    public Tokens(TokenStore store, SecureRandom random, Clock clock) {
        this.store = store;
        this.random = random;
        this.table = new TokenTable(clock);
        store.all().forEach(table::restore);
        sweeper.start();
    }

    IssuedToken make(long account, String device, boolean quiet) {
        Secret secret = secret();
        return new IssuedToken(secret, new Token(hash(secret), account, device, quiet, 0));
    }

    private Secret secret() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    private static ByteBuffer hash(Secret secret) {
        return ByteBuffer.wrap(Sha256.digest().digest(secret.bytes()));
    }

    /** Returns the token that a client has sent, if it is still valid. */
    Optional<Token> find(Secret secret) {
        return table.find(hash(secret));
    }

    /**
     * Makes the cookie that stands for a token when a browser fetches files; an earlier one becomes
     * void.
     */
    Secret cookie(Token token) {
        Secret secret = secret();
        table.setCookie(token, hash(secret));
        return secret;
    }

    /** Returns the token for which a cookie stands, if it is still valid. */
    Optional<Token> findByCookie(Secret cookie) {
        return table.findByCookie(hash(cookie));
    }

    /** Returns whether a token is still valid under a password generation. */
    boolean isValid(Token token, long generation) {
        return table.isValid(token, generation);
    }

    /** As {@link TokenTable#enter}. */
    boolean enter(Session session, Token token, long generation, boolean isResumed, boolean isAlone) {
        boolean isGood = table.enter(session, token, generation, isResumed, isAlone);
        sweeper.start();
        return isGood;
    }

    /** Ends a new token whose session has ended before it was told of it. */
    void discard(Token token) {
        table.end(token);
        sweeper.start();
    }

    /** Starts the time in which a session can be resumed; ends its token if it was ended on purpose. May block. */
    void leave(Session session) {
        if (table.leave(session)) {
            deleteEnded();
        }
    }

    /** Ends the token of a session. Blocks. */
    void end(Session session) {
        table.end(session);
        deleteEnded();
    }

    /** Ends all tokens of a session's account except its own. Blocks. */
    void endOthers(Session session) {
        table.endOthers(session);
        deleteEnded();
    }

    /** Returns the token of a session; null if it has none. */
    public @Nullable Token of(Session session) {
        return table.of(session);
    }

    /**
     * Keeps the token of a session valid after the session has changed the password of its account.
     */
    public void keep(Session session, long generation) {
        table.keep(session, generation);
    }

    /** Deletes ended tokens from the database; returns false if that failed: they are deleted later. */
    @CanIgnoreReturnValue
    private boolean deleteEnded() {
        List<ByteBuffer> all = table.ended();
        if (all.isEmpty()) {
            return true;
        }
        try {
            store.delete(all);
        } catch (RuntimeException e) {
            LOG.warn("CHATD-307 tokens that have ended were not deleted yet: {}", e.getMessage());
            return false;
        }
        table.forget(all);
        return true;
    }

    private boolean sweep() {
        boolean isLeft = table.expire();
        return !deleteEnded() || isLeft;
    }

    @Override
    public void close() {
        sweeper.close();
    }
}
