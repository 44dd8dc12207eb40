package chatd.audit.read;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.audit.Logs;
import chatd.audit.event.AccountEvent;
import chatd.audit.event.AuditEvent;
import chatd.audit.event.LoggedIdentity;
import chatd.audit.event.Peer;
import chatd.audit.write.AuditLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages and changes that are in the log but not in an older database. */
class LoggedSinceTest {
    private static final Peer PEER = new Peer("s1", "chat/1", "192.0.2.1", 7);

    @TempDir
    private Path directory;

    private static AuditEvent file(long message, long file) {
        return new AuditEvent.MessageSent(message, LoggedIdentity.of(1, "alice"), PEER, file, 10, null, "d".repeat(43));
    }

    private static AuditEvent registered(long change, long account, String name) {
        return new AccountEvent.Registered(change, LoggedIdentity.of(account, name), PEER);
    }

    private LoggedSince since(long message, long change) throws IOException {
        return LoggedSince.read(directory, message, change);
    }

    @Test
    void numbersAndNamesThatTheDatabaseLacks() throws Exception {
        try (AuditLog log = AuditLog.open(directory, Logs.OPTIONS, Logs.clock())) {
            log.append(new AuditEvent.Started("1", 7, "", 900, 900));
            log.append(registered(1, 1, "alice"), registered(2, 2, "bob"), file(1, 1));
            log.rotate();
            log.append(Logs.event(2), file(3, 2), registered(3, 3, "mallory"));
            log.append(new AccountEvent.AccountChanged(4, LoggedIdentity.of(2, "robert"), "bob", "rename", "root"));
            log.rotate();
            log.append(Logs.event(4));
            log.publish();
            LoggedSince all = since(0, 0);
            assertThat(all.message()).isEqualTo(4);
            assertThat(all.change()).isEqualTo(4);
            assertThat(all.file()).isEqualTo(2);
            assertThat(all.account()).isEqualTo(3);
            assertThat(all.names()).isEqualTo(Map.of("alice", 1L, "bob", 2L, "mallory", 3L, "robert", 2L));
            LoggedSince some = since(2, 3);
            assertThat(some.file()).isEqualTo(2);
            assertThat(some.account()).isEqualTo(2);
            assertThat(some.names()).isEqualTo(Map.of("bob", 2L, "robert", 2L));
            LoggedSince nothing = since(4, 4);
            assertThat(nothing.message()).isEqualTo(4);
            assertThat(nothing.file()).isZero();
            assertThat(nothing.names()).isEmpty();
        }
    }
}
