package chatd.client.screen;

import chatd.client.talk.item.Item;
import chatd.text.SafeText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The items that were shown last: to answer them, to correct one's own, to show what is answered. Changed with the lock of
 * the {@link Presenter} held; what the screen asks while it reads takes no lock, since the screen's is held then.
 */
final class ShownItems {
    /** The most items remembered. */
    private static final int MAX = 200;

    private final Supplier<String> me;
    private final UnaryOperator<String> label;

    /** The items shown last, by their numbers. */
    private final Map<Long, Item> items = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Item> eldest) {
            return size() > MAX;
        }
    };

    /** The same, for any thread. */
    private volatile List<Item> shown = List.of();

    /**
     * @param me returns what the user is called
     * @param label returns how a recipient is shown
     */
    ShownItems(Supplier<String> me, UnaryOperator<String> label) {
        this.me = me;
        this.label = label;
    }

    /** Records what an item that is shown adds, changes or removes. */
    void apply(Item item) {
        switch (item.action()) {
            case SENT -> {
                if (item.number() > 0) {
                    items.put(item.number(), item);
                }
            }
            case ERASED -> items.remove(item.number());
            case TAKEN_BACK -> items.remove(item.of());
            case CORRECTED -> items.computeIfPresent(item.of(), (of, was) -> was.corrected(item.text()));
            case REACTED, REACTION_REMOVED, GROUP -> {}
        }
        shown = List.copyOf(items.values());
    }

    /** Forgets an item that was taken back. */
    void remove(long number) {
        items.remove(number);
        shown = List.copyOf(items.values());
    }

    /** Gives a user another name. */
    void rename(String was, String to) {
        items.replaceAll((number, item) -> item.renamed(was, to));
        shown = List.copyOf(items.values());
    }

    /** Returns an item by its number; null if it was not shown lately. */
    @Nullable
    Item get(long number) {
        return items.get(number);
    }

    /** Returns the item that another answers or is about, if it was shown. */
    @Nullable
    Item answered(Item item) {
        return items.get(Math.max(item.answered(), item.of()));
    }

    /** Returns the files that were shown, the last first. Any thread; takes no lock. */
    List<LineCompleter.File> files() {
        return shown.stream()
                .filter(item -> Objects.requireNonNullElse(item.file(), 0L) > 0)
                .map(item -> new LineCompleter.File(String.valueOf(item.file()), SafeText.line(item.text())))
                .toList()
                .reversed();
    }

    /**
     * Returns an item that was shown lately; null if there is none.
     *
     * @param number its number; 0 for the last one that somebody else wrote in the conversation with {@code with}
     * @param with the other users of the conversation; nobody means everyone, null any conversation
     */
    @Nullable
    Item find(long number, @Nullable List<String> with) {
        Item last = items.get(number);
        if (number == 0) {
            for (Item item : items.values()) {
                boolean isIts = (with == null || isIn(item, with)) && !item.isMine();
                // What was shown last may be older: a part of the history.
                last = isIts && (last == null || item.number() > last.number()) ? item : last;
            }
        }
        return last;
    }

    /** Remembers an item that is about to be answered, or the like, as if it had been shown. */
    void remember(Item item) {
        items.put(item.number(), item);
        shown = List.copyOf(items.values());
    }

    /** Returns whether an item is of the conversation with these users; nobody means everyone. */
    private boolean isIn(Item item, List<String> with) {
        boolean isToAll = item.to().equals(Optional.of(List.of()));
        if (with.isEmpty() || isToAll) {
            return with.isEmpty() && isToAll;
        }
        if (item.isMine() && item.to().isPresent()) {
            // To several, it is in the conversation with each of them.
            Set<String> to = item.to().get().stream().map(label).collect(Collectors.toSet());
            return with.stream().allMatch(one -> to.contains(label.apply(one)));
        }
        // A group may have been renamed since.
        return with.stream().anyMatch(one -> label.apply(one).equals(label.apply(item.otherSide(me.get()))));
    }

    /**
     * Returns the last item that the user sent and that was shown; null if there is none. Takes no lock.
     *
     * @param with the others of its conversation, as in {@link #find}; null if nobody is talked to
     */
    @Nullable
    Item lastOwn(@Nullable List<String> with) {
        Item last = null;
        for (Item item : shown) {
            boolean isThere = with != null && item.isMine() && isIn(item, with);
            last = isThere && (last == null || item.number() > last.number()) ? item : last;
        }
        return last;
    }
}
