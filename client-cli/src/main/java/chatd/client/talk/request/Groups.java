package chatd.client.talk.request;

import chatd.client.net.ClientFailure;
import chatd.protocol.command.Command;
import chatd.protocol.command.GroupCommand;
import chatd.protocol.command.UserCommand;
import chatd.protocol.event.GroupEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.group.GroupRole;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A user's groups. Each method that changes or asks something blocks until the server has answered. */
public final class Groups {
    private final Requests requests;
    private final People people;

    public Groups(Requests requests, People people) {
        this.requests = requests;
        this.people = people;
    }

    /** Returns the groups that the user is in, by number. */
    public List<SessionEvent.OwnGroup> own() {
        return people.groups();
    }

    /**
     * Returns the number of the group that a typed name or number means; 0 if it means none.
     *
     * @throws ClientFailure if several groups have this name
     */
    public long number(String typed) {
        long number = People.group(typed);
        if (number != 0) {
            return number;
        }
        List<Long> called = people.groupsCalled(typed);
        if (called.size() > 1) {
            String all = called.stream().map(group -> "G" + group).collect(Collectors.joining(", "));
            throw new ClientFailure(
                    ClientFailure.NO_SUCH,
                    "Several groups are called " + typed + ": " + all
                            + ". Give the group's number instead. Nothing was done.");
        }
        return called.isEmpty() ? 0 : called.getFirst();
    }

    /** Returns how a group is shown: by its name, and by its number where that name is not enough. */
    public String label(long group) {
        return people.groupLabel(group);
    }

    /** Returns the number of the group that a recipient names; 0 if it is a user. */
    public static long of(String recipient) {
        return People.group(recipient);
    }

    /** Returns a group as a recipient. */
    public String recipient(long group) {
        return people.name(Addressee.group(group));
    }

    /**
     * Returns the number of a group.
     *
     * @throws ClientFailure if it means no group, or several
     */
    public long find(String typed) {
        long group = number(typed);
        if (group == 0) {
            throw new ClientFailure(
                    ClientFailure.NO_SUCH,
                    "There is no group called " + typed + " here." + hint(typed)
                            + " `group find` finds open ones. A group's number, such as G7, always names it.");
        }
        return group;
    }

    /** Returns the number of a group that the user knows, or that anybody can find; otherwise as {@link #find}. */
    public long findOpen(String typed) throws IOException, InterruptedException {
        if (number(typed) == 0) {
            searchOpen(typed);
        }
        return find(typed);
    }

    /**
     * Returns a space and a sentence on the groups whose names only begin with a word; empty if
     * there are none.
     */
    public String hint(String word) {
        return people.groups().stream()
                .filter(group -> !word.isEmpty() && group.name().startsWith(word + " "))
                .limit(3)
                .map(group -> " The group " + group.name() + " is G" + group.group() + ".")
                .collect(Collectors.joining());
    }

    /**
     * Creates a group.
     *
     * @return its number
     */
    public long create(String name, List<String> members, boolean isWhole, boolean isOpen)
            throws IOException, InterruptedException {
        SessionEvent.Accepted created = requests.request(
                id -> new GroupCommand.Create(
                        name, members.stream().map(people::user).toList(), isWhole, isOpen, id),
                SessionEvent.Accepted.class);
        people.learnGroup(created.group(), name);
        return created.group();
    }

    private long change(Function<String, Command> command) throws IOException, InterruptedException {
        return requests.request(command, SessionEvent.Accepted.class).message();
    }

    /** Adds users; returns the number of the message about it; 0 if all are members already. */
    public long add(long group, List<String> users) throws IOException, InterruptedException {
        return change(id ->
                new GroupCommand.Add(group, users.stream().map(people::user).toList(), id));
    }

    public long remove(long group, String user) throws IOException, InterruptedException {
        return change(id -> new GroupCommand.Remove(group, people.user(user), id));
    }

    /**
     * @param next the next owner, if the last one leaves; empty for whoever has been a member
     *     longest
     */
    public long leave(long group, Optional<String> next) throws IOException, InterruptedException {
        return change(id -> new GroupCommand.Leave(group, next.map(people::user).orElse(null), id));
    }

    public long join(long group) throws IOException, InterruptedException {
        return change(id -> new GroupCommand.Join(group, id));
    }

    public long rename(long group, String name) throws IOException, InterruptedException {
        return change(id -> new GroupCommand.Rename(group, name, id));
    }

    public long giveRole(long group, String user, GroupRole role) throws IOException, InterruptedException {
        return change(id -> new GroupCommand.GiveRole(group, people.user(user), role, id));
    }

    /** Changes settings; null leaves one as it is. */
    public long set(long group, @Nullable Boolean isWhole, @Nullable Boolean isOpen, @Nullable String topic)
            throws IOException, InterruptedException {
        return change(id -> new GroupCommand.Set(group, isWhole, isOpen, topic, id));
    }

    public long close(long group) throws IOException, InterruptedException {
        return change(id -> new GroupCommand.Close(group, id));
    }

    /** A group with all its members. */
    public record GroupWithMembers(GroupEvent.Members group, List<GroupEvent.Member> members) {}

    /** Returns a group with all its members. */
    public GroupWithMembers members(long group) throws IOException, InterruptedException {
        List<GroupEvent.Member> all = new ArrayList<>();
        GroupEvent.Members page;
        do {
            long after = all.isEmpty() ? 0 : all.getLast().user();
            page = requests.request(
                    id -> new GroupCommand.ListMembers(group, after, GroupCommand.ListMembers.MAX_LIMIT, id),
                    GroupEvent.Members.class);
            all.addAll(page.members());
        } while (page.more() && !page.members().isEmpty());
        people.learnGroup(group, page.name());
        all.forEach(member -> people.learn(member.user(), member.name()));
        return new GroupWithMembers(page, all);
    }

    /** Returns the open groups whose names have a word that begins with a text. */
    public List<UserEvent.FoundGroup> searchOpen(String text) throws IOException, InterruptedException {
        List<UserEvent.FoundGroup> found = requests.request(
                        id -> new UserCommand.FindUsers(text, UserCommand.FindUsers.MAX_LIMIT, id),
                        UserEvent.Found.class)
                .groups();
        found.forEach(group -> people.learnGroup(group.group(), group.name()));
        return found;
    }
}
