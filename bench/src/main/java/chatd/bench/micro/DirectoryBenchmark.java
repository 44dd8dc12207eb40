package chatd.bench.micro;

import chatd.daemon.directory.Directory;
import chatd.daemon.model.account.Account;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Measures looking names up among many accounts. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DirectoryBenchmark {
    @Param({"1000", "100000"})
    private int accounts;

    private Directory directory = new Directory(List.of(), Map.of());
    private int next;

    @org.openjdk.jmh.annotations.Setup
    public void fill() {
        List<Account> all = new ArrayList<>();
        for (int i = 1; i <= accounts; i++) {
            all.add(Account.fresh(i, "user" + i, "", Account.Password.OWN, 0, Instant.EPOCH));
        }
        directory = new Directory(all, Map.of());
    }

    @Benchmark
    public Optional<Account> byName() {
        next = next % accounts + 1;
        return directory.named("user" + next);
    }

    @Benchmark
    public String nameOf() {
        next = next % accounts + 1;
        return directory.nameOf(next);
    }
}
