package chatd.daemon.messages;

import chatd.daemon.directory.Directory;
import chatd.daemon.journal.Applier;
import chatd.daemon.model.entry.Amendment;
import chatd.daemon.model.entry.GroupChange;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.message.Reader;
import chatd.daemon.store.read.AmendmentStore;
import chatd.daemon.store.read.GroupStore;
import chatd.daemon.store.read.MessageStore;
import chatd.daemon.store.read.Range;
import chatd.daemon.store.read.Stores;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.MessageState;
import chatd.protocol.value.group.GroupAction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the items of histories: messages as they are now, and amendments to older ones (page
 * {@code chat-json-1.md}, "Taking back, correcting, reacting"). Any thread; blocks.
 */
public final class Items {
    private final MessageStore messages;
    private final AmendmentStore amendments;
    private final GroupStore groups;
    private final Directory directory;

    public Items(Stores stores, Directory directory) {
        this.messages = stores.messages();
        this.amendments = stores.amendments();
        this.groups = stores.groups();
        this.directory = directory;
    }

    /**
     * One item of a history.
     *
     * @param involved the accounts that its reader may know to be involved in it
     */
    public record Item(MessageEvent.Message event, Set<Long> involved) {
        public long number() {
            MessageEvent.Stored stored = event.stored();
            return stored == null ? 0 : stored.number();
        }
    }

    /**
     * Returns the numbers above {@code after} in a user's history, the lowest first: of messages, and of
     * amendments to those that the user knows already.
     *
     * @param conversation one of the user's own; null for all of them
     * @param known the number up to which the user knows the messages
     */
    List<Long> after(Reader reader, @Nullable Long conversation, long known, long after, long upTo, int count) {
        List<Long> sent = messages.numbers(reader, conversation, new Range(after, upTo, count, false));
        // No further than the messages go, so that all pages together read everything once.
        long end = sent.size() < count ? upTo : sent.getLast();
        List<Long> done = amendments.numbers(reader, conversation, known, new Range(after, end, count, false));
        return done.isEmpty()
                ? sent
                : Stream.concat(sent.stream(), done.stream())
                        .sorted()
                        .limit(count)
                        .toList();
    }

    /**
     * Returns the items with these numbers, by number.
     *
     * @param upTo amendments above this number are left out
     */
    public List<Item> read(Reader reader, List<Long> numbers, long upTo) {
        List<Message> sent = messages.messages(numbers);
        Map<Long, AmendmentStore.State> states = sent.isEmpty() ? Map.of() : amendments.states(reader, sent, upTo);
        List<Item> items = new ArrayList<>(numbers.size());
        for (Message message : sent) {
            items.add(item(reader, message, states.getOrDefault(message.number(), AmendmentStore.State.UNCHANGED)));
        }
        if (sent.size() < numbers.size()) {
            Set<Long> others = new HashSet<>(numbers);
            sent.forEach(message -> others.remove(message.number()));
            for (GroupChange change : groups.changes(others)) {
                others.remove(change.number());
                items.add(item(change));
            }
            amendments.amendments(others).stream()
                    .filter(amendment -> !isEmpty(amendment.act()))
                    .forEach(amendment -> items.add(item(reader, amendment)));
            items.sort(Comparator.comparingLong(Item::number));
        }
        return items;
    }

    /**
     * Returns whether an amendment lost its content, because its message was taken back while it
     * was being read.
     */
    private static boolean isEmpty(Amendment.Act act) {
        return switch (act) {
            case Amendment.TakenBack _ -> false;
            case Amendment.Corrected corrected -> corrected.text() == null;
            case Amendment.Reacted reacted -> reacted.code() == null;
        };
    }

    private Item item(Reader reader, Message message, AmendmentStore.State state) {
        Set<Long> concerned = concerned(message.sender(), message.receivers(), reader);
        if (message.isErased()) {
            AmendmentStore.Retraction taken = state.takenBack();
            long by = taken == null ? Message.SERVER : taken.by();
            if (by != Message.SERVER) {
                concerned.add(by);
            }
            return new Item(erased(message, by, taken == null ? message.time() : taken.time(), directory), concerned);
        }
        state.reactions().values().forEach(found -> concerned.addAll(found.users()));
        return new Item(amended(message, state), concerned);
    }

    private static MessageEvent.Erased erased(Message message, long by, Instant time, Directory directory) {
        return new MessageEvent.Erased(
                directory.nameOf(message.sender()),
                message.time(),
                message.file() != null,
                by,
                time,
                new MessageEvent.Stored(message.number(), message.sender(), message.receivers()));
    }

    private MessageEvent.Message amended(Message message, AmendmentStore.State state) {
        List<AmendmentStore.Correction> corrections = state.corrections();
        if (corrections.isEmpty() && state.reactions().isEmpty()) {
            return Applier.event(message, MessageState.UNCHANGED, directory);
        }
        if (corrections.isEmpty()) {
            return Applier.event(message, new MessageState(null, List.of(), state.reactions()), directory);
        }
        AmendmentStore.Correction shown = corrections.getFirst();
        List<MessageState.Text> earlier = new ArrayList<>();
        corrections.stream()
                .skip(1)
                .forEach(before -> earlier.add(
                        new MessageState.Text(before.number(), before.time(), before.text(), before.salt())));
        earlier.add(new MessageState.Text(
                message.number(), message.time(), String.valueOf(message.text()), message.salt()));
        MessageState amended =
                new MessageState(new MessageState.Version(shown.number(), shown.time()), earlier, state.reactions());
        return Applier.event(message.with(shown.text(), shown.salt()), amended, directory);
    }

    private Item item(GroupChange change) {
        Set<Long> concerned = new HashSet<>(change.addedAccounts());
        concerned.add(Addressee.group(change.group()));
        concerned.add(change.sender());
        concerned.add(change.removedAccount());
        if (change.act() instanceof GroupAction.RoleGiven given) {
            concerned.add(given.user());
        } else if (change.act() instanceof GroupAction.Left left) {
            concerned.add(left.next());
        }
        concerned.remove(Message.SERVER);
        return new Item(Applier.event(change, directory), concerned);
    }

    private Item item(Reader reader, Amendment amendment) {
        return new Item(
                Applier.event(amendment, directory), concerned(amendment.sender(), amendment.receivers(), reader));
    }

    /** Returns the accounts that a reader may know to have sent or received something. */
    private static Set<Long> concerned(long sender, @Nullable List<Long> receivers, Reader reader) {
        Set<Long> concerned = new HashSet<>();
        if (sender != Message.SERVER) {
            concerned.add(sender);
        }
        if (receivers != null) {
            receivers.stream()
                    .filter(receiver ->
                            receiver == reader.number() || sender == reader.number() || Addressee.isGroup(receiver))
                    .forEach(concerned::add);
        }
        return concerned;
    }
}
