package chatd.daemon.login;

import static java.util.Objects.requireNonNull;

import chatd.audit.Sha256;
import chatd.daemon.model.Token;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sweeper;
import chatd.daemon.store.TokenStore;
import chatd.protocol.value.Secret;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The tokens with which sessions go on after their connection was lost (page {@code chat-json-1.md}, "Resuming"). Only
 * their hashes are kept, here and in the database. A token lives as long as its session, and {@link #LIVES} after that
 * was lost; after a restart, from the start on. At most {@value #MOST} of an account are kept; of more, the one whose
 * session was lost first ends. Any thread.
 */
public final class Tokens implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(Tokens.class);

    private static final Duration LIVES = Duration.ofMinutes(15);
    private static final Duration CLEANED_EVERY = Duration.ofMinutes(1);
    private static final int BYTES = 32;
    private static final int MOST = 16;

    private final TokenStore store;
    private final SecureRandom random;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** All tokens that have not ended, by their hashes. */
    @GuardedBy("lock")
    private final Map<ByteBuffer, Held> held = new HashMap<>();

    @GuardedBy("lock")
    private final Map<Long, Set<ByteBuffer>> ofAccount = new HashMap<>();

    @GuardedBy("lock")
    private final Map<Session, ByteBuffer> ofSession = new HashMap<>();

    /** The tokens in whose place a cookie stands, by the hash of that: one for each token at most. */
    @GuardedBy("lock")
    private final Map<ByteBuffer, ByteBuffer> byCookie = new HashMap<>();

    /** The hashes of these cookies by those of their tokens. */
    @GuardedBy("lock")
    private final Map<ByteBuffer, ByteBuffer> cookies = new HashMap<>();

    /** Tokens that have ended, and are still to be deleted from the database. */
    @GuardedBy("lock")
    private final Set<ByteBuffer> ended = new HashSet<>();

    private final Sweeper sweeper = new Sweeper("tokens", CLEANED_EVERY, this::sweep);

    /**
     * A token that has not ended.
     *
     * @param generation the password generation under which it is good
     * @param session its session; null after that was lost
     * @param lost when its session was lost; null as long as it was not
     */
    private record Held(
            Token token,
            long generation,
            @Nullable Session session,
            @Nullable Instant lost) {
        boolean isGoodAt(Instant now) {
            return (session == null || !session.isOver()) && (lost == null || now.isBefore(lost.plus(LIVES)));
        }
    }

    /** A new token, which its client alone is told. */
    record Made(Secret secret, Token token) {}

    public Tokens(TokenStore store, SecureRandom random, Clock clock) {
        this.store = store;
        this.random = random;
        this.clock = clock;
        Instant now = clock.instant();
        for (Token token : store.all()) {
            put(new Held(token, 0, null, now));
            bound(token.account());
        }
        sweeper.start();
    }

    Made make(long account, String device, boolean quiet) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        Secret secret = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        return new Made(secret, new Token(hash(secret), account, device, quiet, 0));
    }

    private static ByteBuffer hash(Secret secret) {
        return ByteBuffer.wrap(Sha256.digest().digest(secret.bytes()));
    }

    /** Returns what a client has sent a token of, if that is still good. */
    Optional<Token> find(Secret secret) {
        ByteBuffer hash = hash(secret);
        lock.lock();
        try {
            return Optional.ofNullable(held.get(hash))
                    .filter(its -> its.isGoodAt(clock.instant()))
                    .map(Held::token);
        } finally {
            lock.unlock();
        }
    }

    /** Makes the cookie that stands for a token where a browser fetches files; an earlier one is void. */
    Secret cookie(Token token) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        Secret secret = Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        lock.lock();
        try {
            if (held.containsKey(token.hash())) {
                forgetCookie(token.hash());
                byCookie.put(hash(secret), token.hash());
                cookies.put(token.hash(), hash(secret));
            }
            return secret;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void forgetCookie(ByteBuffer token) {
        ByteBuffer cookie = cookies.remove(token);
        if (cookie != null) {
            byCookie.remove(cookie);
        }
    }

    /** Returns the token for which a cookie stands, if that is still good. */
    Optional<Token> findByCookie(Secret cookie) {
        ByteBuffer hash = hash(cookie);
        lock.lock();
        try {
            return Optional.ofNullable(byCookie.get(hash))
                    .map(held::get)
                    .filter(its -> its.isGoodAt(clock.instant()))
                    .map(Held::token);
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether a token is still good under a password generation. */
    boolean isGood(Token token, long generation) {
        lock.lock();
        try {
            Held its = held.get(token.hash());
            return its != null && its.isGoodAt(clock.instant()) && its.generation() == generation;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives a new token to a session that is being logged in, and ends any other of its device; or the token of the
     * session that it resumes. Called with the presence lock held, so that {@link #left} comes after it.
     *
     * @param isAlone whether to end all others of its account
     * @return false if that token has ended meanwhile: so must the session
     */
    boolean entered(Session session, Token token, long generation, boolean isResumed, boolean isAlone) {
        lock.lock();
        try {
            Held before = held.get(token.hash());
            if (isResumed && before == null) {
                return false;
            }
            if (before != null && before.session() != null) {
                ofSession.remove(before.session());
            }
            endThose(
                    token.account(),
                    its -> (isAlone || its.token().device().equals(token.device()))
                            && !its.token().hash().equals(token.hash()));
            put(new Held(token, generation, session, null));
            ofSession.put(session, token.hash());
            bound(token.account());
            sweeper.start();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a new token whose session has ended before it was told of it. */
    void discard(Token token) {
        lock.lock();
        try {
            ended.add(token.hash());
        } finally {
            lock.unlock();
        }
        sweeper.start();
    }

    @GuardedBy("lock")
    private void bound(long account) {
        List<Held> all = of(account);
        if (all.size() > MOST) {
            all.stream()
                    .filter(its -> its.lost() != null)
                    .min(Comparator.comparing(its -> requireNonNull(its.lost())))
                    .ifPresent(this::end);
        }
    }

    @GuardedBy("lock")
    private List<Held> of(long account) {
        List<Held> its = new ArrayList<>();
        for (ByteBuffer hash : ofAccount.getOrDefault(account, Set.of())) {
            its.add(requireNonNull(held.get(hash)));
        }
        return its;
    }

    @GuardedBy("lock")
    private void put(Held its) {
        Token token = its.token();
        held.put(token.hash(), its);
        ofAccount.computeIfAbsent(token.account(), same -> new HashSet<>()).add(token.hash());
    }

    @GuardedBy("lock")
    private void endThose(long account, Predicate<Held> which) {
        for (Held its : of(account)) {
            if (which.test(its)) {
                end(its);
            }
        }
    }

    @GuardedBy("lock")
    private void end(Held its) {
        ByteBuffer hash = its.token().hash();
        held.remove(hash);
        forgetCookie(hash);
        ended.add(hash);
        ofAccount.computeIfPresent(its.token().account(), (same, all) -> {
            all.remove(hash);
            return all.isEmpty() ? null : all;
        });
        if (its.session() != null) {
            ofSession.remove(its.session());
        }
    }

    /** Starts the time in which a session can be resumed; ends its token if it was ended on purpose. May block. */
    void left(Session session) {
        boolean isOver = session.isOver();
        lock.lock();
        try {
            ByteBuffer hash = ofSession.remove(session);
            Held its = hash == null ? null : held.get(hash);
            if (its == null) {
                return;
            }
            if (isOver) {
                end(its);
            } else {
                put(new Held(its.token(), its.generation(), null, clock.instant()));
            }
        } finally {
            lock.unlock();
        }
        if (isOver) {
            deleteEnded();
        }
    }

    /** Ends the token of a session. Blocks. */
    void end(Session session) {
        lock.lock();
        try {
            endThose(session.account(), its -> its.session() == session);
        } finally {
            lock.unlock();
        }
        deleteEnded();
    }

    /** Ends all tokens of a session's account except its own. Blocks. */
    void endOthers(Session session) {
        lock.lock();
        try {
            endThose(session.account(), its -> its.session() != session);
        } finally {
            lock.unlock();
        }
        deleteEnded();
    }

    /** Returns the token of a session; null if it has none. */
    public @Nullable Token of(Session session) {
        lock.lock();
        try {
            ByteBuffer hash = ofSession.get(session);
            return hash == null ? null : requireNonNull(held.get(hash)).token();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps the token of a session good that has changed the password of its account. */
    public void keep(Session session, long generation) {
        lock.lock();
        try {
            ByteBuffer hash = ofSession.get(session);
            Held its = hash == null ? null : held.get(hash);
            if (its != null) {
                put(new Held(its.token(), generation, its.session(), its.lost()));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Deletes ended tokens from the database; returns false if that failed: they are deleted later. */
    @CanIgnoreReturnValue
    private boolean deleteEnded() {
        List<ByteBuffer> all;
        lock.lock();
        try {
            all = new ArrayList<>(ended);
        } finally {
            lock.unlock();
        }
        if (all.isEmpty()) {
            return true;
        }
        try {
            store.delete(all);
        } catch (RuntimeException e) {
            LOG.warn("tokens that have ended were not deleted yet: {}", e.getMessage());
            return false;
        }
        lock.lock();
        try {
            all.forEach(ended::remove);
        } finally {
            lock.unlock();
        }
        return true;
    }

    private boolean sweep() {
        boolean isLeft;
        lock.lock();
        try {
            Instant now = clock.instant();
            for (Held its : List.copyOf(held.values())) {
                if (!its.isGoodAt(now)) {
                    end(its);
                }
            }
            isLeft = !held.isEmpty();
        } finally {
            lock.unlock();
        }
        return !deleteEnded() || isLeft;
    }

    @Override
    public void close() {
        sweeper.close();
    }
}
