package chatd.daemon.files;

import chatd.daemon.media.DamagedPicture;
import chatd.daemon.media.MediaType;
import chatd.daemon.media.Picture;
import chatd.daemon.store.db.DatabaseUnavailable;
import chatd.daemon.store.read.ContentStore;
import chatd.protocol.value.Media;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Determines the media types of stored files; also, in the background, of files that an earlier version stored without
 * one.
 */
final class ContentDescriber implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(ContentDescriber.class);

    private static final int BATCH = 100;
    private static final Duration RETRY = Duration.ofMinutes(1);

    private final ContentStore contents;
    private final Thread thread;

    ContentDescriber(ContentStore contents) {
        this.contents = contents;
        this.thread = Thread.startVirtualThread(this::describeAll);
    }

    /**
     * Returns the media type and size of a stored picture, which is served unaltered or, if it is damaged, not shown.
     */
    static Media mediaOf(StoredSource source) {
        try {
            Optional<Picture> picture = Picture.of(source);
            if (picture.isPresent()) {
                return new Media(
                        picture.get().type(),
                        picture.get().width(),
                        picture.get().height(),
                        false);
            }
        } catch (DamagedPicture e) {
            return Media.NONE;
        }
        return new Media(MediaType.of(source), 0, 0, false);
    }

    private void describeAll() {
        try {
            boolean hasMore = true;
            while (hasMore) {
                try {
                    hasMore = describeSome();
                } catch (DatabaseUnavailable e) {
                    Thread.sleep(RETRY);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean describeSome() {
        Map<Long, Long> some = contents.undescribed(BATCH);
        some.forEach((number, size) -> {
            try {
                contents.describe(number, mediaOf(new StoredSource(contents, number, size)));
            } catch (IllegalStateException e) {
                LOG.warn(
                        "CHATD-308 {}: its files can't be read. chat-admin storage check lists what is missing",
                        e.getMessage());
                contents.describe(number, Media.NONE);
            }
        });
        return !some.isEmpty();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
