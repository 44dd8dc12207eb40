package chatd.daemon.files;

import chatd.daemon.media.DamagedPicture;
import chatd.daemon.media.Picture;
import chatd.daemon.messages.Messages;
import chatd.daemon.messages.Recipients;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.Message;
import chatd.daemon.model.entry.SentOnce;
import chatd.daemon.model.message.StoredFile;
import chatd.daemon.session.Caller;
import chatd.daemon.store.read.ContentStore;
import chatd.protocol.value.Code;
import chatd.protocol.value.Media;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file being uploaded, on whatever way: its bytes are stored as they come; at the end it is told what it is, a picture is
 * cleaned, and it is sent. Used by one thread at a time; blocks.
 */
final class Upload {
    private final ContentStore contents;
    private final Messages sending;
    private final Clock clock;
    private final Wanted wanted;
    private final ContentWriter writer;

    /** Gives back what the upload holds of the daemon's resources. */
    private final Runnable release;

    private boolean isOver;

    /** How the sender wants it to be shown. */
    enum Shown {
        /** As a file, byte for byte. */
        FILE,
        /** In place and cleaned, if it is a picture. */
        PICTURE,
        /** Byte for byte, and in place if it is a picture. */
        AS_IT_IS
    }

    /**
     * A file to be sent.
     *
     * @param answered the number of the message that it answers; 0 for none
     */
    record Wanted(Recipients recipients, String name, long size, Shown shown, long answered) {
        /** Returns what is the same whenever the same is sent again, but for the bytes. */
        String facts() {
            return "file\n%s\n%d\n%s\n%d\n%s".formatted(recipients.numbers(), answered, shown, size, name);
        }
    }

    Upload(ContentStore contents, Messages sending, Clock clock, Wanted wanted, Runnable release) {
        this.contents = contents;
        this.sending = sending;
        this.clock = clock;
        this.wanted = wanted;
        this.release = release;
        this.writer = new ContentWriter(contents, wanted.size(), clock.instant());
    }

    Wanted wanted() {
        return wanted;
    }

    /** Returns the number of bytes received. */
    long received() {
        return writer.written();
    }

    /** Returns the number of bytes still to come. */
    long missing() {
        return wanted.size() - received();
    }

    /** @throws Refusal {@link Code#MALFORMED} if these are more than are missing */
    void take(byte[] bytes, int length) {
        if (length > missing()) {
            throw new Refusal(
                    Code.MALFORMED,
                    "This is more than the %d bytes that were announced, of which %d have come. Nothing of it was taken."
                            .formatted(wanted.size(), received()));
        }
        writer.write(bytes, 0, length);
    }

    /** Holds no memory until more is taken; of what was received, drops what can't be stored. */
    void park() {
        writer.park();
    }

    /**
     * Sends the file. Blocks until it is delivered.
     *
     * @param id the identifier that its client gave it; empty for none
     * @param expected the SHA-256 that it should have; null if it is not to be compared
     * @param then as in {@link Messages#sendFile}
     * @throws Refusal {@link Code#MALFORMED} if bytes are missing, the digest is another one, or it is a damaged picture
     */
    Message end(Caller caller, String id, byte @Nullable [] expected, Consumer<Message> then)
            throws InterruptedException {
        if (missing() > 0) {
            throw new Refusal(
                    Code.MALFORMED,
                    "Only %d of %d bytes have come. The file was not sent.".formatted(received(), wanted.size()));
        }
        byte[] digest = writer.end();
        if (expected != null && !MessageDigest.isEqual(expected, digest)) {
            throw new Refusal(Code.MALFORMED, "SHA-256 mismatch: the file was changed on its way. Send it again.");
        }
        SentOnce once = SentOnce.of(caller.account(), id, wanted.facts(), digest);
        StoredFile whole = new StoredFile(0, wanted.name(), writer.number(), wanted.size(), digest, Media.NONE);
        StoredSource source = new StoredSource(contents, writer.number(), wanted.size());
        Optional<Picture> picture = wanted.shown() == Shown.PICTURE ? picture(source) : Optional.empty();
        if (picture.isEmpty()) {
            Media media = ContentDescriber.of(source);
            contents.describe(writer.number(), media);
            return send(
                    caller, with(whole, media.as(wanted.shown() == Shown.AS_IT_IS && media.width() > 0)), once, then);
        }
        Picture its = picture.get();
        Media media = new Media(its.type(), its.width(), its.height(), true);
        if (its.isClean(wanted.size())) {
            contents.describe(writer.number(), media);
            return send(caller, with(whole, media), once, then);
        }
        ContentWriter clean = new ContentWriter(contents, its.size(), clock.instant());
        try {
            copy(its, source, clean);
            byte[] cleaned = clean.end();
            contents.describe(clean.number(), media);
            StoredFile file = new StoredFile(0, wanted.name(), clean.number(), clean.size(), cleaned, media);
            return send(caller, file, once, then);
        } finally {
            clean.discard();
        }
    }

    private static StoredFile with(StoredFile file, Media media) {
        return new StoredFile(file.number(), file.name(), file.content(), file.size(), file.digest(), media);
    }

    private Message send(Caller caller, StoredFile file, @Nullable SentOnce once, Consumer<Message> then)
            throws InterruptedException {
        return sending.sendFile(caller, wanted.recipients(), file, wanted.answered(), once, then);
    }

    private static Optional<Picture> picture(StoredSource source) {
        try {
            return Picture.of(source);
        } catch (DamagedPicture e) {
            throw new Refusal(
                    Code.MALFORMED,
                    "This picture can't be shown: %s. Send it as a file instead.".formatted(e.getMessage()));
        }
    }

    private static void copy(Picture picture, StoredSource from, ContentWriter to) {
        byte[] some = new byte[64 << 10];
        for (Picture.Part part : picture.parts()) {
            switch (part) {
                case Picture.Written(byte[] bytes) -> to.write(bytes, 0, bytes.length);
                case Picture.Range range -> {
                    for (long position = range.from(); position < range.to(); ) {
                        int length = from.copy(position, range.to() - position, some, 0);
                        to.write(some, 0, length);
                        position += length;
                    }
                }
            }
        }
    }

    /** Ends the upload: gives back what it holds, and deletes its content, unless a file uses it. */
    void close() {
        if (!isOver) {
            isOver = true;
            release.run();
            writer.discard();
        }
    }
}
