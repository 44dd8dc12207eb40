package chatd.client.talk.resume;

import chatd.protocol.command.UserCommand;
import chatd.protocol.event.UserEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A user's friends, and those whom it blocks. Each method blocks until the server has answered. */
public final class Friends {
    private final Requests requests;
    private final People people;

    Friends(Requests requests, People people) {
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

    /** Returns the requests of others that wait for an answer, by the name of who asks. */
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
        people.block(whom, on);
    }
}
