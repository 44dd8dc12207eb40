package chatd.client.talk.resume;

import chatd.client.talk.ChatSession;
import chatd.client.talk.KnownUsers;
import chatd.client.talk.request.Groups;
import chatd.client.talk.request.People;
import chatd.client.talk.request.Requests;
import chatd.protocol.command.UserCommand;
import chatd.protocol.event.UserEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds whom a typed name means, asking the server for users who are not known yet. Blocks. */
final class RecipientSearch {
    private static final Pattern USER = Pattern.compile("[Uu][1-9]\\d{0,9}");

    private final Requests requests;
    private final People people;
    private final Groups groups;
    private final KnownUsers knownUsers;

    RecipientSearch(Requests requests, People people, Groups groups, KnownUsers contacts) {
        this.requests = requests;
        this.people = people;
        this.groups = groups;
        this.knownUsers = contacts;
    }

    /** Returns the same as {@link ChatSession#recipient}; also accepts a user's or a group's number. */
    Optional<String> find(String typed) throws IOException, InterruptedException {
        long group = People.group(typed);
        if (group != 0) {
            return Optional.of(groups.recipient(group));
        }
        if (USER.matcher(typed).matches()) {
            return lookUp(Long.parseLong(typed.substring(1)));
        }
        // Anybody can name a group after a user, but user names are unique.
        Optional<String> user = knownUsers.has(typed) ? Optional.of(typed) : People.findByName(typed, users(typed));
        if (user.isPresent()) {
            return user;
        }
        long called = groups.number(typed);
        return called == 0 ? Optional.empty() : Optional.of(groups.recipient(called));
    }

    private Optional<String> lookUp(long user) throws IOException, InterruptedException {
        List<UserEvent.FoundUser> found = requests.request(
                        id -> new UserCommand.LookUpUsers(List.of(user), id), UserEvent.Found.class)
                .users();
        people.learn(found);
        return found.stream().map(UserEvent.FoundUser::name).findFirst();
    }

    /** Returns the same as {@link ChatSession#matching}. */
    List<String> matching(String part) throws IOException, InterruptedException {
        return users(part).stream().map(UserEvent.FoundUser::name).toList();
    }

    /** Returns the same as {@link ChatSession#candidates}. */
    List<String> candidates(String name) throws IOException, InterruptedException {
        int end = name.offsetByCodePoints(0, Math.min(2, name.codePointCount(0, name.length())));
        List<String> all = new ArrayList<>(knownUsers.names());
        users(name.substring(0, end)).forEach(user -> all.add(user.name()));
        return all;
    }

    /** Returns up to 50 users with a word in their name that begins with a string. Blocks. */
    List<UserEvent.FoundUser> users(String text) throws IOException, InterruptedException {
        UserEvent.Found found = requests.request(
                id -> new UserCommand.FindUsers(text, UserCommand.FindUsers.MAX_LIMIT, id), UserEvent.Found.class);
        people.learn(found.users());
        found.users().forEach(user -> knownUsers.change(user.name(), user.online()));
        return found.users();
    }
}
