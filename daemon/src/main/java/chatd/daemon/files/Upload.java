package chatd.daemon.files;

import chatd.daemon.media.DamagedPicture;
import chatd.daemon.media.Picture;
import chatd.daemon.messages.Messages;
import chatd.daemon.messages.Recipients;
import chatd.daemon.model.Refusal;
import chatd.daemon.model.entry.IdempotencyKey;
import chatd.daemon.model.entry.Message;
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
 * A file being uploaded, in whatever way: its bytes are stored as they arrive; at the end its media
 * type is determined, a picture is cleaned, and it is sent. Used by one thread at a time; blocks.
 */
final class Upload {
    private final ContentStore contents;
    private final Messages sending;
    private final Clock clock;
    private final AdmittedFile admitted;
    private final ContentWriter writer;

    /** Releases the daemon's resources that the upload holds. */
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
    record AdmittedFile(Recipients recipients, String name, long size, Shown shown, long answered) {
        /** Returns what is the same whenever the same file is sent again, apart from its bytes. */
        String facts() {
            return "file\n%s\n%d\n%s\n%d\n%s".formatted(recipients.numbers(), answered, shown, size, name);
        }
    }

    Upload(ContentStore contents, Messages sending, Clock clock, AdmittedFile admitted, Runnable release) {
        this.contents = contents;
        this.sending = sending;
        this.clock = clock;
        this.admitted = admitted;
        this.release = release;
        this.writer = new ContentWriter(contents, admitted.size(), clock.instant());
    }

    AdmittedFile admitted() {
        return admitted;
    }

    /** Returns the number of bytes received. */
    long received() {
        return writer.written();
    }

    /** Returns the number of bytes still to come. */
    long missing() {
        return admitted.size() - received();
    }

    /** @throws Refusal {@link Code#MALFORMED} if these are more than are missing */
    void take(byte[] bytes, int length) {
        if (length > missing()) {
            throw new Refusal(
                    Code.MALFORMED,
                    "This is more than the %d bytes that were announced, of which %d have arrived. None of it was accepted."
                            .formatted(admitted.size(), received()));
        }
        writer.write(bytes, 0, length);
    }

    /** Frees its memory until more is taken; of what was received, drops what can't be stored. */
    void park() {
        writer.park();
    }

    /**
     * Sends the file. Blocks until it is delivered.
     *
     * @param id the identifier that its client gave it; empty for none
     * @param expected the SHA-256 that it should have; null if it is not to be compared
     * @param then as in {@link Messages#sendFile}
     * @throws Refusal {@link Code#MALFORMED} if bytes are missing, the digest differs, or it is a
     *     damaged picture
     */
    Message end(Caller caller, String id, byte @Nullable [] expected, Consumer<Message> then)
            throws InterruptedException {
        if (missing() > 0) {
            throw new Refusal(
                    Code.MALFORMED,
                    "Only %d of %d bytes have arrived. The file was not sent.".formatted(received(), admitted.size()));
        }
        byte[] digest = writer.end();
        if (expected != null && !MessageDigest.isEqual(expected, digest)) {
            throw new Refusal(Code.MALFORMED, "SHA-256 mismatch: the file was changed on its way. Send it again.");
        }
        IdempotencyKey once = IdempotencyKey.of(caller.account(), id, admitted.facts(), digest);
        StoredFile whole = new StoredFile(0, admitted.name(), writer.number(), admitted.size(), digest, Media.NONE);
        StoredSource source = new StoredSource(contents, writer.number(), admitted.size());
        Optional<Picture> picture = admitted.shown() == Shown.PICTURE ? picture(source) : Optional.empty();
        if (picture.isEmpty()) {
            Media media = ContentDescriber.mediaOf(source);
            contents.describe(writer.number(), media);
            return send(
                    caller,
                    with(whole, media.shownInline(admitted.shown() == Shown.AS_IT_IS && media.width() > 0)),
                    once,
                    then);
        }
        Picture image = picture.get();
        Media media = new Media(image.type(), image.width(), image.height(), true);
        if (image.isClean(admitted.size())) {
            contents.describe(writer.number(), media);
            return send(caller, with(whole, media), once, then);
        }
        ContentWriter clean = new ContentWriter(contents, image.size(), clock.instant());
        try {
            copy(image, source, clean);
            byte[] cleaned = clean.end();
            contents.describe(clean.number(), media);
            StoredFile file = new StoredFile(0, admitted.name(), clean.number(), clean.size(), cleaned, media);
            return send(caller, file, once, then);
        } finally {
            clean.discard();
        }
    }

    private static StoredFile with(StoredFile file, Media media) {
        return new StoredFile(file.number(), file.name(), file.content(), file.size(), file.digest(), media);
    }

    private Message send(Caller caller, StoredFile file, @Nullable IdempotencyKey once, Consumer<Message> then)
            throws InterruptedException {
        return sending.sendFile(caller, admitted.recipients(), file, admitted.answered(), once, then);
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

    /** Ends the upload: releases what it holds, and deletes its content, unless a file uses it. */
    void close() {
        if (!isOver) {
            isOver = true;
            release.run();
            writer.discard();
        }
    }
}
