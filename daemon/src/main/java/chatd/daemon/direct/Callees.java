package chatd.daemon.direct;

import chatd.daemon.directory.Contacts;
import chatd.daemon.directory.Directory;
import chatd.daemon.journal.FeatureContext;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.account.Account;
import chatd.daemon.session.Sessions;
import chatd.protocol.command.DirectCommand;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.AllowedUsers;
import chatd.protocol.value.people.User;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Determines whom a user may call (page {@code direct.md}). Holds no state; any thread. */
final class Callees {
    /** Maximum number of members of a group that are called. */
    private static final int MAX_CALLED = 16;

    private final Directory directory;
    private final Contacts contacts;
    private final Sessions sessions;

    Callees(FeatureContext parts) {
        this.directory = parts.directory();
        this.contacts = parts.contacts();
        this.sessions = parts.sessions();
    }

    /**
     * Returns the users that a call asks.
     *
     * @throws Refusal {@link Code#NO_SUCH_USER}, {@link Code#NOT_ALLOWED} or {@link Code#TOO_MANY}; nobody is called
     */
    List<Account> resolve(Account caller, DirectCommand.Call command) {
        if (command.user() instanceof User.Group group) {
            return members(caller, group.number());
        }
        Set<Account> asked = new LinkedHashSet<>();
        List<User> named = new ArrayList<>(List.of(command.user()));
        named.addAll(command.others());
        for (User user : named) {
            Account other = directory.user(user).orElseThrow(() -> Directory.noSuchUser(user));
            if (other.number() == caller.number()) {
                throw new Refusal(Code.NOT_ALLOWED, "That is you. Nobody was called.");
            }
            if (!acceptsCalls(caller, other)) {
                throw new Refusal(
                        Code.NOT_ALLOWED,
                        other.preferences().calls() == AllowedUsers.FRIENDS
                                ? "%s takes calls from friends only. Nobody was called.".formatted(other.name())
                                : "%s takes no calls. Nobody was called.".formatted(other.name()));
            }
            asked.add(other);
        }
        return List.copyOf(asked);
    }

    private List<Account> members(Account caller, long group) {
        directory.groups().checkWriting(caller.number(), group);
        List<Account> asked = directory
                .groups()
                .members(group)
                .accounts()
                .filter(member -> member != caller.number() && canRing(member))
                .mapToObj(directory::findExisting)
                .flatMap(Optional::stream)
                .filter(member -> acceptsCalls(caller, member))
                .limit(MAX_CALLED + 1L)
                .toList();
        if (asked.isEmpty()) {
            throw new Refusal(Code.NOT_ALLOWED, "No member is online who takes calls from you. Nobody was called.");
        }
        if (asked.size() > MAX_CALLED) {
            throw new Refusal(
                    Code.TOO_MANY,
                    "More than %d members are online. Call some of them by name; nobody was called."
                            .formatted(MAX_CALLED));
        }
        return asked;
    }

    private boolean acceptsCalls(Account caller, Account other) {
        return switch (other.preferences().calls()) {
            case EVERYONE -> true;
            case FRIENDS -> contacts.friends(other.number()).has(caller.number());
            case NOBODY -> false;
        };
    }

    /** Returns whether a user has a session in which a call can be shown. */
    private boolean canRing(long account) {
        return sessions.presence().sessionsOf(account).stream()
                .anyMatch(session -> session.dialect().hasConversations() && !session.hasEnded());
    }

    /** Returns whether a user can be rung by this caller. */
    CallTable.Reachable reachable(Account caller, long called) {
        return !canRing(called)
                ? CallTable.Reachable.OFFLINE
                : contacts.blocked(called).has(caller.number())
                        ? CallTable.Reachable.BLOCKED
                        : CallTable.Reachable.ONLINE;
    }
}
