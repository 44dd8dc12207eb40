package chatd.client.direct;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A bad network path between two sides: packets are lost, delayed and reordered, as a seed
 * determines. Each side talks to a socket of the relay in place of the other side.
 */
final class Relay implements AutoCloseable {
    private static final int MAX_RECORDED = 10_000;

    private final DatagramSocket[] sockets = new DatagramSocket[2];
    private final InetSocketAddress[] sides = new InetSocketAddress[2];
    private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
    private final Deque<byte[]> recorded = new ArrayDeque<>();
    private final double loss;
    private final Duration delay;
    private final Duration spread;
    private volatile Predicate<byte[]> passes = packet -> true;

    /**
     * @param loss how many packets are lost, 0 to 1
     * @param delay of each packet, to which a random part of {@code spread} is added
     */
    Relay(Random random, int one, int other, double loss, Duration delay, Duration spread) throws SocketException {
        this.loss = loss;
        this.delay = delay;
        this.spread = spread;
        sides[0] = new InetSocketAddress(InetAddress.getLoopbackAddress(), one);
        sides[1] = new InetSocketAddress(InetAddress.getLoopbackAddress(), other);
        for (int i = 0; i < 2; i++) {
            sockets[i] = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            sockets[i].setReceiveBufferSize(8 << 20);
        }
        for (int i = 0; i < 2; i++) {
            int from = i;
            Random own = new Random(random.nextLong());
            Thread.ofPlatform().daemon().name("relay").start(() -> forward(from, own));
        }
    }

    /** Sets which packets of the second side pass. */
    void filterAnswers(Predicate<byte[]> passing) {
        passes = passing;
    }

    /** Returns the port that a side takes for the other's. */
    int portFor(int side) {
        return sockets[side].getLocalPort();
    }

    /** Returns the last packets that went to a side, or came from it. */
    Deque<byte[]> recorded() {
        synchronized (recorded) {
            return new ArrayDeque<>(recorded);
        }
    }

    private void forward(int from, Random random) {
        byte[] bytes = new byte[2_048];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
                sockets[from].receive(packet);
                byte[] copy = Arrays.copyOf(bytes, packet.getLength());
                synchronized (recorded) {
                    recorded.add(copy);
                    if (recorded.size() > MAX_RECORDED) {
                        recorded.removeFirst();
                    }
                }
                if (random.nextDouble() >= loss && (from == 0 || passes.test(copy))) {
                    long micros = TimeUnit.NANOSECONDS.toMicros(
                            delay.toNanos() + (long) (random.nextDouble() * spread.toNanos()));
                    var _ = scheduler.schedule(() -> send(1 - from, copy), micros, TimeUnit.MICROSECONDS);
                }
            }
        } catch (IOException | RejectedExecutionException e) {
            // It was closed.
        }
    }

    private void send(int to, byte[] bytes) {
        try {
            sockets[to].send(new DatagramPacket(bytes, bytes.length, sides[to]));
        } catch (SocketException e) {
            // It was closed.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        scheduler.shutdownNow();
        for (DatagramSocket socket : sockets) {
            socket.close();
        }
    }
}
