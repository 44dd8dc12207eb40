package chatd.daemon.directory;

import chatd.daemon.media.DamagedPicture;
import chatd.daemon.media.Picture;
import chatd.daemon.media.Source;
import chatd.daemon.model.Refusal;
import chatd.protocol.value.Addressee;
import chatd.protocol.value.Code;
import chatd.protocol.value.people.Avatar;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pictures of users and groups (page {@code chat-json-1.md}, "Pictures of people and groups"): the digest of each,
 * as of the last applied commit, at most one for each account and group. Thread-safe.
 */
public final class Avatars {
    private static final int MAX_SIDE = 1_024;

    /** What browsers show, and what does not move. */
    private static final Set<String> TYPES = Set.of("image/jpeg", "image/png", "image/webp");

    /** In lower-case hexadecimal, by {@link Addressee}. */
    private final Map<Long, String> digests = new ConcurrentHashMap<>();

    /** Takes over what is stored. */
    public void recall(Map<Long, String> stored) {
        digests.putAll(stored);
    }

    /** Returns the digest of the picture of an {@link Addressee}; empty if there is none. */
    public String digestOf(long addressee) {
        return digests.getOrDefault(addressee, "");
    }

    /** Applies a committed change. */
    public void put(long addressee, Avatar avatar) {
        if (avatar.isNone()) {
            digests.remove(addressee);
        } else {
            digests.put(addressee, avatar.digest());
        }
    }

    /**
     * Returns a picture as it is stored: without what says where and with what it was taken. {@link Avatar#NONE} is
     * returned as it is.
     *
     * @throws Refusal {@link Code#MALFORMED} if it is not one that may be shown
     */
    public static Avatar checked(Avatar avatar) {
        if (avatar.isNone()) {
            return avatar;
        }
        Bytes bytes = new Bytes(avatar.bytes());
        Picture picture;
        try {
            picture = Picture.of(bytes).orElseThrow(() -> refused("it is none of these"));
        } catch (DamagedPicture e) {
            throw refused(String.valueOf(e.getMessage()));
        }
        if (!TYPES.contains(picture.type()) || picture.frames() > 1) {
            throw refused("it is another kind, or moves");
        }
        if (Math.max(picture.width(), picture.height()) > MAX_SIDE) {
            throw refused("it has %d × %d pixels".formatted(picture.width(), picture.height()));
        }
        return picture.isClean(bytes.size()) ? avatar : new Avatar(kept(bytes.all(), picture));
    }

    private static byte[] kept(byte[] all, Picture picture) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        for (Picture.Part part : picture.parts()) {
            switch (part) {
                case Picture.Range range -> kept.write(all, (int) range.from(), (int) range.size());
                case Picture.Written written -> kept.writeBytes(written.bytes());
            }
        }
        return kept.toByteArray();
    }

    private static Refusal refused(String why) {
        return new Refusal(
                Code.MALFORMED,
                "A picture of a user or a group is a JPEG, a PNG or a WebP of at most %d × %1$d pixels; %s. Nothing was done."
                        .formatted(MAX_SIDE, why));
    }

    /** Returns the media type of a stored picture. */
    public static String mediaType(byte[] stored) {
        return Picture.of(new Bytes(stored)).orElseThrow().type();
    }

    /** A picture in memory. */
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    private record Bytes(byte[] all) implements Source {
        @Override
        public long size() {
            return all.length;
        }

        @Override
        public int at(long position) {
            return all[(int) position] & 0xff;
        }
    }
}
