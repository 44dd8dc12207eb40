package chatd.client.talk.request;

import chatd.client.talk.View;
import chatd.protocol.command.UserCommand;
import chatd.protocol.event.UserEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A user's friends, and those whom it blocks. Each method blocks until the server has answered. */
public final class Friends {
    /** A user's number, in the form that the server accepts as a name. */
    private static final Pattern NUMBER = Pattern.compile("[Uu]?([1-9]\\d{0,9})");

    private final Requests requests;
    private final People people;

    public Friends(Requests requests, People people) {
        this.requests = requests;
        this.people = people;
    }

    /** Returns the user's friends, by their numbers. Blocks. */
    public List<UserEvent.FoundUser> all() throws IOException, InterruptedException {
        List<UserEvent.FoundUser> found = new ArrayList<>();
        boolean hasMore = true;
        while (hasMore) {
            long from = found.isEmpty() ? 0 : found.getLast().user();
            UserEvent.Found page = requests.request(
                    id -> new UserCommand.ListFriends(from, UserCommand.ListFriends.MOST, id), UserEvent.Found.class);
            found.addAll(page.users());
            hasMore = page.more() && !page.users().isEmpty();
        }
        people.learn(found);
        return found;
    }

    /** Returns the requests of others that wait for an answer, by the name of the user who asks. */
    public Map<String, String> asking() {
        return people.asking();
    }

    /** Asks a user to be a friend, or agrees if that user has asked. Blocks. */
    public void ask(String whom, String text) throws IOException, InterruptedException {
        requests.command(id -> new UserCommand.AskFriend(Requests.user(whom), text, id));
    }

    /** Declines a user's request, withdraws one, or ends the friendship. Blocks. */
    public void remove(String whom) throws IOException, InterruptedException {
        boolean asks = people.asking().containsKey(whom);
        requests.command(id -> asks
                ? new UserCommand.AnswerFriend(Requests.user(whom), false, id)
                : new UserCommand.RemoveFriend(Requests.user(whom), id));
    }

    /** Blocks a user, or unblocks it. Blocks. */
    public void block(String whom, boolean on) throws IOException, InterruptedException {
        requests.command(id -> new UserCommand.Block(Requests.user(whom), on, id));
        // Needs the user's number: the client may not know what was typed, whether a name or a number.
        OptionalLong number = number(whom);
        if (number.isPresent()) {
            people.block(number.getAsLong(), on);
        }
    }

    /** Returns the number of a user, by its name or what stands for it; the server is asked, and tells its name, too. */
    private OptionalLong number(String whom) throws IOException, InterruptedException {
        Matcher numbered = NUMBER.matcher(whom);
        UserEvent.Found found = numbered.matches()
                ? requests.request(
                        id -> new UserCommand.LookUpUsers(List.of(Long.parseLong(numbered.group(1))), id),
                        UserEvent.Found.class)
                : requests.request(
                        id -> new UserCommand.FindUsers(whom, UserCommand.FindUsers.MOST, id), UserEvent.Found.class);
        people.learn(found.users());
        Optional<String> called = People.called(whom, found.users());
        return found.users().stream()
                .filter(user ->
                        numbered.matches() || called.filter(user.name()::equals).isPresent())
                .mapToLong(UserEvent.FoundUser::user)
                .findFirst();
    }

    /** Handles that somebody, or another session of this account, has asked. */
    public void asked(UserEvent.FriendAsked asked, long me, View view) {
        people.learn(asked.user(), asked.name());
        if (asked.user() != me) {
            people.asks(asked.user(), asked.text());
            view.friendRequested(asked.name(), asked.text());
        }
    }

    public void answered(UserEvent.FriendAnswered answered, long me, View view) {
        long other = answered.user() == me ? answered.asker() : answered.user();
        people.befriended(other, answered.agreed() || people.isFriend(other));
        if (answered.user() != me || answered.agreed()) {
            view.notice(people.name(other)
                    + (answered.agreed() ? " is your friend now." : " does not want to be your friend."));
        }
    }

    public void removed(UserEvent.FriendRemoved removed, long me, View view) {
        long other = removed.user() == me ? removed.other() : removed.user();
        boolean wasFriend = people.isFriend(other);
        people.befriended(other, false);
        if (removed.user() != me && wasFriend) {
            view.notice(people.name(other) + " is no longer your friend.");
        }
    }
}
