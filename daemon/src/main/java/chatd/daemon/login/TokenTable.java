package chatd.daemon.login;

import static java.util.Objects.requireNonNull;

import chatd.daemon.model.account.Token;
import chatd.daemon.session.Session;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The valid tokens, with the session and the cookie of each, and the tokens that have ended. At
 * most {@value #MAX} of an account are valid; of more, the one whose session was lost first ends.
 * One lock guards all of it, and no other class's lock is taken while it is held. Any thread; does
 * not block.
 */
final class TokenTable {
    /** How long a token is valid after its session was lost. */
    private static final Duration LIFETIME = Duration.ofMinutes(15);

    private static final int MAX = 16;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** All tokens that have not ended, by their hashes. */
    @GuardedBy("lock")
    private final Map<ByteBuffer, Held> held = new HashMap<>();

    @GuardedBy("lock")
    private final Map<Long, Set<ByteBuffer>> ofAccount = new HashMap<>();

    @GuardedBy("lock")
    private final Map<Session, ByteBuffer> ofSession = new HashMap<>();

    /**
     * The hashes of tokens, by the hash of the cookie that stands for each; a token has at most
     * one.
     */
    @GuardedBy("lock")
    private final Map<ByteBuffer, ByteBuffer> byCookie = new HashMap<>();

    /** The hashes of cookies, by the hash of their token: the inverse of {@link #byCookie}. */
    @GuardedBy("lock")
    private final Map<ByteBuffer, ByteBuffer> cookies = new HashMap<>();

    /** Hashes of tokens that have ended, and are still to be deleted from the database. */
    @GuardedBy("lock")
    private final Set<ByteBuffer> ended = new HashSet<>();

    /**
     * A token that has not ended.
     *
     * @param generation the password generation under which it is valid
     * @param session its session; null once that was lost
     * @param lost when its session was lost; null if it was not
     */
    private record Held(
            Token token,
            long generation,
            @Nullable Session session,
            @Nullable Instant lost) {
        boolean isValidAt(Instant now) {
            return (session == null || !session.isEndedOnPurpose())
                    && (lost == null || now.isBefore(lost.plus(LIFETIME)));
        }
    }

    TokenTable(Clock clock) {
        this.clock = clock;
    }

    /** Adds a token from before the restart, as if its session was lost now. */
    void restore(Token token) {
        lock.lock();
        try {
            put(new Held(token, 0, null, clock.instant()));
            enforceLimit(token.account());
        } finally {
            lock.unlock();
        }
    }

    /** Returns the token with this hash, if it is valid. */
    Optional<Token> find(ByteBuffer hash) {
        lock.lock();
        try {
            return valid(hash).map(Held::token);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes a cookie stand for a token, unless the token has ended; an earlier cookie becomes void.
     */
    void setCookie(Token token, ByteBuffer cookie) {
        lock.lock();
        try {
            if (held.containsKey(token.hash())) {
                forgetCookie(token.hash());
                byCookie.put(cookie, token.hash());
                cookies.put(token.hash(), cookie);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns the token for which the cookie with this hash stands, if the token is valid. */
    Optional<Token> findByCookie(ByteBuffer cookie) {
        lock.lock();
        try {
            return Optional.ofNullable(byCookie.get(cookie))
                    .flatMap(this::valid)
                    .map(Held::token);
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether a token is valid under a password generation. */
    boolean isValid(Token token, long generation) {
        lock.lock();
        try {
            return valid(token.hash())
                    .filter(held -> held.generation() == generation)
                    .isPresent();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Assigns its token to a session that is logging in: a new one, or that of the session that it
     * resumes. Ends any other token of its device. Called with the presence lock held, so that
     * {@link #leave} comes after it.
     *
     * @param isAlone whether to end all other tokens of its account
     * @return false if the token has ended meanwhile: the session must end, too
     */
    boolean enter(Session session, Token token, long generation, boolean isResumed, boolean isAlone) {
        lock.lock();
        try {
            Held before = held.get(token.hash());
            if (isResumed && before == null) {
                return false;
            }
            if (before != null && before.session() != null) {
                ofSession.remove(before.session());
            }
            endMatching(
                    token.account(),
                    found -> (isAlone || found.token().device().equals(token.device()))
                            && !found.token().hash().equals(token.hash()));
            put(new Held(token, generation, session, null));
            ofSession.put(session, token.hash());
            enforceLimit(token.account());
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a token that may not be in the table. */
    void end(Token token) {
        lock.lock();
        try {
            Held found = held.get(token.hash());
            if (found == null) {
                ended.add(token.hash());
            } else {
                end(found);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the token of a session. */
    void end(Session session) {
        lock.lock();
        try {
            endMatching(session.account(), held -> held.session() == session);
        } finally {
            lock.unlock();
        }
    }

    /** Ends all tokens of a session's account except its own. */
    void endOthers(Session session) {
        lock.lock();
        try {
            endMatching(session.account(), held -> held.session() != session);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts the time in which a session that has ended can be resumed; if it was ended on purpose,
     * ends its token instead.
     *
     * @return whether a token has ended
     */
    boolean leave(Session session) {
        boolean isOnPurpose = session.isEndedOnPurpose();
        lock.lock();
        try {
            ByteBuffer hash = ofSession.remove(session);
            Held found = hash == null ? null : held.get(hash);
            if (found != null && isOnPurpose) {
                end(found);
            } else if (found != null) {
                put(new Held(found.token(), found.generation(), null, clock.instant()));
            }
            return found != null && isOnPurpose;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the token of a session; null if it has none. */
    @Nullable
    Token of(Session session) {
        lock.lock();
        try {
            Held held = heldBy(session);
            return held == null ? null : held.token();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps the token of a session valid under a new password generation. */
    void keep(Session session, long generation) {
        lock.lock();
        try {
            Held held = heldBy(session);
            if (held != null) {
                put(new Held(held.token(), generation, held.session(), held.lost()));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the tokens that are no longer valid; returns whether any are left. */
    boolean expire() {
        lock.lock();
        try {
            Instant now = clock.instant();
            for (Held found : List.copyOf(held.values())) {
                if (!found.isValidAt(now)) {
                    end(found);
                }
            }
            return !held.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Returns the hashes of the tokens that have ended and were not {@link #forget forgotten}. */
    List<ByteBuffer> ended() {
        lock.lock();
        try {
            return List.copyOf(ended);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets tokens that have ended. */
    void forget(List<ByteBuffer> hashes) {
        lock.lock();
        try {
            hashes.forEach(ended::remove);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private Optional<Held> valid(ByteBuffer hash) {
        return Optional.ofNullable(held.get(hash)).filter(found -> found.isValidAt(clock.instant()));
    }

    @GuardedBy("lock")
    private @Nullable Held heldBy(Session session) {
        ByteBuffer hash = ofSession.get(session);
        return hash == null ? null : held.get(hash);
    }

    @GuardedBy("lock")
    private void enforceLimit(long account) {
        List<Held> all = of(account);
        if (all.size() > MAX) {
            all.stream()
                    .filter(held -> held.lost() != null)
                    .min(Comparator.comparing(held -> requireNonNull(held.lost())))
                    .ifPresent(this::end);
        }
    }

    @GuardedBy("lock")
    private List<Held> of(long account) {
        List<Held> all = new ArrayList<>();
        for (ByteBuffer hash : ofAccount.getOrDefault(account, Set.of())) {
            all.add(requireNonNull(held.get(hash)));
        }
        return all;
    }

    @GuardedBy("lock")
    private void put(Held found) {
        Token token = found.token();
        held.put(token.hash(), found);
        ofAccount.computeIfAbsent(token.account(), _ -> new HashSet<>()).add(token.hash());
    }

    @GuardedBy("lock")
    private void endMatching(long account, Predicate<Held> which) {
        for (Held held : of(account)) {
            if (which.test(held)) {
                end(held);
            }
        }
    }

    @GuardedBy("lock")
    private void end(Held found) {
        ByteBuffer hash = found.token().hash();
        held.remove(hash);
        forgetCookie(hash);
        ended.add(hash);
        ofAccount.computeIfPresent(found.token().account(), (_, all) -> {
            all.remove(hash);
            return all.isEmpty() ? null : all;
        });
        if (found.session() != null) {
            ofSession.remove(found.session());
        }
    }

    @GuardedBy("lock")
    private void forgetCookie(ByteBuffer token) {
        ByteBuffer cookie = cookies.remove(token);
        if (cookie != null) {
            byCookie.remove(cookie);
        }
    }
}
