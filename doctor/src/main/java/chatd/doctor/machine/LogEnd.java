package chatd.doctor.machine;

import chatd.audit.LogFiles;
import chatd.audit.form.VerificationListener;
import chatd.audit.read.AuditorTerms;
import chatd.audit.read.ParsedLine;
import chatd.audit.read.Verifier;
import chatd.audit.seal.SealPublicKey;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the last segments of a log say.
 *
 * @param report of their verification
 * @param lastTime of the last event or seal; the epoch if there is none
 * @param lastSeal the time of the last seal; null if there is none
 * @param unsealed how many events follow it
 * @param unsealedSince the time of the first of them; that of the last seal if there are none
 */
public record LogEnd(
        Verifier.Report report, Instant lastTime, @Nullable Instant lastSeal, long unsealed, Instant unsealedSince) {
    /** Bytes of segments that are verified, besides the open one: about a second's work. */
    private static final long MAX_BYTES = 64 << 20;

    /**
     * Verifies the last segments of a log.
     *
     * @param key the one that seals it; null if it is not known
     * @throws IOException if they can't be read
     */
    public static LogEnd verify(LogFiles files, @Nullable SealPublicKey key) throws IOException {
        Reader reader = new Reader();
        List<SealPublicKey> keys = key == null ? List.of() : List.of(key);
        Verifier.Report report =
                Verifier.verifyEnd(files.directory(), MAX_BYTES, new AuditorTerms(keys, List.of(), true), reader);
        return new LogEnd(report, reader.lastTime, reader.lastSeal, reader.unsealed, reader.unsealedSince);
    }

    private static final class Reader implements VerificationListener {
        private Instant lastTime = Instant.EPOCH;
        private @Nullable Instant lastSeal;
        private long unsealed;
        private Instant unsealedSince = Instant.EPOCH;

        @Override
        public void line(String line) {
            ParsedLine parsed = ParsedLine.parse(line);
            lastTime = Instant.parse(parsed.get("time"));
            if (parsed.kind().equals("seal")) {
                lastSeal = lastTime;
                unsealedSince = lastTime;
                unsealed = 0;
            } else {
                unsealedSince = unsealed == 0 ? lastTime : unsealedSince;
                unsealed++;
            }
        }
    }
}
