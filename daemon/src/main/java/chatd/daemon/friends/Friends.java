package chatd.daemon.friends;

import chatd.daemon.accounts.AccountDecision;
import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.FreeText;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.account.Pair;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.session.Session;
import chatd.protocol.Gate;
import chatd.protocol.command.UserCommand;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.AllowedUsers;
import chatd.protocol.value.people.User;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Makes and ends friendships, and blocks users (page {@code chat-json-1.md}, "Friends"). Each change is decided against
 * the contacts as of the last position. Methods block until it is committed.
 */
public final class Friends implements Feature {
    /** Maximum number of friends of one user, and of users whom one user has blocked. */
    private static final int MAX_FRIENDS = 10_000;

    /** Maximum number of open requests that a user has made, and has received. */
    private static final int MAX_ASKED = 100;

    private static final int MAX_RECEIVED = 1_000;

    /** How long after a refusal the other user is not notified of further requests. */
    private static final Duration QUIET = Duration.ofDays(30);

    /** How often one may ask the same user within a day, since that user is notified each time. */
    private static final int MAX_SAME_PER_DAY = 3;

    private final KeyedRateLimit<Pair> asked = KeyedRateLimit.ofPairs(() -> MAX_SAME_PER_DAY, Duration.ofDays(1));
    private final Directory directory;
    private final Contacts contacts;
    private final Journal journal;

    public Friends(FeatureContext parts) {
        this.directory = parts.directory();
        this.contacts = parts.contacts();
        this.journal = parts.journal();
    }

    @Override
    public void addTo(Routes routes) {
        routes.loggedChange(UserCommand.AskFriend.class, this::ask);
        routes.logged(
                UserCommand.AnswerFriend.class,
                Gate.LOGGED_IN,
                (session, command) -> commit(
                        session,
                        command,
                        null,
                        (account, other, now) -> decideAnswer(account, other, command.agrees())));
        routes.loggedChange(
                UserCommand.RemoveFriend.class,
                (session, command) ->
                        commit(session, command, null, (account, other, now) -> decideRemove(account, other)));
        routes.loggedChange(
                UserCommand.Block.class,
                (session, command) -> commit(
                        session,
                        command,
                        IdempotencyKey.of(
                                session.account(),
                                command.id(),
                                "block\n" + other(session, command.user()) + '\n' + command.on()),
                        (account, other, now) -> decideBlock(account, other, command.on())));
    }

    private void ask(Session session, UserCommand.AskFriend command) throws InterruptedException {
        // A control character would take six bytes in the lists of the receivers.
        FreeText.check(command.text(), "A request must not contain invisible characters. It was not sent.");
        IdempotencyKey once = IdempotencyKey.of(
                session.account(), command.id(), "friend\n" + other(session, command.user()) + '\n' + command.text());
        commit(session, command, once, (account, other, now) -> {
            directory.requireUnmuted(account, now);
            return decideAsk(account, other, command.text(), now);
        });
    }

    /** A change of the relation between two users. */
    private record Decided(Change.Kind kind, Effect effect) {}

    /** Decides the change that a user's command makes to the relation with another one. */
    private interface Decider {
        /** @throws Refusal if that is not allowed, or there is nothing to be done */
        Decided decide(long account, Account other, Instant now);
    }

    /** @param once what makes it recognisable when it is sent again; null if it is not */
    private void commit(Session session, UserCommand.AboutOne command, @Nullable IdempotencyKey once, Decider decider)
            throws InterruptedException {
        long number = session.account();
        long other = other(session, command.user());
        Origin origin = session.origin();
        // Ends the batch, so that what follows is decided by the new relation.
        journal.commit(new AccountDecision(number, new Batching.ChangeOf(number, true), 4_000, once, (numbers, now) -> {
            Account account = directory.requireActive(number);
            Account current = directory.findExisting(other).orElseThrow(() -> Directory.noSuchUser(command.user()));
            Decided decided = decider.decide(number, current, now);
            Change change = Change.own(origin, numbers.nextPosition(), number, account.name(), decided.kind(), now, 0);
            return new AccountChange(change.about(other), decided.effect());
        }));
    }

    /** @throws Refusal {@link Code#NO_SUCH_USER}, or {@link Code#NOT_ALLOWED} if it is the caller itself */
    private long other(Session session, User user) {
        long other = directory
                .user(user)
                .orElseThrow(() -> Directory.noSuchUser(user))
                .number();
        if (other == session.account()) {
            throw new Refusal(Code.NOT_ALLOWED, "That is you. Nothing was done.");
        }
        return other;
    }

    private Decided decideAsk(long account, Account other, String text, Instant now) {
        long number = other.number();
        if (contacts.friends(account).has(number)) {
            throw new Refusal(Code.NOT_ALLOWED, "You are friends already.");
        }
        if (contacts.asked(number).has(account)) {
            // The other one has asked, so that this agrees, even if nobody was notified of that
            // request.
            return decideAgree(account, number, true);
        }
        if (contacts.asked(account).has(number)) {
            throw new Refusal(Code.NOT_ALLOWED, "You have asked already; the answer is still to come.");
        }
        if (other.preferences().requests() != AllowedUsers.EVERYONE) {
            throw new Refusal(Code.NOT_ALLOWED, "This user accepts no friend requests.");
        }
        if (contacts.asked(account).size() >= MAX_ASKED) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "You have asked %d users already; wait for answers, or withdraw a request.".formatted(MAX_ASKED));
        }
        // Whether or not the user would be notified, so that this does not reveal a block.
        if (contacts.received(number).size() >= MAX_RECEIVED) {
            throw new Refusal(Code.TOO_MANY, "This user has too many requests to answer. Try again later.");
        }
        if (!asked.take(new Pair(account, number))) {
            throw new Refusal(
                    Code.THROTTLED,
                    "You have asked this user %d times today. Ask again tomorrow.".formatted(MAX_SAME_PER_DAY));
        }
        Instant declined = contacts.declined(account, number);
        boolean isTold =
                !contacts.blocked(number).has(account) && (declined == null || !now.isBefore(declined.plus(QUIET)));
        return new Decided(Change.Kind.ASKED, new Effect.FriendAsked(number, text, isTold));
    }

    private Decided decideAnswer(long account, Account other, boolean agrees) {
        if (!contacts.received(account).has(other.number())) {
            throw new Refusal(Code.NO_SUCH_REQUEST, "This user has not asked, or no longer asks.");
        }
        return agrees
                ? decideAgree(account, other.number(), false)
                : new Decided(Change.Kind.DECLINED, new Effect.FriendDeclined(other.number()));
    }

    private Decided decideAgree(long account, long other, boolean crossed) {
        if (contacts.friends(account).size() >= MAX_FRIENDS
                || contacts.friends(other).size() >= MAX_FRIENDS) {
            throw new Refusal(Code.TOO_MANY, "One of you has %d friends already.".formatted(MAX_FRIENDS));
        }
        return new Decided(Change.Kind.AGREED, new Effect.FriendsMade(other, crossed));
    }

    private Decided decideRemove(long account, Account other) {
        long number = other.number();
        if (contacts.friends(account).has(number)) {
            return new Decided(Change.Kind.UNFRIENDED, new Effect.FriendRemoved(number));
        }
        if (contacts.asked(account).has(number)) {
            boolean wasTold = contacts.received(number).has(account);
            return new Decided(Change.Kind.WITHDRAWN, new Effect.RequestWithdrawn(number, wasTold));
        }
        throw new Refusal(Code.NO_SUCH_REQUEST, "This user is not your friend, and you have not asked them.");
    }

    private Decided decideBlock(long account, Account other, boolean on) {
        if (on && contacts.blocked(account).size() >= MAX_FRIENDS) {
            throw new Refusal(Code.TOO_MANY, "You have blocked %d users; unblock one first.".formatted(MAX_FRIENDS));
        }
        return new Decided(
                on ? Change.Kind.BLOCKED : Change.Kind.UNBLOCKED, new Effect.UserBlocked(other.number(), on));
    }
}
