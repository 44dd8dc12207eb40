package chatd.audit.read;

import chatd.audit.form.Segment;
import chatd.audit.seal.Seal;
import chatd.audit.seal.SealPublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the seals of a log, one segment after the other. A key is trusted if the auditor has it, or if a trusted key
 * sealed its announcement on the very next line. If the auditor has no key, a seal held as an anchor is trusted, and so
 * is its key.
 */
final class SealCheck {
    private final Map<String, SealPublicKey> known = new HashMap<>();
    private final Map<String, SealPublicKey> trusted = new HashMap<>();
    private final boolean hasKeys;
    private final TreeMap<Long, String> anchors = new TreeMap<>();
    private final List<String> notes;
    private @Nullable String contradiction;
    private boolean isWhole;
    private long firstSeq;
    private @Nullable Segment before;
    private @Nullable Seal last;

    /** The seq of the last trusted seal. */
    private long lastTrustedSeq;

    /** Whether nothing since the last trusted seal shows that the log is not authentic. */
    private boolean isAuthentic;

    /** Number of events since the last seal, trusted or not, across segments. */
    private long unsealed;

    /** {@link #unsealed} as of the end of the segment before. */
    private long unsealedBefore;

    /** How many of the last segment's seals, and of the keys announced in it, were checked. */
    private int checkedSeals;

    private int checkedKeys;
    private boolean hasSeals;
    private final boolean hasAnchors;
    private boolean isAnchored;

    /**
     * @param keys the keys that the auditor trusts
     * @param anchors seal elements
     * @param notes receives what can't be verified
     */
    SealCheck(List<SealPublicKey> keys, List<String> anchors, List<String> notes) {
        this.notes = notes;
        this.hasAnchors = !anchors.isEmpty();
        this.hasKeys = !keys.isEmpty();
        keys.forEach(key -> trusted.put(key.id(), key));
        for (String element : anchors) {
            Matcher seal = Seal.ELEMENT.matcher(element);
            if (seal.matches()) {
                String other = this.anchors.putIfAbsent(Long.parseLong(seal.group(1)), element);
                if (other != null && !other.equals(element)) {
                    contradiction = "the anchors have two different seals with seq " + seal.group(1)
                            + ": one of them is forged, or the log was rewritten";
                }
            }
        }
    }

    /**
     * Checks the next segment, or what was added since the last call to the one that was checked then.
     *
     * @return what is wrong with its seals, or null
     */
    @Nullable
    String check(Segment segment) {
        String wrong = null;
        if (segment != before) {
            if (before == null) {
                isWhole = segment.number == 1 && segment.skipped() == 0;
            }
            wrong = checkSuccession(segment);
            hasSeals |= segment.key != null;
            before = segment;
            unsealedBefore = unsealed;
            checkedSeals = 0;
            checkedKeys = 0;
        }
        firstSeq = firstSeq == 0 ? Math.max(segment.firstSeq(), 0) : firstSeq;
        List<Segment.Announced> keys = segment.announced();
        for (Segment.Announced one : keys.subList(checkedKeys, keys.size())) {
            wrong = wrong == null ? addKnownKey(one) : wrong;
        }
        checkedKeys = keys.size();
        List<Seal> seals = segment.seals().subList(checkedSeals, segment.seals().size());
        // Each takes half a millisecond, so they are verified in parallel.
        Set<Seal> broken = seals.parallelStream().filter(this::isBroken).collect(Collectors.toSet());
        for (Seal seal : seals) {
            wrong = wrong == null ? check(seal, segment, broken.contains(seal)) : wrong;
        }
        checkedSeals = segment.seals().size();
        unsealed = (checkedSeals == 0 ? unsealedBefore : 0) + segment.unsealed();
        return wrong;
    }

    private @Nullable String checkSuccession(Segment segment) {
        Segment last = before;
        if (last == null || last.key == null) {
            return null;
        }
        if (segment.key == null) {
            return "line 3: it has no key for seals, and the segment before it has one";
        }
        // A segment whose key was lost can't be sealed to its end, and its auditors do not know the next key.
        boolean isSame = segment.key.equals(last.key);
        isAuthentic &= isSame || trusted.containsKey(segment.key);
        return isSame && last.unsealed() > 0 ? "line 3: the segment before it ends without a seal" : null;
    }

    private @Nullable SealPublicKey key(Seal seal) {
        SealPublicKey trustedKey = trusted.get(seal.key());
        return trustedKey == null ? known.get(seal.key()) : trustedKey;
    }

    private boolean isBroken(Seal seal) {
        SealPublicKey key = key(seal);
        return key != null && !seal.isSignedBy(key);
    }

    private @Nullable String check(Seal seal, Segment segment, boolean isBroken) {
        String at = "line " + seal.line() + ": ";
        boolean isTrusted = trusted.containsKey(seal.key());
        SealPublicKey key = key(seal);
        if (key == null) {
            note("the key " + seal.key() + " is not announced in what is left of the log: give it with --key");
        }
        if (isBroken) {
            return at + "the seal is invalid";
        }
        last = seal;
        String anchor = anchors.remove(seal.seq());
        isAnchored |= anchor != null;
        if (anchor != null && !anchor.equals(seal.element())) {
            return at + "not the seal in the anchor: the log was rewritten";
        }
        // An auditor with a key need not trust one named only by an anchor: that may be from the system's journal, to
        // which anyone can write.
        isAuthentic = isTrusted || (anchor != null && !hasKeys);
        if (isAuthentic) {
            lastTrustedSeq = seal.seq();
            if (anchor != null && key != null) {
                trusted.put(key.id(), key);
            }
            for (Segment.Announced one : segment.announced()) {
                if (one.line() == seal.line() - 1) {
                    SealPublicKey next = one.key();
                    trusted.put(next.id(), next);
                }
            }
        }
        return null;
    }

    private @Nullable String addKnownKey(Segment.Announced announced) {
        try {
            SealPublicKey key = announced.key();
            known.putIfAbsent(key.id(), key);
            return null;
        } catch (IllegalArgumentException e) {
            return "line " + announced.line() + ": " + e.getMessage();
        }
    }

    private void note(String text) {
        if (!notes.contains(text)) {
            notes.add(text);
        }
    }

    /** Returns what is wrong once all segments have been checked, or null. */
    @Nullable
    String finish() {
        if (contradiction != null) {
            return contradiction;
        }
        if (!isWhole && anchors.headMap(firstSeq).size() > 0) {
            note("anchors from before the first remaining event can't be checked");
            anchors.headMap(firstSeq).clear();
        }
        if (!anchors.isEmpty()) {
            return "the seal with seq " + anchors.firstKey()
                    + " of the anchor is missing: the end of the log was cut off, or the log was rewritten";
        }
        String keyNow = before == null ? null : before.key;
        if (hasKeys && !hasSeals) {
            return "the log has no seals, but a key was given";
        }
        if (hasKeys && lastTrustedSeq == 0 && last != null && isWhole && !trusted.containsKey(keyNow)) {
            return "no seal in it was made with the given key";
        }
        if (unsealed > 0 && hasSeals) {
            note((unsealed == 1 ? "the last event is" : "the last " + unsealed + " events are")
                    + " not sealed yet"
                    + (last == null ? "" : "; the last seal was made at " + last.time()));
        }
        isAuthentic &= unsealed <= Seal.MAX_UNSEALED;
        if (hasAnchors && !isAnchored) {
            isAuthentic = false;
            note("none of the anchors is in what is left: whoever has the key may have rewritten all of it");
        }
        if (lastTrustedSeq > 0 && !isAuthentic) {
            note("what follows seq %d is not sealed by a key that you trust".formatted(lastTrustedSeq));
        }
        return null;
    }

    /** Returns the seq of the last trusted seal, before which everything is as it was sealed; 0 if there is none. */
    long lastTrustedSeq() {
        return lastTrustedSeq;
    }

    /**
     * Returns whether the last trusted seal is the last seal in the log, followed by at most {@link Seal#MAX_UNSEALED}
     * events, and whether an anchor, if there are any, was found.
     */
    boolean isAuthentic() {
        return isAuthentic;
    }
}
