package chatd.daemon.accounts;

import chatd.daemon.directory.Avatars;
import chatd.daemon.directory.Directory;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.Batching;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.journal.Journal;
import chatd.daemon.limit.KeyedRateLimit;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.AccountChange;
import chatd.daemon.model.entry.Change;
import chatd.daemon.model.entry.Effect;
import chatd.daemon.model.entry.Origin;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.protocol.Gate;
import chatd.protocol.command.AccountCommand;
import chatd.protocol.command.UserCommand;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.Avatar;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Changes the picture of the user, and tells which picture users and groups have (page {@code chat-json-1.md},
 * "Pictures of people and groups"). Any thread; changing one blocks until that is committed.
 */
public final class OwnAvatar implements Feature {
    /** Everybody online is told of each change, and fetches the picture. */
    private static final int CHANGES_A_DAY = 20;

    private final Directory directory;
    private final Journal journal;
    private final Sessions sessions;
    private final KeyedRateLimit<Long> changes =
            new KeyedRateLimit<>(() -> CHANGES_A_DAY, most -> most, Duration.ofDays(1));

    public OwnAvatar(FeatureContext parts) {
        this.directory = parts.directory();
        this.journal = parts.journal();
        this.sessions = parts.sessions();
    }

    @Override
    public void addTo(Routes routes) {
        routes.loggedChange(AccountCommand.ChangeAvatar.class, this::change);
        routes.unlogged(UserCommand.LookUpAvatars.class, Gate.LOGGED_IN, this::lookUp);
    }

    /**
     * @throws Refusal {@link Code#MALFORMED} if it is no picture that may be shown, {@link Code#THROTTLED}, or
     *     {@link Code#NOT_ALLOWED} if the user is muted
     */
    private void change(Session session, AccountCommand.ChangeAvatar command) throws InterruptedException {
        long number = session.account();
        Avatar avatar = Avatars.checked(command.avatar());
        int size = avatar.bytes().length;
        if (directory.avatars().digestOf(number).equals(avatar.digest())) {
            return;
        }
        if (!avatar.isNone()) {
            changes.charge(number, 1, "changes of a picture a day are accepted from one user");
        }
        Origin origin = session.origin();
        journal.commit(new AccountDecision(
                number, new Batching.ChangeOf(number, false), 1_000 + 2L * size, (numbers, now) -> {
                    String name = (avatar.isNone()
                                    ? directory.requireActive(number)
                                    : directory.requireUnmuted(number, now))
                            .name();
                    return new AccountChange(
                            Change.own(origin, numbers.nextPosition(), number, name, Change.Kind.AVATAR, now, size),
                            new Effect.AvatarChanged(avatar));
                }));
    }

    /** Answers in one order with the changes: those that the answer does not have follow it. */
    private void lookUp(Session session, UserCommand.LookUpAvatars command) {
        sessions.fanout().answer(session, (answer, _) -> {
            SortedMap<Long, String> digests = new TreeMap<>();
            command.of().stream()
                    .filter(one -> isVisible(one, session.account()))
                    .forEach(one -> digests.put(one, directory.avatars().digestOf(one)));
            answer.put(new UserEvent.Avatars(digests));
        });
    }

    /** Returns whether an account may learn that an addressee exists. */
    private boolean isVisible(long addressee, long account) {
        return Addressee.isGroup(addressee)
                ? directory
                        .groups()
                        .find(Addressee.groupNumber(addressee))
                        .filter(group -> group.open()
                                || directory.groups().members(group.number()).has(account))
                        .isPresent()
                : directory.findExisting(addressee).isPresent();
    }
}
