package chatd.protocol.value.direct;

import java.util.List;

/**
 * Where one side of a direct session can be reached, and the key that proves its identity.
 *
 * @param candidates at most {@value #MAX_CANDIDATES}, the best one first
 * @param key SHA-256 of the public key (as in a certificate, SubjectPublicKeyInfo) that it uses for
 *     this session, in hexadecimal
 */
public record Endpoint(List<Candidate> candidates, String key) {
    /** Maximum number of candidates of one side. */
    public static final int MAX_CANDIDATES = 8;

    public Endpoint {
        candidates = List.copyOf(candidates);
    }
}
