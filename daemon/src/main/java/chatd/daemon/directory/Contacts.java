package chatd.daemon.directory;

import chatd.daemon.model.account.FriendRequest;
import chatd.daemon.model.account.Pair;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * In-memory copy of all friendships, open requests and blocks, as of the last applied commit: about 16 bytes for each.
 * Changed by the journal's thread only; read by any.
 */
public final class Contacts {
    private final Map<Long, NumberSet> friends = new ConcurrentHashMap<>();

    /** Open requests, by the user who asked. */
    private final Map<Long, NumberSet> asked = new ConcurrentHashMap<>();

    /** Open requests that the asked user knows of, by that user. */
    private final Map<Long, NumberSet> received = new ConcurrentHashMap<>();

    private final Map<Long, NumberSet> blocked = new ConcurrentHashMap<>();

    /** When requests were last declined, by who asked and who was asked. */
    private final Map<Pair, Instant> declined = new ConcurrentHashMap<>();

    /** @param blocks who has blocked, and whom */
    public Contacts(List<Pair> friendships, List<FriendRequest> requests, List<Pair> blocks) {
        friendships.forEach(pair -> befriend(pair.one(), pair.other()));
        for (FriendRequest request : requests) {
            if (request.declined() != null) {
                decline(request.asker(), request.asked(), request.declined());
            }
            if (request.open()) {
                request(request.asker(), request.asked(), request.told());
            }
        }
        blocks.forEach(pair -> block(pair.one(), pair.other(), true));
    }

    public NumberSet friends(long account) {
        return friends.getOrDefault(account, NumberSet.EMPTY);
    }

    /** Returns whom the account has asked to be a friend, without an answer so far. */
    public NumberSet asked(long account) {
        return asked.getOrDefault(account, NumberSet.EMPTY);
    }

    /** Returns who has asked the account to be a friend, as far as it was told. */
    public NumberSet received(long account) {
        return received.getOrDefault(account, NumberSet.EMPTY);
    }

    /** Returns whom the account has blocked. */
    public NumberSet blocked(long account) {
        return blocked.getOrDefault(account, NumberSet.EMPTY);
    }

    /** Returns when the last request of {@code asker} to {@code other} was declined; null if none was. */
    public @Nullable Instant declined(long asker, long other) {
        return declined.get(new Pair(asker, other));
    }

    private void befriend(long one, long other) {
        for (Pair each : List.of(new Pair(one, other), new Pair(other, one))) {
            end(each.one(), each.other());
            declined.remove(each);
            change(friends, each.one(), set -> set.with(each.other()));
        }
    }

    private void request(long asker, long other, boolean told) {
        change(asked, asker, set -> set.with(other));
        if (told) {
            change(received, other, set -> set.with(asker));
        }
    }

    private void decline(long asker, long other, Instant time) {
        end(asker, other);
        declined.put(new Pair(asker, other), time);
    }

    private void block(long account, long other, boolean on) {
        change(blocked, account, set -> on ? set.with(other) : set.without(other));
    }

    /** Applies a committed change of an account; does nothing if it is of another kind. */
    public void apply(Change change, Effect effect) {
        long account = change.account();
        switch (effect) {
            case Effect.FriendAsked request -> request(account, request.asked(), request.told());
            case Effect.FriendsMade made -> befriend(account, made.other());
            case Effect.FriendDeclined refusal -> decline(refusal.asker(), account, change.time());
            case Effect.RequestWithdrawn withdrawn -> end(account, withdrawn.asked());
            case Effect.FriendRemoved removed -> {
                change(friends, account, set -> set.without(removed.other()));
                change(friends, removed.other(), set -> set.without(account));
            }
            case Effect.UserBlocked block -> block(account, block.other(), block.on());
            case Effect.AccountDeleted _ -> forget(account);
            case Effect.ErasureBegun _ -> forget(account);
            default -> {}
        }
    }

    private void forget(long account) {
        friends(account).forEach(friend -> change(friends, friend, set -> set.without(account)));
        asked(account).forEach(other -> change(received, other, set -> set.without(account)));
        // Includes those whose requests it was not told of.
        asked.replaceAll((asker, set) -> set.without(account));
        blocked.replaceAll((blocker, set) -> set.without(account));
        declined.keySet().removeIf(pair -> pair.one() == account || pair.other() == account);
        List.of(friends, asked, received, blocked).forEach(sets -> sets.remove(account));
    }

    private void end(long asker, long other) {
        change(asked, asker, set -> set.without(other));
        change(received, other, set -> set.without(asker));
    }

    private static void change(Map<Long, NumberSet> sets, long account, UnaryOperator<NumberSet> how) {
        sets.compute(account, (_, before) -> {
            NumberSet after = how.apply(before == null ? NumberSet.EMPTY : before);
            return after.isEmpty() ? null : after;
        });
    }
}
