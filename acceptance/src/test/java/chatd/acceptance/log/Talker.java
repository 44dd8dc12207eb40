package chatd.acceptance.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.Wire;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A user that talks continuously, in every way, and records everything it sent and received. Each message has a unique
 * key: the user's name, a dot, and an increasing number. It is a text's content, and a file's name.
 */
public final class Talker {

    private final Chatd chatd;
    private final Chatd.Person person;
    private final List<String> others;
    private final Random random;
    private final Queue<String> received = new ConcurrentLinkedQueue<>();
    private final AtomicInteger receivedCount = new AtomicInteger();
    private final Queue<String> serverTexts = new ConcurrentLinkedQueue<>();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> toAll = ConcurrentHashMap.newKeySet();
    private final Semaphore fences = new Semaphore(0);
    private int number;
    private volatile boolean stopped;
    private volatile boolean broken;
    private @Nullable Chat1Socket socket;
    private Thread sending = new Thread();
    private Thread reading = new Thread();

    public Talker(Chatd chatd, Chatd.Person person, List<String> everyone) {
        this.chatd = chatd;
        this.person = person;
        others = everyone.stream().filter(name -> !name.equals(person.name())).toList();
        random = new Random(everyone.indexOf(person.name()));
    }

    Chatd.Person person() {
        return person;
    }

    /** Returns every key that arrived, in order. */
    List<String> received() {
        return List.copyOf(received);
    }

    /** Returns how many keys arrived. */
    public int receivedCount() {
        return receivedCount.get();
    }

    /** Returns the texts that it received from {@code server}. */
    List<String> serverTexts() {
        return List.copyOf(serverTexts);
    }

    /**
     * Returns every key that was followed by an answered fence, with no text from {@code server} before it that might
     * have refused the key.
     */
    Set<String> acknowledged() {
        return acknowledged;
    }

    boolean saidToAll(String key) {
        return toAll.contains(key);
    }

    public boolean isTalking() {
        return sending.isAlive();
    }

    public boolean isBroken() {
        return broken;
    }

    /** Connects all of them, so that none misses anything, and then has each send {@code limit} messages. */
    public static void begin(List<Talker> talkers, int limit) {
        talkers.forEach(Talker::connect);
        talkers.forEach(talker -> talker.talk(limit, Duration.ZERO));
    }

    /** Begins as {@link #begin} does, but until stopped, and with pauses, because all of it is compared afterwards. */
    public static void beginUntilStopped(List<Talker> talkers) {
        talkers.forEach(Talker::connect);
        talkers.forEach(talker -> talker.talk(Integer.MAX_VALUE, Duration.ofMillis(100)));
    }

    private void connect() {
        stopped = false;
        broken = false;
        fences.drainPermits();
        Chat1Socket fresh = chatd.logIn(person);
        socket = fresh;
        reading = Thread.startVirtualThread(() -> read(fresh));
    }

    /** Starts sending {@code limit} messages, with a fence after every ten. */
    private void talk(int limit, Duration pause) {
        Chat1Socket current = requireNonNull(socket);
        sending = Thread.startVirtualThread(() -> talk(current, limit, pause));
    }

    private void talk(Chat1Socket to, int limit, Duration pause) {
        try {
            for (int i = 0; i < limit && !stopped; ) {
                int before = serverTexts.size();
                var open = new ArrayList<String>();
                for (int j = 0; j < 10; j++, i++) {
                    String key = person.name() + "." + number++;
                    to.send(randomMessage(key));
                    open.add(key);
                }
                if (!fence(to)) {
                    return;
                }
                if (serverTexts.size() == before) {
                    acknowledged.addAll(open);
                }
                Thread.sleep(pause);
            }
        } catch (UncheckedIOException _) {
            broken = true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean fence(Chat1Socket to) throws InterruptedException {
        to.send(Wire.replay(0));
        fences.acquire();
        return !broken;
    }

    private byte[] randomMessage(String key) {
        String one = others.get(random.nextInt(others.size()));
        return switch (random.nextInt(6)) {
            case 0 -> {
                toAll.add(key);
                yield Wire.textToAll(key);
            }
            case 1 -> Wire.text(key, others.toArray(String[]::new));
            case 2 -> Wire.file(key, Wire.utf8(key), one);
            default -> Wire.text(key, one);
        };
    }

    private void read(Chat1Socket from) {
        try {
            for (Frame frame = from.next(); ; frame = from.next()) {
                switch (frame.code()) {
                    case Wire.TEXT -> {
                        if (frame.name().equals("server")) {
                            serverTexts.add(frame.text());
                        } else {
                            receive(frame.text());
                        }
                    }
                    case Wire.FILE -> receive(frame.fileName());
                    case Wire.CLEAR -> fences.release();
                    default -> {
                        if (!frame.isPresence()) {
                            receive("unexpected " + frame); // makes the comparison fail
                        }
                    }
                }
            }
        } catch (UncheckedIOException _) {
            // it ended
        } finally {
            broken = true;
            fences.release(2); // wakes whoever waits for an answer that will never come
        }
    }

    private void receive(String what) {
        received.add(what);
        receivedCount.incrementAndGet();
    }

    /** Stops it after its current ten messages; on return all of them have taken effect. */
    public void stopTalking() throws InterruptedException {
        stopped = true;
        sending.join();
    }

    /** Waits until everything that others had done before this call has reached it. */
    public void settle() throws InterruptedException {
        Chat1Socket current = socket;
        assertThat(current != null && fence(current)).as("still connected").isTrue();
    }

    /** Closes its connection, unless that is already broken, and waits until everything that arrived has been read. */
    public void leave() throws InterruptedException {
        sending.join();
        Chat1Socket current = socket;
        if (current != null && !broken) {
            current.close();
        }
        reading.join();
    }
}
