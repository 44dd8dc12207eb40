package chatd.bench.micro;

import chatd.daemon.metrics.Metrics;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Measures what the journal's metrics cost: for each entry, and for each batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MetricsBenchmark {
    private final Metrics metrics = new Metrics();

    @Benchmark
    public long entry() {
        return System.nanoTime();
    }

    @Benchmark
    public long batch() {
        long submitted = System.nanoTime();
        metrics.timeCommit(submitted, System.nanoTime());
        long begin = System.nanoTime();
        metrics.timeAppend(begin, System.nanoTime());
        long end = System.nanoTime();
        metrics.timeDelivery(submitted, end);
        return end;
    }
}
