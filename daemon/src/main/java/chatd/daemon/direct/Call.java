package chatd.daemon.direct;

import chatd.daemon.session.Session;
import chatd.protocol.value.direct.DirectKind;
import chatd.protocol.value.direct.Endpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A direct session, from the call to its end: who was called, who is in it, and on which connection. Guarded by the lock of
 * {@link CallTable}.
 */
final class Call {
    /** The caller, or a user who has accepted. */
    static final class Party {
        final long account;
        Session session;

        /** The addresses at which it may be reached. */
        CandidateFilter.Vetted addresses;

        final String key;

        /** When its connection was found to be lost; null while it is up. */
        @Nullable
        Instant lostAt;

        private Party(long account, Session session, CandidateFilter.Vetted addresses, String key) {
            this.account = account;
            this.session = session;
            this.addresses = addresses;
            this.key = key;
        }

        /** Returns the addresses and the key by which another party may reach this one. */
        Endpoint endpointFor(Party other) {
            return new Endpoint(addresses.visibleTo(session.address(), other.session.address()), key);
        }
    }

    final String sessionId;
    final DirectKind kind;
    final long caller;
    final List<Long> called;
    final Instant ringsUntil;

    /**
     * Those in the session, by account, the caller first, then in the order in which they joined.
     */
    private final Map<Long, Party> parties = new LinkedHashMap<>();

    /** Those who were called and have not answered. */
    private final List<Long> ringing = new ArrayList<>();

    /** Those of {@link #ringing} whose answer is being logged. */
    private final Set<Long> answering = new HashSet<>();

    /** When the first user accepted; null until then. */
    @Nullable
    Instant beganAt;

    /** @param until when it stops ringing */
    Call(
            String session,
            DirectKind kind,
            long caller,
            Session by,
            CandidateFilter.Vetted addresses,
            String key,
            List<Long> called,
            Instant until) {
        this.sessionId = session;
        this.kind = kind;
        this.caller = caller;
        this.called = List.copyOf(called);
        this.ringsUntil = until;
        parties.put(caller, new Party(caller, by, addresses, key));
    }

    /** Rings those who are called. */
    void ring() {
        ringing.addAll(called);
    }

    /** Records that an account's answer is being logged; returns false if another of its sessions has answered already. */
    boolean startAnswering(long account) {
        return answering.add(account);
    }

    /** Records that an account's answer was logged, or could not be. */
    void finishAnswering(long account) {
        answering.remove(account);
    }

    boolean isRinging(long account) {
        return ringing.contains(account);
    }

    List<Long> ringing() {
        return List.copyOf(ringing);
    }

    /** Stops ringing an account; returns whether it was ringing. */
    boolean stopRinging(long account) {
        return ringing.remove((Long) account);
    }

    /** Adds a user who accepts. */
    Party join(long account, Session by, CandidateFilter.Vetted addresses, String key) {
        Party party = new Party(account, by, addresses, key);
        parties.put(account, party);
        return party;
    }

    Optional<Party> party(long account) {
        return Optional.ofNullable(parties.get(account));
    }

    List<Party> parties() {
        return List.copyOf(parties.values());
    }

    /** Returns everyone in the session except one. */
    List<Party> others(long account) {
        return parties.values().stream()
                .filter(party -> party.account != account)
                .toList();
    }

    void leave(long account) {
        parties.remove(account);
    }

    /** Returns whether there are no longer two users who are in the session or may still join it. */
    boolean isOver() {
        return parties.size() + ringing.size() < 2 || parties.isEmpty();
    }

    /** Returns whether an account takes part in this call, as its caller or after joining. */
    boolean has(long account) {
        return parties.containsKey(account);
    }
}
