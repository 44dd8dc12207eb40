package chatd.daemon.files;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The uploads that outlive a request, by their keys. One thread at a time holds a key, and with it the upload: only that
 * thread may write to the upload, send it, or close it. An upload that is forgotten while it is held is closed by whoever
 * holds it.
 *
 * <p>Thread-safe. One lock guards all keys; under it nothing is cut off, stored or closed.
 *
 * @param <K> what identifies an upload
 * @param <U> the upload
 */
final class OpenUploads<K, U> {
    private final Clock clock;

    @GuardedBy("this")
    private final Map<K, Slot<U>> slots = new HashMap<>();

    /** How many waits there were so far, which numbers them. */
    @GuardedBy("this")
    private long waits;

    OpenUploads(Clock clock) {
        this.clock = clock;
    }

    /** A key's state. Guarded by the lock of its {@link OpenUploads}. */
    private static final class Slot<U> {
        /** Null before there is one. */
        @Nullable
        U upload;

        /** Cuts off whoever holds the key; null while nobody does. */
        @Nullable
        Runnable cut;

        /** The number of the wait that gets the key next; 0 if nobody waits. */
        long waiting;

        /** Whether whoever holds the key has to close the upload. */
        boolean isForgotten;

        /** When the upload was last released. */
        Instant moved = Instant.MIN;

        boolean isFree() {
            return cut == null && waiting == 0;
        }
    }

    /** The exclusive right to a key. Used by one thread. */
    final class Hold {
        private final K key;
        private final Slot<U> slot;

        private Hold(K key, Slot<U> slot) {
            this.key = key;
            this.slot = slot;
        }

        /** Returns the key's upload; null if there is none. */
        @Nullable
        U upload() {
            synchronized (OpenUploads.this) {
                return slot.upload;
            }
        }

        /** Sets the key's upload; returns the one before, which the caller must close. */
        @Nullable
        U replace(@Nullable U upload) {
            synchronized (OpenUploads.this) {
                U before = slot.upload;
                slot.upload = upload;
                return before;
            }
        }

        /**
         * Releases the key.
         *
         * @param isKept whether the upload, if there is one, stays for whoever holds the key next
         * @return the upload if it does not stay: the caller must close it
         */
        @Nullable
        U release(boolean isKept) {
            synchronized (OpenUploads.this) {
                slot.cut = null;
                slot.moved = clock.instant();
                U closed = isKept && !slot.isForgotten ? null : slot.upload;
                if (closed != null) {
                    slot.upload = null;
                }
                slot.isForgotten = false;
                if (slot.waiting != 0) {
                    OpenUploads.this.notifyAll();
                } else if (slot.upload == null) {
                    slots.remove(key);
                }
                return closed;
            }
        }
    }

    /**
     * Acquires a key: cuts off whoever holds it, and waits until they have released it. If several
     * wait, the last one gets it, and the others are refused.
     *
     * @param cut cuts off the caller, should another thread want the key; must not block
     * @throws Refusal {@link Code#BUSY} if another thread wants it as well, or it was not released
     *     in time
     */
    Hold hold(K key, Runnable cut, Duration timeout) throws InterruptedException {
        long me;
        Slot<U> slot;
        Runnable other;
        synchronized (this) {
            slot = slots.computeIfAbsent(key, _ -> new Slot<>());
            if (slot.isFree()) {
                slot.cut = cut;
                return new Hold(key, slot);
            }
            me = ++waits;
            slot.waiting = me;
            other = slot.cut;
            notifyAll();
        }
        if (other != null) {
            other.run();
        }
        long end = System.nanoTime() + timeout.toNanos();
        synchronized (this) {
            try {
                while (slot.waiting == me && slot.cut != null) {
                    long millis = (end - System.nanoTime()) / 1_000_000;
                    if (millis <= 0) {
                        break;
                    }
                    wait(millis);
                }
                if (slot.waiting == me && slot.cut == null) {
                    slot.cut = cut;
                    return new Hold(key, slot);
                }
            } finally {
                if (slot.waiting == me) {
                    slot.waiting = 0;
                    if (slot.cut == null && slot.upload == null) {
                        slots.remove(key);
                    }
                }
            }
        }
        throw new Refusal(Code.BUSY, "This file is still arriving over another connection. Try again in a moment.");
    }

    /** Acquires a key if there is an upload that nobody holds. */
    Optional<Hold> holdIfFree(K key) {
        synchronized (this) {
            Slot<U> slot = slots.get(key);
            if (slot == null || slot.upload == null || !slot.isFree()) {
                return Optional.empty();
            }
            slot.cut = () -> {};
            return Optional.of(new Hold(key, slot));
        }
    }

    /** Adds an upload that nobody holds; the key must be new. */
    synchronized void add(K key, U upload) {
        Slot<U> slot = new Slot<>();
        slot.upload = upload;
        slot.moved = clock.instant();
        slots.put(key, slot);
    }

    /** Returns something about an upload, held or not; empty if there is none. {@code what} runs under the lock. */
    synchronized <T> Optional<T> query(K key, Function<? super U, T> what) {
        Slot<U> slot = slots.get(key);
        return slot == null || slot.upload == null ? Optional.empty() : Optional.of(what.apply(slot.upload));
    }

    /** Returns the keys of uploads, held or not. {@code which} runs under the lock. */
    synchronized List<K> keys(Predicate<? super U> which) {
        List<K> keys = new ArrayList<>();
        slots.forEach((key, slot) -> {
            if (slot.upload != null && !slot.isForgotten && which.test(slot.upload)) {
                keys.add(key);
            }
        });
        return keys;
    }

    /** Forgets uploads. Returns those that nobody holds: the caller must close them. {@code which} runs under the lock. */
    synchronized List<U> forget(Predicate<? super U> which) {
        List<U> closed = new ArrayList<>();
        for (K key : keys(which)) {
            Slot<U> slot = slots.get(key);
            if (slot == null || slot.upload == null) {
                continue;
            }
            if (slot.isFree()) {
                closed.add(slot.upload);
                slots.remove(key);
            } else {
                slot.isForgotten = true;
            }
        }
        return closed;
    }

    /** Forgets the uploads that nobody has held for so long. Returns them: the caller must close them. */
    synchronized List<U> forgetUnmoved(Duration age) {
        Instant before = clock.instant().minus(age);
        List<U> closed = new ArrayList<>();
        slots.values().removeIf(slot -> {
            if (slot.upload == null || !slot.isFree() || slot.moved.isAfter(before)) {
                return false;
            }
            closed.add(slot.upload);
            return true;
        });
        return closed;
    }

    /**
     * Forgets the upload that was released first, of those that nobody holds. Returns it: the
     * caller must close it.
     */
    synchronized Optional<U> forgetOldest(Predicate<? super K> which) {
        Optional<K> oldest = slots.entrySet().stream()
                .filter(each ->
                        each.getValue().upload != null && each.getValue().isFree() && which.test(each.getKey()))
                .min(Comparator.comparing(each -> each.getValue().moved))
                .map(Map.Entry::getKey);
        return oldest.map(key -> slots.remove(key)).map(slot -> slot.upload);
    }

    /** Returns whether there is no upload. */
    synchronized boolean isEmpty() {
        return slots.isEmpty();
    }
}
