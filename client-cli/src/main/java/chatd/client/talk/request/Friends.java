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

/**
 * The user's friends, and the users whom they block. Each method blocks until the server has
 * answered.
 */
public final class Friends {
    /** A user's number, in the form that the server accepts as a name. */
    private static final Pattern NUMBER = Pattern.compile("[Uu]?([1-9]\\d{0,9})");

    private final Requests requests;
    private final People people;

    public Friends(Requests requests, People people) {
        this.requests = requests;
        this.people = people;
    }

    /** Returns the user's friends, in order of their numbers. Blocks. */
    public List<UserEvent.FoundUser> all() throws IOException, InterruptedException {
        List<UserEvent.FoundUser> found = new ArrayList<>();
        boolean hasMore = true;
        while (hasMore) {
            long from = found.isEmpty() ? 0 : found.getLast().user();
            UserEvent.Found page = requests.request(
                    id -> new UserCommand.ListFriends(from, UserCommand.ListFriends.MAX_LIMIT, id),
                    UserEvent.Found.class);
            found.addAll(page.users());
            hasMore = page.more() && !page.users().isEmpty();
        }
        people.learn(found);
        return found;
    }

    /** Returns the pending friend requests of others, by the name of the user who asks. */
    public Map<String, String> pendingRequests() {
        return people.pendingRequests();
    }

    /** Asks a user to be a friend, or agrees if that user has asked. Blocks. */
    public void ask(String whom, String text) throws IOException, InterruptedException {
        requests.command(id -> new UserCommand.AskFriend(Requests.user(whom), text, id));
    }

    /** Declines a user's request, withdraws one, or ends the friendship. Blocks. */
    public void remove(String whom) throws IOException, InterruptedException {
        boolean asks = people.pendingRequests().containsKey(whom);
        requests.command(id -> asks
                ? new UserCommand.AnswerFriend(Requests.user(whom), false, id)
                : new UserCommand.RemoveFriend(Requests.user(whom), id));
    }

    /** Blocks or unblocks a user. Blocks until the server has answered. */
    public void block(String whom, boolean on) throws IOException, InterruptedException {
        requests.command(id -> new UserCommand.Block(Requests.user(whom), on, id));
        // Needs the user's number: the client may not know the user who was typed, by name or by number.
        OptionalLong number = number(whom);
        if (number.isPresent()) {
            people.block(number.getAsLong(), on);
        }
    }

    /**
     * Asks the server for the number of a user, given by name or number; learns their name, too.
     */
    private OptionalLong number(String whom) throws IOException, InterruptedException {
        Matcher numbered = NUMBER.matcher(whom);
        UserEvent.Found found = numbered.matches()
                ? requests.request(
                        id -> new UserCommand.LookUpUsers(List.of(Long.parseLong(numbered.group(1))), id),
                        UserEvent.Found.class)
                : requests.request(
                        id -> new UserCommand.FindUsers(whom, UserCommand.FindUsers.MAX_LIMIT, id),
                        UserEvent.Found.class);
        people.learn(found.users());
        Optional<String> called = People.findByName(whom, found.users());
        return found.users().stream()
                .filter(user ->
                        numbered.matches() || called.filter(user.name()::equals).isPresent())
                .mapToLong(UserEvent.FoundUser::user)
                .findFirst();
    }

    /** Handles a friend request from somebody, or from another session of this account. */
    public void asked(UserEvent.FriendAsked asked, long me, View view) {
        people.learn(asked.user(), asked.name());
        if (asked.user() != me) {
            people.addPendingRequest(asked.user(), asked.text());
            view.friendRequested(asked.name(), asked.text());
        }
    }

    public void answered(UserEvent.FriendAnswered answered, long me, View view) {
        long other = answered.user() == me ? answered.asker() : answered.user();
        people.setFriend(other, answered.agreed() || people.isFriend(other));
        if (answered.user() != me || answered.agreed()) {
            view.notice(people.name(other)
                    + (answered.agreed() ? " is your friend now." : " declined your friend request."));
        }
    }

    public void removed(UserEvent.FriendRemoved removed, long me, View view) {
        long other = removed.user() == me ? removed.other() : removed.user();
        boolean wasFriend = people.isFriend(other);
        people.setFriend(other, false);
        if (removed.user() != me && wasFriend) {
            view.notice(people.name(other) + " is no longer your friend.");
        }
    }
}
