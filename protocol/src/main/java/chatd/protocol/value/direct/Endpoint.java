package chatd.protocol.value.direct;

import java.util.List;

/**
 * Where a side of a direct session may be reached, and how it proves that it is that side.
 *
 * @param candidates at most {@value #MOST}, the best one first
 * @param key SHA-256 of the public key (as in a certificate, SubjectPublicKeyInfo) that it uses for this session, in
 *     hexadecimal
 */
public record Endpoint(List<Candidate> candidates, String key) {
    /** Maximum number of candidates of one side. */
    public static final int MOST = 8;

    public Endpoint {
        candidates = List.copyOf(candidates);
    }
}
