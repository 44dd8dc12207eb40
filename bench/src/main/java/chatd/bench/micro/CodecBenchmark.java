package chatd.bench.micro;

import chatd.protocol.chat1.Chat1;
import chatd.protocol.command.MessageCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.value.Audience;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Measures decoding and encoding a text of 100 bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
    private final Chat1 codec = new Chat1();
    private final ByteBufAllocator buffers = ByteBufAllocator.DEFAULT;
    private final Event text =
            new MessageEvent.Text("alice", Instant.parse("2026-11-20T10:00:00Z"), "x".repeat(100), null);
    private final ByteBuf sent = codec.write(new MessageCommand.SendText(Audience.of("bob"), "x".repeat(100)), buffers);

    @Benchmark
    public int encodeText() {
        ByteBuf frame = codec.frames(text, 1, buffers).getFirst().bytes();
        int size = frame.readableBytes();
        frame.release();
        return size;
    }

    @Benchmark
    public @Nullable Object decodeText() {
        sent.readerIndex(0);
        return codec.commandReader().next(sent, true);
    }
}
