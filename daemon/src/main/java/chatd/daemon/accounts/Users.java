package chatd.daemon.accounts;

import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.directory.Members;
import chatd.daemon.directory.NumberSet;
import chatd.daemon.dispatch.Feature;
import chatd.daemon.dispatch.Routes;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.group.Group;
import chatd.daemon.session.Session;
import chatd.daemon.session.Sessions;
import chatd.protocol.Gate;
import chatd.protocol.command.UserCommand;
import chatd.protocol.event.UserEvent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Looks up users and groups (page {@code chat-json-1.md}, type 28), from memory. Any thread. */
public final class Users implements Feature {
    private final Directory directory;
    private final Contacts contacts;
    private final Sessions sessions;
    private final SeenTimes seenTimes;

    public Users(FeatureContext parts, SeenTimes seenTimes) {
        this.seenTimes = seenTimes;
        this.directory = parts.directory();
        this.contacts = parts.contacts();
        this.sessions = parts.sessions();
    }

    @Override
    public void addTo(Routes routes) {
        routes.unlogged(
                UserCommand.FindUsers.class,
                Gate.LOGGED_IN,
                (session, command) -> answer(
                        session,
                        directory.matching(command.text(), command.limit()).stream(),
                        directory.groups().withWord(command.text(), command.limit()),
                        false));
        routes.unlogged(
                UserCommand.LookUpUsers.class,
                Gate.LOGGED_IN,
                (session, command) -> answer(
                        session,
                        command.users().stream()
                                .distinct()
                                .map(directory::findExisting)
                                .flatMap(Optional::stream),
                        List.of(),
                        false));
        routes.unlogged(UserCommand.ListFriends.class, Gate.LOGGED_IN, (session, command) -> {
            NumberSet friends = contacts.friends(session.account());
            NumberSet page = friends.above(command.after(), command.limit());
            boolean more = !page.isEmpty() && page.getLast() < friends.getLast();
            answer(session, page.stream().map(directory::require), List.of(), more);
        });
    }

    private void answer(Session session, Stream<Account> accounts, List<Group> groups, boolean more) {
        NumberSet friends = contacts.friends(session.account());
        session.answer(new UserEvent.Found(
                accounts.map(account -> new UserEvent.FoundUser(
                                account.number(),
                                account.name(),
                                sessions.presence().isOnline(account.number()),
                                friends.has(account.number()),
                                seen(account, session.account())))
                        .toList(),
                groups.stream().map(group -> found(group, session.account())).toList(),
                more));
    }

    /** Returns when a user was online last, if they tell it to the viewer, and are not online. */
    private Optional<Instant> seen(Account account, long viewer) {
        long number = account.number();
        boolean isTold = account.preferences().lastSeen()
                && !sessions.presence().isOnline(number)
                && !contacts.blocked(number).has(viewer);
        return isTold ? seenTimes.find(number) : Optional.empty();
    }

    private UserEvent.FoundGroup found(Group group, long account) {
        Members members = directory.groups().members(group.number());
        return new UserEvent.FoundGroup(group.number(), group.name(), members.size(), members.has(account));
    }
}
