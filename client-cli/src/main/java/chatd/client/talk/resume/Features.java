package chatd.client.talk.resume;

import chatd.client.talk.KnownUsers;
import chatd.client.talk.View;
import chatd.client.talk.request.Calls;
import chatd.client.talk.request.Friends;
import chatd.client.talk.request.Groups;
import chatd.client.talk.request.Histories;
import chatd.client.talk.request.Items;
import chatd.client.talk.request.Outbox;
import chatd.client.talk.request.OwnAccount;
import chatd.client.talk.request.People;
import chatd.client.talk.request.Privacy;
import chatd.client.talk.request.Requests;

/** What a session consists of, by subject; {@link EventHandler} keeps it up to date. */
record Features(
        OwnAccount account,
        People people,
        KnownUsers contacts,
        Requests requests,
        Outbox outbox,
        Items items,
        Histories histories,
        Friends friends,
        Groups groups,
        Privacy privacy,
        Calls calls,
        View view) {
    /**
     * @param host the server's host
     * @param sending the lock held while something is sent
     */
    static Features of(
            OwnAccount account,
            KnownUsers contacts,
            Requests.ConnectionSource connections,
            Object sending,
            String host,
            View view) {
        People people = new People();
        Requests requests = new Requests(sending, connections);
        Items items = new Items(people, account);
        return new Features(
                account,
                people,
                contacts,
                requests,
                new Outbox(sending, connections, view, people::user),
                items,
                new Histories(requests, people, view, items::of),
                new Friends(requests, people),
                new Groups(requests, people),
                new Privacy(requests),
                new Calls(requests, people, host),
                view);
    }
}
