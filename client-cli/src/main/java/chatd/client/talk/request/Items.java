package chatd.client.talk.request;

import chatd.client.talk.item.GroupNews;
import chatd.client.talk.item.Item;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.people.User;
import java.util.List;
import java.util.Objects;

/** Makes items of messages, with the names that are known. Any thread. */
public final class Items {
    private final People people;
    private final OwnAccount account;

    public Items(People people, OwnAccount account) {
        this.account = account;
        this.people = people;
    }

    /** Returns the conversation that another user's message belongs to. */
    public static long conversation(MessageEvent.Stored stored) {
        List<Long> receivers = stored.receivers();
        return receivers == null
                ? Addressee.EVERYONE
                : Addressee.isGroup(receivers.getFirst()) ? receivers.getFirst() : stored.sender();
    }

    /** Returns a stored message as an item, with the names that are known. */
    public Item of(MessageEvent.Message message) {
        MessageEvent.Stored stored = Objects.requireNonNull(message.stored());
        List<Long> receivers = stored.receivers();
        String sender = stored.sender() == MessageEvent.Stored.SERVER
                ? User.SERVER
                : message.sender().isEmpty() ? people.name(stored.sender()) : message.sender();
        Item item = Item.of(message, account.is(stored.sender()));
        if (message instanceof MessageEvent.GroupChanged changed) {
            item = item.with(GroupNews.of(
                    changed.act(),
                    people.groupLabel(changed.group(), changed.name()),
                    stored.sender() == MessageEvent.Stored.SERVER,
                    people::name));
        }
        return item.from(sender, stored.references().mentioned().contains(account.number()))
                .sentTo(
                        receivers == null
                                ? List.of()
                                : receivers.stream().map(people::name).toList());
    }
}
